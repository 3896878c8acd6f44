"""Shape-free textures of planted pictures: every triangle of landmarks is painted in a grey of its own."""

import cv2
import numpy as np
import pytest
from expression_transfer.core.encoder.shape_free import CONTRAST, LEAST_CONTRAST, MIDDLE, SIDE, ShapeFree
from expression_transfer.core.errors import InputError
from expression_transfer.core.landmarks.mirror import MIRROR
from expression_transfer.models.encoder.layout import layout

NODES = 7
"""Landmarks lie in heaps, at the nodes of a grid that many times across: triangles large enough to be painted."""


@pytest.fixture(scope="module")
def places() -> np.ndarray:
    """468×2: landmarks of a face, symmetric, x to the subject's left, y up."""
    rng = np.random.default_rng(2)
    across, up = np.meshgrid(np.linspace(-0.8, 0.8, NODES), np.linspace(-1, 1, NODES))
    nodes = np.stack([across.ravel(), up.ravel()], axis=1) + rng.uniform(-0.03, 0.03, (NODES**2, 2))
    left = nodes[nodes[:, 0] > 0.05]
    middle = nodes[np.abs(nodes[:, 0]) < 0.05] * [0, 1]
    found, sides, midline = np.zeros((468, 2)), 0, 0
    for one, other in enumerate(MIRROR[:468]):
        if one == other:
            found[one] = middle[midline % len(middle)]
            midline += 1
        elif one < other:
            found[one] = left[sides % len(left)]
            found[other] = found[one] * [-1, 1]
            sides += 1
    return found


@pytest.fixture(scope="module")
def shape_free(places) -> ShapeFree:
    return layout(places)


@pytest.fixture(scope="module")
def greys(shape_free) -> np.ndarray:
    """SIDE²: the grey of the triangle that a texel lies in."""
    _, triangle = np.unique(np.sort(shape_free.landmarks, axis=1), axis=0, return_inverse=True)
    return np.random.default_rng(3).permutation(np.linspace(40, 220, triangle.max() + 1)).astype(int)[triangle.ravel()]


def seen(places, scale, turn=0.0):
    """478×3 px: the face in a picture 900 px wide, turned in the plane and, node by node, out of its usual shape."""
    bent = places + 0.05 * np.sin(4 * places[:, ::-1])
    turned = bent @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return np.pad(turned * [scale, -scale] + [450, 450], ((0, 10), (0, 1))).astype(np.float32)


def painted(shape_free, greys, points):
    """The picture 900×900 of it."""
    grey = np.zeros((900, 900), np.uint8)
    _, first = np.unique(np.sort(shape_free.landmarks, axis=1), axis=0, return_index=True)
    for texel in first[shape_free.inside[first]]:
        corners = np.round((points[shape_free.landmarks[texel], :2] - 0.5) * 256).astype(int)
        cv2.fillConvexPoly(grey, corners, int(greys[texel]), shift=8)
    return np.repeat(grey[..., None], 3, axis=2)


def well_inside(shape_free):
    """SIDE²: texels that don't touch another triangle."""
    return shape_free.weights.min(axis=1) > 0.12


def away(texture, greys, chosen):
    """How far the texels are from a straight line through the greys they should have."""
    gain, offset = np.polyfit(greys[chosen], texture.ravel()[chosen], 1)
    assert gain > 0
    return np.abs(gain * greys + offset - texture.ravel())[chosen]


@pytest.mark.parametrize(("scale", "turn"), [(60, 0.0), (110, 0.3), (300, -0.4), (400, 0.0)])
def test_each_texel_has_the_grey_of_its_triangle(shape_free, places, greys, scale, turn):
    points = seen(places, scale, turn)
    texture = shape_free.texture(painted(shape_free, greys, points), points)
    chosen = well_inside(shape_free)
    assert chosen.sum() > 1500 and np.percentile(away(texture, greys, chosen), 98) < 1.5
    assert (texture.ravel()[~shape_free.inside] == MIDDLE).all()


