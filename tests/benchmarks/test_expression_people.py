"""The casts of the expression benchmark: held out, frozen, and filmed as they are said to be."""

from fractions import Fraction

import numpy as np
import pytest
from expression_transfer.benchmarks import expression_people as people
from expression_transfer.core.clip import VideoWriter, open_clip
from expression_transfer.models.people.playing import act
from expression_transfer.models.people.shards import PHOTOS, SEEDS

FROZEN = (979.017243, 962.3935, 951.607672, 1016.700218, 810.938257, 860.92117, 860.649865, 915.666515)
"""Sum of all weights of each shot of the test cast."""


def test_casts_share_nobody_with_training_or_each_other():
    used = {split: {actor.photo for actor in cast} for split, cast in people.CASTS.items()}
    assert not used["test"] & used["validation"]
    assert not (used["test"] | used["validation"]) & set(PHOTOS["train"])
    assert len(set(SEEDS.values())) == 3
    seeds = {(SEEDS[actor.split], actor.number) for cast in people.CASTS.values() for actor in cast}
    assert len(seeds) == sum(map(len, people.CASTS.values()))


def test_test_cast_is_of_eight_people_and_200_frames():
    assert [actor.photo for actor in people.CASTS["test"]] == [
        "d6.mp4", "d12.mp4", "d18.mp4", "d20.mp4", "s18.mp4", "s5.jpg", "s9.jpg", "s12.jpg",
    ]  # fmt: skip
    assert people.FRAMES == 200


def test_acting_of_the_test_cast_is_frozen():
    """What each of them does was fixed before the estimator was tuned; raise EDITION where it has to change."""
    sums = [act(actor.rng(1), people.FRAMES, people.FPS).weights.sum() for actor in people.CASTS["test"]]
    assert people.EDITION == 2
    np.testing.assert_allclose(sums, FROZEN, rtol=1e-6)


def test_every_channel_acts_in_several_shots_of_the_test_cast():
    peaks = [act(actor.rng(1), people.FRAMES, people.FPS).weights.max(axis=0) for actor in people.CASTS["test"]]
    assert (np.sum(np.array(peaks) >= 0.4, axis=0) >= 3).all()


@pytest.fixture
def clip(tmp_path):
    picture = np.random.default_rng(0).integers(0, 255, (8, 8, 3)).astype(np.uint8).repeat(16, 0).repeat(16, 1)
    with VideoWriter(tmp_path / "a.mp4", 128, 128, Fraction(30)) as movie:
        for _ in range(3):
            movie.write(picture)
    return tmp_path / "a.mp4"


def test_spoilt_clips_keep_their_frames(clip):
    half, jpeg = (open_clip(people.spoilt(clip, how)) for how in ("half", "jpeg50"))
    assert (half.width, half.height, half.frame_count) == (64, 64, 3)
    assert (jpeg.width, jpeg.height, jpeg.frame_count) == (128, 128, 3)
    sharp = next(iter(open_clip(clip))).pixels.astype(float)
    assert 0.5 < np.abs(next(iter(jpeg)).pixels - sharp).mean() < 30
