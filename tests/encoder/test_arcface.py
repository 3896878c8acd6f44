"""A user's recognition network, with a stand-in that gives the means of its input's 8×8 blocks (stand_in/)."""

import numpy as np
import pytest
from expression_transfer.core.encoder.arcface import FIVE, TEMPLATE, crop, open_arcface, to_template
from expression_transfer.core.encoder.recognise import open_recogniser
from expression_transfer.core.errors import InputError
from expression_transfer.core.landmarks.detect import DetectOptions, detect
from expression_transfer.core.reporting import SilentReporter
from skimage.transform import SimilarityTransform
from stand_in_encoder import ARCFACE, EXPRESSION, IDENTITY, picture


def placed(points: np.ndarray) -> np.ndarray:
    """478×3 px: landmarks whose five that count lie at the given places."""
    whole = np.zeros((478, 3), np.float32)
    whole[FIVE, :2] = points
    return whole


@pytest.mark.filterwarnings("ignore:.*estimate.*:FutureWarning")
@pytest.mark.parametrize("seed", range(5))
def test_the_way_to_the_template_is_scikit_images(seed):
    """The transform that insightface itself aligns with."""
    five = TEMPLATE * 3.1 @ np.array([[0.9, 0.3], [-0.3, 0.9]]) + np.random.default_rng(seed).normal(0, 9, (5, 2)) + 70
    peer = SimilarityTransform()
    assert peer.estimate(five, TEMPLATE)
    np.testing.assert_allclose(to_template(five), peer.params[:2], atol=1e-9)


def test_a_crop_shows_what_lies_at_the_five_points():
    """Points of another size and turn, each in its own colour, land on the template's."""
    turn = 2.5 * np.array([[np.cos(0.4), np.sin(0.4)], [-np.sin(0.4), np.cos(0.4)]])
    five = TEMPLATE @ turn + [230.5, 100.5]  # pixel centres at +0.5, the template's at 0
    rgb = picture((0, 0, 0))
    v, u = np.mgrid[: rgb.shape[0], : rgb.shape[1]] + 0.5
    for k, (x, y) in enumerate(five):
        rgb[np.hypot(u - x, v - y) < 12] = 40 * (k + 1)
    face = crop(rgb, placed(five))
    columns, rows = np.rint(TEMPLATE).astype(int).T
    np.testing.assert_array_equal(face[rows, columns, 0], [40, 80, 120, 160, 200])
    rows, columns = np.mgrid[64:80, 48:64]
    lit = face[64:80, 48:64, 1].astype(float)
    middle = [np.average(columns, weights=lit), np.average(rows, weights=lit)]
    np.testing.assert_allclose(middle, TEMPLATE[2], atol=0.1)


def test_the_network_is_given_rgb_from_minus_one_to_one():
    found = open_arcface(ARCFACE, "cpu").embed(picture((255, 51, 0)), placed(TEMPLATE + 150))
    assert found.shape == (512,) and np.linalg.norm(found) == pytest.approx(1, abs=1e-5)
    np.testing.assert_allclose(found[196:392] / found[:196], (51 / 127.5 - 1) / 1, atol=1e-5)
    np.testing.assert_allclose(found[392:] / found[:120], -1, atol=1e-5)


def test_another_network_is_refused(tmp_path):
    for path, said in ((EXPRESSION, "takes"), (IDENTITY, "takes"), (tmp_path / "gone.onnx", "no such file")):
        with pytest.raises(InputError, match=f"{path.name}.*{said}") as caught:
            open_recogniser(path, "cpu")
        assert "\n" not in str(caught.value)


def test_it_tells_who_is_followed(footage_clip):
    recogniser = open_recogniser(ARCFACE, "cpu")
    track = detect(footage_clip, DetectOptions(recogniser=recogniser), SilentReporter())
    np.testing.assert_array_equal(np.flatnonzero(~track.visible), range(7, 19))
