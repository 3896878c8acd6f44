"""Figures of pictures whose errors are planted."""

import numpy as np
import pytest
from expression_transfer.benchmarks.reenact_scores import (
    better,
    gain,
    grouped,
    landmark_error,
    pixel_scores,
    psnr,
    regions,
    ssim_map,
)
from expression_transfer.core.face.library import load_builtin
from expression_transfer.core.landmarks.places import EYES, OUTER_LIPS

WHOLE = np.ones((64, 64), dtype=bool)


def noise(seed=0, side=64):
    return np.random.default_rng(seed).integers(0, 256, (side, side, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def face():
    """478×2 px: the built-in head's neutral landmarks, upright in 200×200."""
    model = load_builtin()
    flat = model.landmarks(model.mean.astype(float))[:, :2] * [1, -1]
    flat = flat - flat.min(axis=0)
    return 20 + 160 * flat / flat.max()


def test_psnr_of_a_known_error_inside_the_mask_alone():
    truth = np.full((64, 64, 3), 100, dtype=np.uint8)
    made, mask = truth.copy(), np.zeros((64, 64), dtype=bool)
    mask[:32] = True
    made[:32] += 10
    made[32:] = 255
    assert psnr(made, truth, mask) == pytest.approx(20 * np.log10(255 / 10))
    assert psnr(truth, truth, mask) > 60


def test_structural_similarity_as_in_its_definition():
    truth = noise()
    assert ssim_map(truth, truth) == pytest.approx(1.0)
    assert abs(ssim_map(truth, noise(1)).mean()) < 0.05
    flat, lighter = (np.full((64, 64, 3), value, dtype=np.uint8) for value in (100, 130))
    luminance = (2 * 100 * 130 + 6.5025) / (100**2 + 130**2 + 6.5025)
    assert ssim_map(flat, lighter) == pytest.approx(luminance)


def test_regions_hold_both_expressions_and_nothing_of_each_other(face):
    opened = face.copy()
    opened[OUTER_LIPS] += [0, 12]
    found = regions(face, opened, 200, 200)
    for points in (face, opened):
        u, v = points[OUTER_LIPS].astype(int).T
        assert found["mouth"][v, u].all() and not found["eyes"][v, u].any()
    for eye in EYES:
        u, v = face[eye.rings[0]].astype(int).T
        assert found["eyes"][v, u].all() and found["face"][v, u].all() and not found["mouth"][v, u].any()
    assert found["mouth"].sum() < found["face"].sum() / 4


def test_every_column_but_landmarks_comes_from_the_pixels(face):
    masks = regions(face, face, 200, 200)
    scores = pixel_scores(noise(0, 200), noise(1, 200), masks)
    assert set(scores) == {f"{kind} {region}" for kind in ("PSNR", "SSIM") for region in ("face", "mouth", "eyes")}


def test_landmark_error_is_in_eye_distances(face):
    across = np.linalg.norm(face[263] - face[33])
    assert landmark_error(face + np.array([0.03, 0.04]) * across, face) == pytest.approx(5.0)
    assert better("landmarks", np.array([5.0])) < better("landmarks", np.array([3.0]))


def test_means_by_passage_leave_out_what_is_unknown():
    values = np.array([1.0, 3.0, np.nan, 5.0, np.nan])
    assert grouped(values, ["a", "a", "a", "b", "c"]) == pytest.approx([2.0, 5.0, np.nan], nan_ok=True)


def test_an_interval_over_passages_is_not_narrowed_by_more_frames_of_them():
    rng = np.random.default_rng(3)
    passages = np.repeat(np.arange(30), 20)
    gains = np.repeat(rng.normal(1.0, 2.0, 30), 20)
    base = rng.normal(20.0, 5.0, 600)
    many, one = gain(base + gains, base, passages), gain((base + gains)[::20], base[::20], passages[::20])
    assert many.mean == pytest.approx(one.mean) and many.low == pytest.approx(one.low)
    assert many.mean - many.low == pytest.approx(1.96 * gains[::20].std() / np.sqrt(30), rel=0.15)


def test_intervals_hold_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(7)
    held = []
    for _ in range(200):
        truth = 0.5
        won = gain(rng.normal(truth, 1.0, 40), np.zeros(40), range(40))
        held.append(won.low <= truth <= won.high)
    assert 0.88 <= np.mean(held) <= 0.99
