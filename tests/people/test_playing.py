"""Shots in which, between them, everything acts; and what is told from them can be told."""

import numpy as np
import pytest
from expression_transfer.models.people.acts import COLUMNS, NAMES, possible
from expression_transfer.models.people.playing import act


@pytest.fixture(scope="module")
def shots():
    return [act(np.random.default_rng([seed, 9]), 200, 30) for seed in range(8)]


def runs(active):
    """Lengths of the stretches in which something is active."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], active.astype(int), [0]])))
    return edges[1::2] - edges[::2]


def test_every_channel_acts_over_a_few_shots(shots):
    assert (np.max([shot.weights.max(axis=0) for shot in shots], axis=0) >= 0.4).all()


def test_most_but_not_all_channels_act_in_one_shot(shots):
    for shot in shots:
        active = np.count_nonzero(shot.weights.std(axis=0) > 0.02)
        assert 35 <= active < 53


def test_only_blinks_visemes_and_lids_after_a_glance_are_quick(shots):
    slow = [NAMES.index(name) for name in ("browInnerUp_L", "browDown_R", "noseSneer_L", "jawForward", "cheekPuff_R")]
    for shot in shots:
        assert np.abs(np.diff(shot.weights[:, slow], axis=0)).max() < 0.4
        assert np.abs(np.diff(shot.turn, axis=0)).max() < np.radians(8)


def test_blinks_last_three_to_five_frames_and_close(shots):
    lengths = np.concatenate([runs(shot.weights[:, NAMES.index("eyeBlink_L")] > 0.02) for shot in shots])
    assert np.median(lengths) in {3, 4, 5}
    assert max(shot.weights[:, COLUMNS["eyeBlink"]].max() for shot in shots) > 0.85


def test_jaw_is_pushed_forward_only_with_the_head_turned(shots):
    pushed = [shot.weights[:, NAMES.index("jawForward")] > 0.02 for shot in shots]
    yaw = np.concatenate([np.abs(shot.turn[rows, 0]) for shot, rows in zip(shots, pushed, strict=True)])
    assert len(yaw) > 0 and yaw.min() > np.radians(15) and yaw.max() <= np.radians(31)


def test_nothing_impossible_is_played(shots):
    for shot in shots:
        np.testing.assert_allclose(possible(shot.weights)[:, COLUMNS["jawLeft"]], shot.weights[:, COLUMNS["jawLeft"]])
        assert (shot.weights[:, COLUMNS["mouthClose"]] <= shot.weights[:, COLUMNS["jawOpen"]]).all()
        assert np.min([shot.weights[:, COLUMNS["eyeWide"]], shot.weights[:, COLUMNS["eyeBlink"]]], axis=0).max() < 0.11


def test_a_seed_is_a_shot(shots):
    np.testing.assert_array_equal(act(np.random.default_rng([2, 9]), 200, 30).weights, shots[2].weights)
