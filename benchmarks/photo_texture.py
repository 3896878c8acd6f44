"""A photograph of a face carried into a head's texture, feature by feature: the landmarks say which is which.

Simpler than core/texture on purpose: a benchmark's people must not depend on the fit that they are there to judge.
"""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay

from ..core.clip import display, open_clip
from ..core.conventions import CV_PIXEL_CENTRE, Array, Array32
from ..core.face.surface import signed_areas
from ..core.landmarks import DetectOptions, detect
from ..core.landmarks.places import OPEN_SKIN
from ..core.raster.shade import linear_light
from ..core.reporting import SilentReporter

SIZE = 1024
EVEN_LIGHT = 0.12
"""Width, of the texture, of the shading that is evened out between left and right."""

Image = NDArray[np.uint8]


def photo_texture(photo: Path, places: Array) -> Array32:
    """SIZE×SIZE×3 linear light from the first frame of a clip or still.

    `places`: 468×2, where in the texture (u right, v up, 0–1, symmetric about u = 0.5) the landmarks lie; nan leaves
    one out.
    """
    clip = open_clip(photo, end=1)
    track = detect(clip, DetectOptions(), SilentReporter())
    seen = track.points[0, : len(places)].astype(np.float64)
    picture = display(next(iter(clip)).pixels, clip)
    known = np.isfinite(places).all(axis=1)
    warped, weight = _carried(picture, seen[known], _texels(places[known]))
    colour, weight = _with_mirror(linear_light(warped), weight)
    skin = linear_light(picture[tuple(seen[OPEN_SKIN].astype(int).T[::-1])][None])[0].mean(axis=0)
    return _filled(colour, weight, np.asarray(skin, dtype=np.float32))


def _texels(places: Array) -> Array:
    return np.asarray((places * [1, -1] + [0, 1]) * SIZE)


def _carried(picture: Image, seen: Array, places: Array) -> tuple[Image, Array32]:
    """The picture in the texture, triangle by triangle, and how well each texel was seen (0–1)."""
    column, row = np.meshgrid(np.arange(SIZE) + CV_PIXEL_CENTRE, np.arange(SIZE) + CV_PIXEL_CENTRE)
    texels = np.stack([column.ravel(), row.ravel()], axis=1)
    finder = Delaunay(places)
    inside = finder.find_simplex(texels)
    known = inside >= 0
    turn = finder.transform[inside[known]]
    two = np.einsum("nij,nj->ni", turn[:, :2], texels[known] - turn[:, 2])
    weights = np.column_stack([two, 1 - two.sum(axis=1)])
    there = np.zeros((SIZE * SIZE, 2))
    there[known] = np.einsum("nk,nkc->nc", weights, seen[finder.simplices[inside[known]]])
    u, v = (there.T.reshape(2, SIZE, SIZE) - CV_PIXEL_CENTRE).astype(np.float32)
    shown = np.asarray(cv2.remap(picture, u, v, cv2.INTER_CUBIC), dtype=np.uint8)
    facing = signed_areas(seen[finder.simplices]) / signed_areas(places[finder.simplices])
    facing = np.clip(facing / np.percentile(facing, 80), 0, 1) ** 2
    weight = np.zeros(SIZE * SIZE, np.float32)
    weight[known] = facing[inside[known]]
    inner = cv2.erode(known.reshape(SIZE, SIZE).astype(np.uint8), np.ones((SIZE // 30, SIZE // 30), np.uint8))
    feather = cv2.GaussianBlur(inner.astype(np.float32), (0, 0), SIZE / 80) * known.reshape(SIZE, SIZE)
    return shown, feather * cv2.GaussianBlur(weight.reshape(SIZE, SIZE), (0, 0), SIZE / 60)


def _with_mirror(colour: Array32, weight: Array32) -> tuple[Array32, Array32]:
    """What one side shows badly from the other, and the light's difference between the sides taken out."""
    blurred = cv2.GaussianBlur(colour * weight[..., None], (0, 0), EVEN_LIGHT * SIZE)
    smooth = blurred / np.maximum(cv2.GaussianBlur(weight, (0, 0), EVEN_LIGHT * SIZE), 1e-3)[..., None] + 1e-3
    even = colour * np.clip(np.sqrt(smooth[:, ::-1] / smooth), 0.5, 2.0)
    other, other_weight = even[:, ::-1], weight[:, ::-1] * np.clip(1 - weight / 0.4, 0, 1)
    total = weight + other_weight
    mixed = even * weight[..., None] + other * other_weight[..., None]
    return np.asarray(mixed / np.maximum(total, 1e-6)[..., None], dtype=np.float32), np.clip(total, 0, 1)


def _filled(colour: Array32, weight: Array32, skin: Array32) -> Array32:
    """Unseen texels from ever wider surroundings, at last from the skin's mean colour."""
    levels = [(colour * weight[..., None], weight)]
    while levels[-1][1].shape[0] > 4:
        levels.append((cv2.pyrDown(levels[-1][0]), cv2.pyrDown(levels[-1][1])))
    below = np.broadcast_to(skin, (*levels[-1][1].shape, 3)).astype(np.float32)
    for scaled, share in reversed(levels):
        below = cv2.resize(below, share.shape[::-1], interpolation=cv2.INTER_LINEAR)
        known = np.clip(2 * share, 0, 1)[..., None]
        below = known * scaled / np.maximum(share, 1e-6)[..., None] + (1 - known) * below
    return np.clip(below, 0, 1).astype(np.float32)
