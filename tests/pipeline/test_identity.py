"""Who is in the shots of a job: warnings of the wrong person, and what the result keeps of the plate's.

The recogniser is the stand-in of a user's ArcFace network (means of blocks of the aligned face); the second person is
the first in another light, which is all that it can tell.
"""

from pathlib import Path

import footage_maker
import numpy as np
import pytest
from expression_transfer.core import pipeline, products
from expression_transfer.core.encoder.recognise import FaceRecogniser
from expression_transfer.core.identity import Likeness, Pair, compare, doubts, sampled
from expression_transfer.core.landmarks.backend import open_backend
from expression_transfer.core.landmarks.track import LandmarkTrack
from expression_transfer.core.reporting import SilentReporter
from expression_transfer.core.shot import Footage, Run
from footage_maker import report
from stand_in_encoder import ARCFACE

MODEL = ("--identity-model", ARCFACE)


def other_person(frames):
    """Somebody the stand-in takes for another: the face's light the other way round, above and below."""
    ramp = np.linspace(1.6, 0.15, footage_maker.SIZE)[:, None, None]
    return [np.clip(frame[:, ::-1] * ramp[::-1] * [0.4, 0.6, 1.3], 0, 255).astype(np.uint8) for frame in frames]


@pytest.fixture(scope="module")
def people(tmp_path_factory) -> Path:
    """one.mp4 and two.mp4 show two people."""
    folder = tmp_path_factory.mktemp("people")
    footage_maker.write_movie(folder / "one.mp4", footage_maker.acting_frames(5))
    footage_maker.write_movie(folder / "again.mp4", footage_maker.acting_frames(5, 2.0))
    footage_maker.write_movie(folder / "two.mp4", other_person(footage_maker.acting_frames(5)))
    return folder


def test_the_same_person_on_both_sides_is_told(run, people, tmp_path):
    ran = run("transfer", people / "again.mp4", people / "one.mp4", "-o", tmp_path, *MODEL)
    assert ran.status == 0, ran.err
    told = report(tmp_path)
    assert "the same person" in told["warnings"][0] and told["warnings"][0] in ran.err
    kept = told["identity"]
    assert kept["recogniser"].startswith("arcface.onnx ") and kept["frames"] == 5
    assert kept["plate"] > 0.9 and kept["result_to_plate"] > 0.9 and kept["plate_to_driver"] > 0.9


def test_sides_swapped_against_the_folders_job_are_told(run, people, tmp_path):
    assert run("transfer", people / "one.mp4", people / "two.mp4", "-o", tmp_path, *MODEL).status == 0
    assert report(tmp_path)["warnings"] == []
    assert report(tmp_path)["identity"]["plate_to_driver"] < 0.3
    ran = run("transfer", people / "two.mp4", people / "one.mp4", "-o", tmp_path, *MODEL)
    assert ran.status == 0, ran.err
    assert "source and target are swapped" in report(tmp_path)["warnings"][0] and "swapped" in ran.err


def test_resuming_with_somebody_elses_footage_is_told(run, people, tmp_path):
    assert run("solve", people / "one.mp4", "-o", tmp_path, *MODEL).status == 0
    assert run("solve", people / "again.mp4", "-o", tmp_path, "--resume", *MODEL).status == 0
    assert not any("somebody else" in line for line in report(tmp_path)["warnings"])
    ran = run("solve", people / "two.mp4", "-o", tmp_path, "--resume", *MODEL)
    assert ran.status == 0, ran.err
    (line,) = (line for line in report(tmp_path)["warnings"] if "somebody else" in line)
    assert "two.mp4" in line and line in ran.err


def test_a_plate_of_somebody_else_than_was_fitted_is_told(people, tmp_path, run):
    by = Run(SilentReporter(), identity_model=ARCFACE)
    pipeline.solve(Footage(people / "one.mp4"), tmp_path / "fit", by)
    for name, count in (("one", 0), ("two", 1)):
        plate = Footage(people / f"{name}.mp4")
        made = products.guides(tmp_path / "fit" / "fit.npz", plate, tmp_path / name, None, None, by)
        assert len(made["warnings"]) == count
    assert "two.mp4: shows somebody else than" in made["warnings"][0]


def test_another_network_is_refused_in_one_line(run, people, tmp_path):
    (tmp_path / "face.onnx").write_bytes(b"no network")
    ran = run("solve", people / "one.mp4", "-o", tmp_path / "out", "--identity-model", tmp_path / "face.onnx")
    assert ran.status == 2 and "face.onnx" in ran.last


def by_mean_colour() -> FaceRecogniser:
    """A look is the picture's mean colour about grey."""

    def embed(rgb, _points):
        return np.asarray(rgb.mean(axis=(0, 1)) - 128, np.float32)

    return FaceRecogniser("colour", 0.5, embed)


RED, GREEN, BLUE = (np.array(colour, np.float32) for colour in ([80, 0, 0], [0, 80, 0], [0, 0, 80]))


def test_planted_similarities(options_free_backend, seen_face):
    """The plate is red; the result half red, half blue; the driver blue: cosines 1, 1/√2 and 0, 1/√2."""
    face, track = seen_face

    def tinted(colour):
        return lambda number: np.clip(face - face.mean(axis=(0, 1)) + 128 + colour, 0, 255).astype(np.uint8)

    kept = compare(by_mean_colour(), options_free_backend, track, tinted(RED), tinted((RED + BLUE) / 2), BLUE)
    found = [kept.plate, kept.result_to_plate, kept.result_to_driver, kept.plate_to_driver]
    np.testing.assert_allclose(found, [1, 0.707, 0.707, 0], atol=0.06)
    assert len(kept.doubts()) == 2


@pytest.fixture
def options_free_backend():
    backend = open_backend(None, None)
    yield backend
    backend.close()


@pytest.fixture
def seen_face(run, clips, tmp_path):
    assert run("solve", clips / "still.png", "-o", tmp_path / "still").status == 0
    return footage_maker.portrait().astype(np.float32), LandmarkTrack.load(tmp_path / "still" / "landmarks.npz")


def test_who_is_unknown_is_not_judged():
    nobody = Pair(None, None)
    assert doubts(by_mean_colour(), Pair(RED, None), nobody) == []
    assert doubts(by_mean_colour(), Pair(RED, GREEN), nobody) == []
    assert doubts(by_mean_colour(), Pair(RED, GREEN), Pair(RED, GREEN)) == []
    assert len(doubts(by_mean_colour(), Pair(GREEN, RED), Pair(RED, GREEN))) == 1
    assert len(doubts(by_mean_colour(), Pair(RED, RED), Pair(RED, RED))) == 1


def test_a_result_that_keeps_its_person_gives_no_warning():
    assert Likeness(9, 0.95, 0.9, 0.2, 0.15).doubts() == []
    assert len(Likeness(9, 0.95, 0.6, None, None).doubts()) == 1


def test_samples_are_spread_over_the_seen_frames():
    visible = np.ones(500, bool)
    visible[100:200] = False
    rows = sampled(visible)
    assert len(rows) == 24 and rows[0] == 0 and rows[-1] == 499 and all(visible[rows])
    assert sampled(np.array([False, True, False])) == [1]
    assert sampled(np.zeros(3, bool)) == []
