"""A plate in texture space and back: the texture of a rendered person, and paint that lands where it was put."""

import cv2
import numpy as np
import pytest
from expression_transfer.core.face.library import load_builtin
from expression_transfer.core.landmarks.places import OPEN_SKIN
from expression_transfer.core.raster.guides import render_guides
from expression_transfer.core.texture.unwrap import Unwrapper, side_for
from planted import BACKGROUND, TEXTURE, filmed, shot

YAWS = np.array([0.0, 0.35, -0.3])


@pytest.fixture(scope="module")
def model():
    return load_builtin()


@pytest.fixture(scope="module")
def person(model):
    """Before a camera, under constant light: a texture of soft waves, so that resampling loses little of it."""
    across = np.linspace(0, 1, TEXTURE, dtype=np.float32)
    waves = [0.45 + 0.3 * np.sin(turns * across[:, None]) * np.cos(turns * across) for turns in (9, 14, 20)]
    fit = shot(model, YAWS, jawOpen=np.array([0.0, 0.4, 0.1]))
    return filmed(model, fit, np.stack(waves, axis=-1).astype(np.float32))


@pytest.fixture(scope="module")
def unwrapper(model, person):
    return Unwrapper(model, person.fit, TEXTURE)


def encoded(light):
    """IEC 61966-2-1, 8 bit."""
    return 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055)


def test_the_face_holds_still(unwrapper, person):
    """Every frame shows the same texture, where it shows it at all."""
    found = [unwrapper.unwrap(picture, row) for row, picture in enumerate(person.pictures)]
    for each in found:
        off = np.abs(each.pixels - encoded(person.texture))[each.seen]
        assert each.seen.mean() > 0.2 and np.median(off) < 1 and np.percentile(off, 95) < 8
        assert not each.pixels[~each.seen].any()
    both = found[0].seen & found[1].seen
    assert np.median(np.abs(found[0].pixels - found[1].pixels)[both]) < 1.5


def test_what_was_not_painted_is_the_plate(unwrapper, person):
    for row, plate in enumerate(person.pictures):
        assert np.array_equal(unwrapper.rewrap(plate, np.zeros((TEXTURE, TEXTURE, 3), np.float32), row), plate)


def test_round_trip(unwrapper, model, person):
    """The whole face sent back, on nothing: the plate again, where the texture knows it."""
    for row, plate in enumerate(person.pictures):
        seen = unwrapper.unwrap(plate, row)
        back = unwrapper.rewrap(np.zeros_like(plate), seen.pixels, row)
        on_face = np.any(plate / 255 - encoded(BACKGROUND) / 255, axis=-1) & np.any(back > 0, axis=-1)
        off = np.abs(back.astype(float) - plate)[on_face]
        assert on_face.sum() > 10000 and np.median(off) <= 1


def test_paint_lands_where_it_was_put(unwrapper, model, person):
    """Painted with its own places in the texture, the plate tells them where the fit has the points of the face."""
    corners = model.uv_triangles[model.landmark_triangle]
    uv = np.einsum("nk,nkc->nc", model.landmark_weights, model.uv[corners])
    rows, columns = np.mgrid[:TEXTURE, :TEXTURE] + 0.5
    paint = np.stack([columns, TEXTURE - rows, np.full_like(rows, TEXTURE)], axis=-1).astype(np.float32)
    for row in (0, 2):
        plate = np.zeros((*person.pictures[row].shape,), np.float32)
        added = unwrapper.rewrap(plate, paint, row)
        shape = model.shape(person.fit.identity, person.fit.expression[row], person.fit.gaze[row])
        places = person.fit.project(model.landmarks(shape), row).astype(np.float32) - 0.5
        told = cv2.remap(added, places[None], None, cv2.INTER_LINEAR)[0]
        skin = OPEN_SKIN[told[OPEN_SKIN, 2] > 0.999 * TEXTURE]  # what looks at the camera takes the whole of it
        assert len(skin) > 3 and np.abs(told[skin, :2] - uv[skin] * TEXTURE).max() < 0.3
        window = render_guides(model, person.fit, row).window
        assert not added[: window[1]].any() and not added[:, : window[0]].any()


def test_texels_are_no_larger_than_pixels(model, person):
    assert side_for(model, person.fit) in (512, 1024)
