"""Edits of curves, each against what is known of its result."""

import numpy as np
import pytest
from expression_transfer.core.facs.channels import curves_of
from expression_transfer.core.facs.editing import (
    between,
    blended,
    ease,
    envelope,
    held,
    keeping_blinks,
    looped,
    mirrored,
    smoothed,
)


def test_a_sine_is_smoothed_by_the_gaussians_transfer_function():
    """A Gaussian of σ frames leaves exp(−ω²σ²/2) of a wave of ω per frame; the wave is 0 at both ends."""
    frames = np.arange(101.0)
    for waves, radius in ((4, 2.0), (10, 3.0)):
        omega = 2 * np.pi * waves / 100
        sine = np.sin(omega * frames)[:, None]
        expected = np.exp(-((omega * radius) ** 2) / 2) * sine
        np.testing.assert_allclose(smoothed(sine, radius), expected, atol=3e-3)


def test_smoothing_keeps_ends_and_straight_lines():
    noise = np.random.default_rng(0).normal(size=(40, 3))
    smooth = smoothed(noise, 3.0)
    np.testing.assert_array_equal(smooth[[0, -1]], noise[[0, -1]])
    assert np.abs(np.diff(smooth, axis=0)[1:-1]).mean() < 0.3 * np.abs(np.diff(noise, axis=0)).mean()
    line = np.linspace(0.2, 0.9, 40)[:, None]
    np.testing.assert_allclose(smoothed(line, 3.0), line, atol=1e-12)
    np.testing.assert_array_equal(smoothed(noise, 0.0), noise)
    np.testing.assert_array_equal(smoothed(noise[:2], 3.0), noise[:2])
    assert smoothed(noise[:3], 50.0).shape == (3, 3)  # wider than the range


def test_a_blink_stays_as_deep_where_wished():
    lid = np.zeros((40, 1))
    lid[18:22, 0] = (0.6, 1.0, 1.0, 0.6)
    lid[:10, 0] = 0.05 * (np.arange(10) % 2)
    smooth = smoothed(lid, 2.0)
    assert smooth.max() < 0.8
    kept = keeping_blinks(lid, smooth)
    np.testing.assert_array_equal(kept[18:22], lid[18:22])
    np.testing.assert_array_equal(kept[:10], smooth[:10])


def test_eases():
    assert ease(np.array([0.0, 0.5, 1.0]), "in").tolist() == [0.0, 0.25, 1.0]
    assert ease(np.array([0.0, 0.5, 1.0]), "out").tolist() == [0.0, 0.75, 1.0]
    assert ease(np.array([0.0, 0.25, 0.5, 1.0]), "both").tolist() == [0.0, 0.15625, 0.5, 1.0]
    values = np.random.default_rng(0).normal(size=(11, 2))
    np.testing.assert_allclose(between(values, "none"), np.linspace(values[0], values[-1], 11))
    np.testing.assert_allclose(between(values, "both")[[0, -1]], values[[0, -1]])


def test_an_envelope_rises_from_outside_of_the_range():
    np.testing.assert_array_equal(envelope(5, 0), 1.0)
    share = envelope(9, 3)
    assert share[3:6].tolist() == [1.0, 1.0, 1.0]
    np.testing.assert_allclose(share, share[::-1])
    np.testing.assert_allclose(share[:3], ease(np.array([0.25, 0.5, 0.75]), "both"))


def test_holding():
    values = np.random.default_rng(0).normal(size=(9, 2))
    np.testing.assert_allclose(held(values, 4, 0), np.tile(values[4], (9, 1)))
    np.testing.assert_allclose(held(values, 4, 2)[2:7], np.tile(values[4], (5, 1)))


def test_a_loop_repeats_without_a_seam():
    cycle = np.linspace(0.0, 1.0, 20)[:, None]
    rounds = looped(cycle, 60, 5)
    np.testing.assert_array_equal(rounds[20:40], rounds[:20])
    np.testing.assert_array_equal(rounds[:14], cycle[:14])
    assert np.abs(np.diff(rounds, axis=0)).max() < 0.35  # unblended, the seam is a step of 1
    np.testing.assert_array_equal(looped(cycle, 50, 0)[20:40], cycle)
    assert looped(cycle[:1], 5, 3).shape == (5, 1)


def test_mirrored_twice_is_as_before(make_performance):
    curves = curves_of(make_performance())
    once = mirrored(curves, "swap")
    np.testing.assert_array_equal(once["AU12_L"], curves["AU12_R"])
    np.testing.assert_array_equal(once["gaze_L_yaw"], -curves["gaze_R_yaw"])
    np.testing.assert_array_equal(once["AU26"], curves["AU26"])
    twice = mirrored(once, "swap")
    for name, values in curves.items():
        np.testing.assert_array_equal(twice[name], values)


@pytest.mark.parametrize(("side", "giver", "taker"), [("left", "L", "R"), ("right", "R", "L")])
def test_one_side_for_both(make_performance, side, giver, taker):
    curves = curves_of(make_performance())
    even = mirrored(curves, side)
    for name in ("AU12_{}", "AU45_{}", "gaze_{}_yaw"):
        np.testing.assert_array_equal(even[name.format(giver)], curves[name.format(giver)])
        np.testing.assert_array_equal(even[name.format(taker)], curves[name.format(giver)])
    for name in ("AU30_L", "mouthRight", "head_yaw", "AU26"):
        np.testing.assert_array_equal(even[name], curves[name])


def test_blending_to_a_pose():
    values, pose = np.full((3, 2), 0.4), np.array([1.0, 0.0])
    share = np.array([0.0, 0.5, 1.0])
    np.testing.assert_allclose(blended(values, pose, share), [[0.4, 0.4], [0.7, 0.2], [1.0, 0.0]])
    np.testing.assert_allclose(blended(values, pose, share, add=True), [[0.4, 0.4], [0.9, 0.4], [1.4, 0.4]])
