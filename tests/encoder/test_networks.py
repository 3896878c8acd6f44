"""The encoder's networks, with a stand-in whose outputs are known (stand_in/make.py)."""

import sys

import numpy as np
import onnxruntime
import pytest
from expression_transfer.core.encoder.embed import FaceEmbedder
from expression_transfer.core.encoder.networks import Mean, digest, open_expression, open_identity
from expression_transfer.core.encoder.recognise import similarity
from expression_transfer.core.encoder.sessions import open_session
from expression_transfer.core.encoder.shape_free import SIDE, ShapeFree
from expression_transfer.core.errors import Failure, InputError
from expression_transfer.core.facs.tables import UNIT_SHAPES
from stand_in_encoder import EXPRESSION, IDENTITY, LAYOUT, face, painted


def test_identity_is_read_off_the_texture():
    textures = np.full((2, SIDE, SIDE), 128, np.uint8)
    textures[0, :48, 48:] = 168
    textures[1, 48:, :48], textures[1, 48:, 48:] = 158, 88
    found = open_identity("cpu", IDENTITY)(textures, np.zeros((2, 478, 3), np.float32))
    expected = np.zeros((2, 128))
    expected[0, 50], expected[1, 100], expected[1, 120] = 1, 0.6, -0.8
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_face_is_read_against_the_shots_mean():
    network = open_expression("cpu", EXPRESSION)
    textures = np.zeros((2, SIDE, SIDE), np.uint8)
    textures[0, :48, :48], textures[1, :48, :48] = 51, 204
    landmarks = np.zeros((2, 478, 3), np.float32)
    landmarks[1, 14] = 0.1, -0.2, 0.3
    mean = Mean(np.full((SIDE, SIDE), 102, np.float32), np.zeros((478, 3), np.float32))
    weights, sigma, gaze = network(textures, landmarks, mean)
    np.testing.assert_allclose(weights, [[0.2], [0.8]] * (np.arange(45) + 1) / 45, atol=1e-6)
    np.testing.assert_allclose(sigma, np.repeat([[0.25], [0.45]], 45, axis=1), atol=1e-6)
    np.testing.assert_allclose(gaze, [[[-0.2, 0], [0, 0]], [[0.4, 0.1], [-0.2, 0.3]]], atol=1e-6)
    assert set(network.names) == {*UNIT_SHAPES.values()} - {"tongueOut"}


def test_a_person_is_the_same_wherever_and_however_large():
    embedder = FaceEmbedder(open_identity("cpu", IDENTITY), ShapeFree.load(LAYOUT))
    one, other = (200, 60, 90, 120), (60, 200, 120, 90)
    places = ((one, 150, 80), (one, 420, 110), (one, 300, 300), (other, 150, 80))
    near, far, large, other_person = (
        embedder.embed(painted(greys, u, eyes=eyes), face(u, eyes=eyes)) for greys, u, eyes in places
    )
    assert near.shape == (128,) and np.linalg.norm(near) == pytest.approx(1, abs=1e-5)
    assert similarity(near, far) == pytest.approx(1, abs=1e-3)
    assert similarity(near, large) == pytest.approx(1, abs=1e-3)
    tints = np.array([one, other]) - np.mean(one)
    cosine = tints[0] @ tints[1] / np.linalg.norm(tints[0]) / np.linalg.norm(tints[1])
    assert similarity(near, other_person) == pytest.approx(cosine, abs=0.02)


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
    with pytest.raises(InputError, match=r"expression\.onnx: is not the encoder's identity network \(its inputs are"):
        open_identity("cpu", EXPRESSION)
    with pytest.raises(InputError, match=r"identity\.onnx: is not the encoder's expression network"):
        open_expression("cpu", IDENTITY)


def test_cuda_that_is_not_there_is_told():
    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("this onnxruntime has CUDA")
    with pytest.raises(InputError, match="--device cuda: this onnxruntime has no CUDA"):
        open_identity("cuda", IDENTITY)


def test_a_missing_onnxruntime_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    for device in ("auto", "cpu", "cuda"):
        with pytest.raises(Failure, match=r"onnxruntime can't be loaded .*; install it"):
            open_identity(device, IDENTITY)


def test_other_weights_have_another_digest(tmp_path):
    changed = tmp_path / "identity.onnx"
    changed.write_bytes(IDENTITY.read_bytes() + b" ")
    assert digest(IDENTITY, LAYOUT) == digest(IDENTITY, LAYOUT) != digest(changed, LAYOUT)
