"""What no frame shows goes on from what lies beside it on the head, across UV seams, and never from a collar."""

import numpy as np
import pytest
from expression_transfer.core.reporting import SilentReporter
from expression_transfer.core.texture import bake
from expression_transfer.core.texture.layout import lay_out
from expression_transfer.core.texture.skin import Spread
from expression_transfer.core.texture.unseen import is_inside
from planted import TEXTURE, filmed, shot

COLLAR = -0.105
"""m: on the neck, below the chin."""


@pytest.fixture(scope="module")
def layout(model):
    return lay_out(model, TEXTURE)


@pytest.fixture(scope="module")
def place(model, layout):
    """N×3 m on the mean head."""
    return layout.attributes(model.mean, model.triangles, np.arange(len(layout)))


def smooth_colour(place):
    """0.2–0.8, with half a period over 30 cm."""
    return (0.5 + 0.3 * np.sin(place @ np.array([[9, 2, 1], [2, 8, 3], [3, 2, 9]]) + [0, 1, 2])).astype(np.float32)


def seam_vertices(model):
    """Vertices of the skin that have more than one place in the layout."""
    skin = ~is_inside(model)
    pairs = np.column_stack([model.triangles[skin].ravel(), model.uv_triangles[skin].ravel()])
    vertices, places = np.unique(np.unique(pairs, axis=0)[:, 0], return_counts=True)
    return vertices[places > 1]


@pytest.mark.parametrize("nearest", [(0, 0.05, -0.16), (0.05, 0.08, -0.08), (0.05, -0.08, -0.1)])
def test_a_smooth_colour_goes_on_across_a_seam(model, layout, place, nearest):
    """Holes of 3 cm radius about a seam at the back of the skull, its side, and the nape."""
    spread, seams = Spread(model, layout, ~is_inside(model)), model.mean[seam_vertices(model)]
    centre = seams[np.argmin(np.linalg.norm(seams - np.array(nearest), axis=1))]
    hole = np.linalg.norm(place - centre, axis=1) < 0.03
    planted = smooth_colour(place)
    found = spread.over(np.where(hole[:, None], 0, planted), (~hole).astype(np.float32))
    hole &= ~is_inside(model)[layout.triangle]
    assert hole.sum() > 500
    assert np.abs(found - planted)[hole].max() < 0.03


def test_a_black_collar_does_not_spread(model, layout, place, texture):
    """The neck's lower part is black in the plate: what is filled in has the skin's light."""
    outside = ~is_inside(model)[layout.triangle]
    dressed = layout.texels(texture)
    dressed[outside & (place[:, 1] < COLLAR)] = 0.004
    frames = filmed(model, shot(model, np.deg2rad([-25.0, 0.0, 25.0])), layout.grid(dressed))
    found = bake(frames.clip, frames.fit, model, SilentReporter(), size=TEXTURE)
    neck = outside & (place[:, 1] < COLLAR) & (layout.texels(found.coverage) < 0.1)
    face = layout.texels(found.coverage) > 0.9
    brightness = layout.texels(found.texture).mean(axis=1)
    assert neck.sum() > 2000
    assert np.quantile(brightness[neck], 0.01) > 0.6 * np.median(brightness[face & outside])
