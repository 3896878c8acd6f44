"""The encoder's place in the job: one pass over the footage, its own file, gone on from only with the same weights."""

import shutil

import numpy as np
import pytest
from expression_transfer.core import pipeline
from expression_transfer.core.encoder.faces import open_faces
from expression_transfer.core.encoder.networks import digest, open_expression
from expression_transfer.core.landmarks.track import LandmarkTrack
from footage_maker import contents
from stand_in_encoder import ARCFACE, EXPRESSION, LAYOUT


@pytest.fixture
def given(monkeypatch):
    """The stand-in in the encoder's place; the evidence that reaches the fit."""
    given, solve_shot = [], pipeline.solve_shot

    def spy(*arguments, evidence):
        given.append(evidence)
        return solve_shot(*arguments, evidence=evidence)

    monkeypatch.setattr(pipeline, "LAYOUT", LAYOUT)
    monkeypatch.setattr(pipeline, "EXPRESSION", EXPRESSION)
    monkeypatch.setattr(pipeline, "open_expression", lambda device: open_expression(device, EXPRESSION))
    monkeypatch.setattr(pipeline, "solve_shot", spy)
    return given


def test_a_shot_is_encoded_and_its_reading_reaches_the_fit(run, clips, tmp_path, given):
    ran = run("solve", clips / "leaving.mp4", "-o", tmp_path / "out", "--identity-model", ARCFACE)
    assert ran.status == 0, ran.err
    track, faces = LandmarkTrack.load(tmp_path / "out" / "landmarks.npz"), open_faces(tmp_path / "out" / "faces.npy")
    seen = faces.rows(np.flatnonzero(track.visible))
    assert len(faces) == 26 and len(seen) == 14 and seen.std(axis=(1, 2)).min() > 20
    (evidence,) = given
    brightness = seen[:, :48, :48].mean(axis=(1, 2)) / 255
    np.testing.assert_allclose(evidence.weights[track.visible, 44], brightness, atol=1e-5)
    assert np.isnan(evidence.weights[~track.visible]).all()


def test_it_goes_on_only_with_the_same_weights(run, clips, tmp_path, given, monkeypatch):
    out = tmp_path / "out"
    solving = ("solve", clips / "face.mp4", "-o", out, "--resume", "--identity-model", ARCFACE)
    assert run(*solving).status == 0
    first = contents(out)
    assert run(*solving).status == 0
    assert contents(out) == first and len(given) == 1
    (out / "faces.npy").unlink()
    assert run(*solving).status == 0
    assert contents(out) == first
    shutil.copyfile(out / "landmarks.npz", tmp_path / "kept.npz")
    (out / "landmarks.npz").write_bytes(b"would be taken")
    other = tmp_path / "shape_free.npz"
    with np.load(LAYOUT) as layout:
        np.savez(other, **layout)
    assert digest(other) != digest(LAYOUT)
    monkeypatch.setattr(pipeline, "LAYOUT", other)
    assert run(*solving).status == 0
    assert (out / "landmarks.npz").read_bytes() == (tmp_path / "kept.npz").read_bytes() and len(given) == 2


def test_other_expression_weights_leave_the_detection_alone(run, clips, tmp_path, given, monkeypatch):
    out = tmp_path / "out"
    solving = ("solve", clips / "face.mp4", "-o", out, "--resume", "--identity-model", ARCFACE)
    assert run(*solving).status == 0
    made = (out / "landmarks.npz").stat().st_mtime_ns
    other = tmp_path / "expression.onnx"
    other.write_bytes(EXPRESSION.read_bytes() + b" ")
    monkeypatch.setattr(pipeline, "EXPRESSION", other)
    assert run(*solving).status == 0
    assert len(given) == 2 and (out / "landmarks.npz").stat().st_mtime_ns == made


@pytest.mark.parametrize("name", ["EXPRESSION", "LAYOUT"])
def test_missing_weights_are_named_before_any_work(run, clips, tmp_path, given, monkeypatch, name):
    monkeypatch.setattr(pipeline, name, tmp_path / "gone")
    ran = run("solve", clips / "face.mp4", "-o", tmp_path / "out", "--identity-model", ARCFACE)
    assert ran.status == 2 and f"{tmp_path / 'gone'}: can't be read" in ran.last
    assert not (tmp_path / "out" / "landmarks.npz").exists()
