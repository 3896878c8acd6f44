"""The dataset of synthetic people: same seed, same bytes; whole files; runs that go on."""

import dataclasses
from itertools import pairwise

import numpy as np
import pytest
from expression_transfer.core.errors import Failure, InputError
from expression_transfer.core.heads.registry import load_model
from expression_transfer.core.reporting import SilentReporter
from expression_transfer.models.people import __main__ as command
from expression_transfer.models.people import shards
from expression_transfer.models.people.acts import NAMES
from expression_transfer.models.people.chart import skin_chart, with_skin_chart
from expression_transfer.models.people.degrade import unpacked
from expression_transfer.models.people.figure import Figure
from expression_transfer.models.people.observe import observed


class Detector:
    """Finds a face wherever it is looked for, always the same one."""

    name = "mediapipe-solutions"
    side = 192
    depth = 0

    def __init__(self, score=1.0, off=0.0):
        self.score, self.off = score, off
        self.looks = 0

    def mesh(self, crop):
        self.looks += 1
        return np.random.default_rng(5).uniform(0.2, 0.8, (478, 3)).astype(np.float32) + self.off, self.score


@pytest.fixture(scope="module")
def workshop(shared):
    path = shared / "models" / "ICT-FaceKit-master.zip"
    if not path.exists():
        pytest.skip(f"{path} is missing (the head of which people are made)")
    head = with_skin_chart(load_model(str(path), SilentReporter()))
    return shards.Workshop(Figure.of(head), skin_chart(head), (Detector(), Detector()), ())


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(shards, "PEOPLE", 1)
    monkeypatch.setattr(shards, "FRAMES", 2)
    monkeypatch.setattr("expression_transfer.models.people.observe.ASTRAY", np.inf)


def test_a_shard_is_the_same_whenever_it_is_made_and_holds_what_it_should(workshop, small, tmp_path):
    one, again, other = (tmp_path / name for name in ("one.npz", "again.npz", "other.npz"))
    assert shards.make_shard("train", 3, workshop, one) == (4, 0)
    shards.make_shard("train", 3, workshop, again)
    shards.make_shard("test", 3, workshop, other)
    assert one.read_bytes() == again.read_bytes()
    with np.load(one) as made, np.load(other) as different:
        shapes = {name: made[name].shape for name in made.files}
        assert not np.array_equal(made["identity"], different["identity"])
        jpeg, offsets = made["jpeg"], made["offsets"]
        assert made["person"].tolist() == [3, 3, 3, 3]
        assert made["take"].tolist() == [6, 6, 7, 7]
    count = {"offsets": (5,), "jpeg": jpeg.shape}
    expected = {"points": (4, 478, 3), "score": (4,), "backend": (4,), "weights": (4, len(NAMES)), "gaze": (4, 2, 2),
                "turn": (4, 3), "truth": (4, 478, 2), "visible": (4, 478), "identity": (4, 100), "person": (4,),
                "take": (4,)}  # fmt: skip
    assert shapes == expected | count
    assert offsets[-1] == len(jpeg)
    pictures = [unpacked(jpeg[start:end]) for start, end in pairwise(offsets)]
    assert {picture.shape for picture in pictures} == {(256, 256, 3)}


def test_frames_that_the_detector_does_not_believe_in_are_left_out(workshop, small, tmp_path):
    doubting = dataclasses.replace(workshop, backends=(Detector(score=0.4),) * 2)
    with pytest.raises(Failure, match=r"none\.npz: the detector finds no face in any of 4 renders"):
        shards.make_shard("train", 0, doubting, tmp_path / "none.npz")
    assert not list(tmp_path.iterdir())


def test_a_detector_that_lost_the_face_is_not_believed():
    rng, picture = np.random.default_rng(0), np.zeros((256, 256, 3), np.uint8)
    truth = 64 + 128 * np.random.default_rng(5).uniform(0, 1, (478, 2))
    assert observed(Detector(off=5.0), picture, truth, rng) is None


def test_shards_that_are_there_are_kept(tmp_path, monkeypatch, capsys, shared):
    """With all of them there, nothing is made."""
    for index in range(2):
        shards.shard_path(tmp_path, index).write_bytes(b"kept")
    command.main(["--split", "train", "--people", str(2 * shards.PEOPLE), "--out", str(tmp_path)])
    assert "2 shards, 2 there already" in capsys.readouterr().out
    assert shards.shard_path(tmp_path, 1).read_bytes() == b"kept"


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"nowhere\.task"):
        command.main(["--split", "train", "--people", "1", "--out", str(tmp_path), "--task", "nowhere.task"])
