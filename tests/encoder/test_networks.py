"""The encoder's networks, with a stand-in whose outputs are known (stand_in/make.py)."""

import sys

import numpy as np
import onnxruntime
import pytest
from expression_transfer.core.encoder.embed import FaceEmbedder
from expression_transfer.core.encoder.networks import digest, open_head, open_trunk
from expression_transfer.core.encoder.person import similarity
from expression_transfer.core.encoder.sessions import open_session
from expression_transfer.core.errors import Failure, InputError
from expression_transfer.core.facs.tables import UNIT_SHAPES
from stand_in_encoder import HEAD, TRUNK, face, picture


def test_the_trunk_sees_the_crop_and_the_landmarks():
    crops = np.zeros((3, 128, 128, 3), np.uint8)
    crops[0], crops[1, :, :64] = (255, 51, 102), 255
    landmarks = np.zeros((3, 478, 3), np.float32)
    landmarks[2, 14] = 1, -2, 3
    code, identity = open_trunk("cpu", TRUNK)(crops, landmarks)
    np.testing.assert_allclose(code[:2, :3], [[1.0, 0.2, 0.4], [0.5, 0.5, 0.5]], atol=1e-5)
    np.testing.assert_allclose(code[2], [0, 0, 0, 1, -2, 3], atol=1e-6)
    assert identity.shape == (3, 128)


def test_the_head_reads_a_face_against_the_persons_own():
    head = open_head("cpu", HEAD)
    code = np.array([[0.5, 0.1, 0, 0, 0, 0], [1, 0, 0, 0.2, 0, 0]], np.float32)
    weights, sigma, gaze = head(code, np.array([0.25, 0.1, 0, 0, 0, 0], np.float32))
    np.testing.assert_allclose(weights, [[0.5], [1.0]] * (np.arange(45) + 1) / 45, atol=1e-6)
    np.testing.assert_allclose(sigma, np.repeat([[0.3], [0.8]], 45, axis=1), atol=1e-6)
    np.testing.assert_allclose(gaze, [[[0.25, 0], [0, 0]], [[0.75, -0.1], [0, 0.2]]], atol=1e-6)
    assert set(head.names) == {*UNIT_SHAPES.values()} - {"tongueOut"}


def test_an_embedding_is_of_the_colour_of_the_face():
    embedder = FaceEmbedder(open_trunk("cpu", TRUNK))
    red, blue = (200, 100, 100), (100, 100, 200)
    found = [embedder.embed(picture(colour), face(u)) for colour, u in ((red, 150), (blue, 150), (red, 420))]
    assert found[0].shape == (128,) and np.linalg.norm(found[0]) == pytest.approx(1, abs=1e-5)
    assert similarity(found[0], found[2]) == pytest.approx(1, abs=1e-3)
    tints = np.array([red, blue]) / 255 - 0.5
    cosine = tints[0] @ tints[1] / np.linalg.norm(tints[0]) / np.linalg.norm(tints[1])
    assert similarity(found[0], found[1]) == pytest.approx(cosine, abs=0.02)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"other\.onnx: no such file"):
        open_session(tmp_path / "other.onnx", "cpu")
    with pytest.raises(InputError, match=r"other\.onnx: can't be read"):
        digest(tmp_path / "other.onnx")


def test_what_is_no_network_is_named(tmp_path, capfd):
    (tmp_path / "text.onnx").write_text("not a network")
    with pytest.raises(InputError, match=r"text\.onnx: not a network .*") as error:
        open_session(tmp_path / "text.onnx", "cpu")
    assert "\n" not in str(error.value)
    assert capfd.readouterr() == ("", "")


def test_another_network_is_named():
    with pytest.raises(InputError, match=r"head\.onnx: is not the encoder's trunk \(its inputs are code, person\)"):
        open_trunk("cpu", HEAD)
    with pytest.raises(InputError, match=r"trunk\.onnx: is not the encoder's head"):
        open_head("cpu", TRUNK)


def test_cuda_that_is_not_there_is_told():
    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("this onnxruntime has CUDA")
    with pytest.raises(InputError, match="--device cuda: this onnxruntime has no CUDA"):
        open_trunk("cuda", TRUNK)


def test_a_missing_onnxruntime_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    for device in ("auto", "cpu", "cuda"):
        with pytest.raises(Failure, match=r"onnxruntime can't be loaded .*; install it"):
            open_trunk(device, TRUNK)


def test_other_weights_have_another_digest(tmp_path):
    changed = tmp_path / "trunk.onnx"
    changed.write_bytes(TRUNK.read_bytes() + b" ")
    assert digest(TRUNK, HEAD) == digest(TRUNK, HEAD) != digest(changed, HEAD)