@pytest.mark.parametrize("contrast", [1.0, 0.3])
def test_exposure_and_contrast_are_made_alike(shape_free, places, greys, contrast):
    points = seen(places, 150)
    dimmed = (30 + contrast * greys).astype(int).clip(0, 255)
    face = shape_free.texture(painted(shape_free, dimmed, points), points).ravel()[shape_free.inside]
    spread = dimmed[shape_free.inside].std()
    assert abs(face.mean() - MIDDLE) < 0.5
    assert face.std() == pytest.approx(CONTRAST * spread / (spread + LEAST_CONTRAST), rel=0.02)


def test_a_fine_picture_is_averaged(shape_free, places):
    """A chequerboard of single pixels is grey, not a pattern of its own."""
    points = seen(places, 400)
    rgb = np.full((900, 900, 3), 20, np.uint8)
    rgb[:, :450] = 255 * (np.indices((900, 450)).sum(axis=0) % 2)[..., None]
    texture = shape_free.texture(rgb, points)[20:76, 16:80]
    assert texture[:, :20].std() < 2 and texture[:, -20:].std() < 2
    assert texture[:, :20].mean() > texture[:, -20:].mean() + CONTRAST


def test_what_lies_outside_the_frame_leaves_the_rest_alone(shape_free, places, greys):
    points = seen(places, 300)
    whole = painted(shape_free, greys, points)
    cut = points - np.float32([330, 0, 0])
    texture = shape_free.texture(whole[:, 330:].copy(), cut)
    at = np.einsum("nk,nk->n", shape_free.weights, cut[shape_free.landmarks, 0])
    chosen = well_inside(shape_free) & (at > 16)
    assert 500 < chosen.sum() < 0.8 * well_inside(shape_free).sum()
    assert np.percentile(away(texture, greys, chosen), 98) < 1.5
    assert shape_free.texture(whole, points + np.float32([5000, 0, 0])).shape == (SIDE, SIDE)


def test_a_flat_picture_is_flat(shape_free, places):
    assert (shape_free.texture(np.full((900, 900, 3), 77, np.uint8), seen(places, 200)) == MIDDLE).all()


def test_the_layout_is_its_own_mirror_image(shape_free, places):
    """A mirrored picture, its landmarks renamed, gives the mirrored texture, but for the resampling."""
    landmarks, weights = (values.reshape(SIDE, SIDE, 3) for values in (shape_free.landmarks, shape_free.weights))
    np.testing.assert_array_equal(landmarks[:, ::-1], MIRROR[landmarks] * weights.any(axis=2, keepdims=True)
                                  + landmarks[:, ::-1] * ~weights.any(axis=2, keepdims=True))  # fmt: skip
    np.testing.assert_array_equal(weights[:, ::-1], weights)
    np.testing.assert_allclose(shape_free.weights[shape_free.inside].sum(axis=1), 1, atol=1e-6)
    assert shape_free.weights.min() > -1e-6


def test_a_texel_lies_where_the_layout_has_it(shape_free, places):
    """Of the places themselves: the face fills the square but for a margin, upright and in its own proportions."""
    at = np.einsum("nk,nkc->nc", shape_free.weights, places[shape_free.landmarks]).reshape(SIDE, SIDE, 2)
    inside = shape_free.inside.reshape(SIDE, SIDE)
    rows, columns = np.nonzero(inside)
    reach = 1.03 * (np.ptp(places[:, 1]) / 2)
    middle = (places[:, 1].max() + places[:, 1].min()) / 2
    np.testing.assert_allclose(at[inside, 0], (2 * (columns + 0.5) / SIDE - 1) * reach, atol=1e-5)
    np.testing.assert_allclose(at[inside, 1] - middle, (1 - 2 * (rows + 0.5) / SIDE) * reach, atol=1e-5)
    assert rows.min() < 5 and rows.max() > SIDE - 6


def test_it_is_saved_as_it_is_and_named_where_it_is_damaged(shape_free, tmp_path):
    shape_free.save(tmp_path / "layout.npz")
    again = ShapeFree.load(tmp_path / "layout.npz")
    np.testing.assert_array_equal(again.landmarks, shape_free.landmarks)
    np.testing.assert_array_equal(again.weights, shape_free.weights)
    (tmp_path / "layout.npz").write_bytes(b"no layout")
    for name in ("layout.npz", "gone.npz"):
        with pytest.raises(InputError, match=rf"{name}: can't be read .*; install the program again"):
            ShapeFree.load(tmp_path / name)
