"""A photograph of a face carried into a head's texture, feature by feature: the landmarks say which is which.

Simpler than core/texture on purpose: synthetic people must not depend on the fit that they are there to judge.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay

from ...core.clip import display, open_clip
from ...core.conventions import CV_PIXEL_CENTRE, Array, Array32, camera_rotations
from ...core.errors import InputError
from ...core.face.brushes import filled
from ...core.face.model import FaceModel
from ...core.face.paint import BROWS
from ...core.face.surface import signed_areas
from ...core.landmarks.detect import DetectOptions, detect
from ...core.landmarks.places import EYES, MOUTH, OPEN_SKIN, OUTER_LIPS, Aperture
from ...core.raster.shade import linear_light
from ...core.reporting import SilentReporter
from ...core.storage import UNREADABLE, whole_file
from ...core.userdata import cache_folder
from .chart import Chart, skin_chart
from .delight import delit, normals_in
from .moments import Moment, moments

SIZE = 1024
EVEN_LIGHT = 0.12
"""Width, of the texture, of the shading that is evened out between left and right."""
VERSION = 4
"""Of what `load_photos` makes of a file: others are made again."""
PER_CLIP = 2
"""Frames of a clip that become textures."""
LID_RIM, LIP_RIM = 0.012, 0.006
"""Of the texture: how far around an opening the photograph shows the eyeball, or teeth, or lashes."""
INNER_LIPS = np.array([0.75, 0.55, 0.55])
FEATURES = np.unique(np.concatenate([*(edge for brow in BROWS for edge in brow), OUTER_LIPS, OPEN_SKIN]))
UNLIKE = (0.9, 0.35)
"""How far, in logarithms of brightness and of hue, skin at the face's edge may be from that in its middle."""

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
    warped, weight = _carried(picture, seen, (places * [1, -1] + [0, 1]) * SIZE, SIZE)
    colour, weight = _with_mirror(linear_light(warped), weight)
    return filled_in(colour, weight, _skin_colour(picture, seen))


def load_photos(head: FaceModel, files: Sequence[Path]) -> tuple[Array32, ...]:
    """Textures (512×512×3 linear light over the skin's chart of a head that `with_skin_chart` gave) of what stills and
    clips show, their light taken out; of a clip, frames that look into the camera. What was made once is cached.

    Raises InputError naming the file that can't be read or shows no face.
    """
    return tuple(texture for file in files for texture in _cached(head, file))


def _cached(head: FaceModel, file: Path) -> list[Array32]:
    if not file.is_file():
        raise InputError(f"{file}: no such file; give stills or clips that show a face")
    content = hashlib.sha256(file.read_bytes() + head.uv.tobytes() + head.landmark_weights.tobytes())
    kept = cache_folder() / f"photo-{VERSION}-{content.hexdigest()[:16]}.npz"
    try:
        with np.load(kept) as archive:
            return [archive[name].astype(np.float32) for name in archive.files]
    except UNREADABLE:
        textures = _textures(head, file)
    with whole_file(kept) as temporary:
        np.savez_compressed(temporary, *(texture.astype(np.float16) for texture in textures))
    return textures


def _textures(head: FaceModel, file: Path) -> list[Array32]:
    chart, normals = skin_chart(head), normals_in(head)
    return [_texture(moment, chart, normals) for moment in moments(file, head.response.mean, PER_CLIP)]


def _texture(moment: Moment, chart: Chart, normals: Array32) -> Array32:
    """size×size×3 linear light without the photograph's."""
    warped, weight = _carried(moment.picture, moment.landmarks, chart.marks, chart.size)
    light, skin = linear_light(warped), _skin_colour(moment.picture, moment.landmarks)
    skin_only = weight * (1 - _openings(chart)) * _like_skin(light, skin, chart)
    posed = normals @ camera_rotations(moment.turn).T.astype(np.float32)
    colour, known = _with_mirror(delit(light, skin_only, posed, chart), skin_only)
    return _with_inner_lips(filled_in(colour, known, skin), chart)


def _with_inner_lips(texture: Array32, chart: Chart) -> Array32:
    """What closed lips hid is as red as they are, and darker."""
    inner = filled(_outline(chart, MOUTH), chart.size, 0.5)
    near = cv2.dilate(inner, np.ones((9, 9), np.uint8)) - inner
    lips = np.average(texture.reshape(-1, 3), axis=0, weights=near.ravel() + 1e-9)
    mask = cv2.GaussianBlur(inner, (0, 0), 0.006 * chart.size)[..., None]
    return np.asarray(texture + mask * (INNER_LIPS * lips - texture), dtype=np.float32)


def _outline(chart: Chart, aperture: Aperture) -> Array:
    return np.concatenate([chart.marks[aperture.upper], chart.marks[aperture.lower[-2:0:-1]]])


def _like_skin(light: Array32, skin: Array32, chart: Chart) -> Array32:
    """size×size, 0–1: low where, around the face's features, hair or a hat covers the skin."""
    features = chart.marks[FEATURES]
    inner = cv2.convexHull(features[np.isfinite(features).all(axis=1)].astype(np.float32))[:, 0].astype(np.float64)
    outer = 1 - filled(inner, chart.size, 0.02 * chart.size)
    away = np.log(cv2.GaussianBlur(light, (0, 0), 0.006 * chart.size) + 1e-3) - np.log(skin + 1e-3)
    hue = away - away.mean(axis=2, keepdims=True)
    unlike = (away.mean(axis=2) / UNLIKE[0]) ** 2 + (hue**2).sum(axis=2) / UNLIKE[1] ** 2
    return np.asarray(1 - outer * (1 - np.exp(-unlike)), dtype=np.float32)


def _openings(chart: Chart) -> Array32:
    """size×size: 1 between lids and between lips, where a photograph shows what isn't skin."""
    apertures = [(eye.aperture, LID_RIM) for eye in EYES] + [(MOUTH, LIP_RIM)]
    return np.asarray(np.max([_opening(chart, aperture, rim * chart.size) for aperture, rim in apertures], axis=0))


def _opening(chart: Chart, aperture: Aperture, rim: float) -> Array32:
    inside = filled(_outline(chart, aperture), chart.size, 0.5) > 0.3
    away = cv2.distanceTransform((~inside).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    return np.asarray(np.clip(1.5 - away / rim, 0, 1), dtype=np.float32)


def _skin_colour(picture: Image, seen: Array) -> Array32:
    places = seen[OPEN_SKIN].astype(int).T[::-1]
    return np.asarray(linear_light(picture[tuple(places)][None])[0].mean(axis=0), dtype=np.float32)


def _carried(picture: Image, seen: Array, places: Array, size: int) -> tuple[Image, Array32]:
    """The picture in the texture (places: px), triangle by triangle, and how well each texel was seen (0–1)."""
    there_is = np.isfinite(places).all(axis=1)
    seen, places = seen[: len(places)][there_is], places[there_is]
    column, row = np.meshgrid(np.arange(size) + CV_PIXEL_CENTRE, np.arange(size) + CV_PIXEL_CENTRE)
    texels = np.stack([column.ravel(), row.ravel()], axis=1)
    finder = Delaunay(places)
    inside = finder.find_simplex(texels)
    known = inside >= 0
    turn = finder.transform[inside[known]]
    two = np.einsum("nij,nj->ni", turn[:, :2], texels[known] - turn[:, 2])
    weights = np.column_stack([two, 1 - two.sum(axis=1)])
    there = np.zeros((size * size, 2))
    there[known] = np.einsum("nk,nkc->nc", weights, seen[finder.simplices[inside[known]]])
    u, v = (there.T.reshape(2, size, size) - CV_PIXEL_CENTRE).astype(np.float32)
    shown = np.asarray(cv2.remap(picture, u, v, cv2.INTER_CUBIC), dtype=np.uint8)
    facing = signed_areas(seen[finder.simplices]) / signed_areas(places[finder.simplices])
    facing = np.clip(facing / np.percentile(facing, 80), 0, 1) ** 2
    weight = np.zeros(size * size, np.float32)
    weight[known] = facing[inside[known]]
    inner = cv2.erode(known.reshape(size, size).astype(np.uint8), np.ones((size // 30, size // 30), np.uint8))
    feather = cv2.GaussianBlur(inner.astype(np.float32), (0, 0), size / 80) * known.reshape(size, size)
    return shown, feather * cv2.GaussianBlur(weight.reshape(size, size), (0, 0), size / 60)


def _with_mirror(colour: Array32, weight: Array32) -> tuple[Array32, Array32]:
    """What one side shows badly from the other, and the light's difference between the sides taken out."""
    width = EVEN_LIGHT * len(colour)
    blurred = cv2.GaussianBlur(colour * weight[..., None], (0, 0), width)
    smooth = blurred / np.maximum(cv2.GaussianBlur(weight, (0, 0), width), 1e-3)[..., None] + 1e-3
    even = colour * np.clip(np.sqrt(smooth[:, ::-1] / smooth), 0.5, 2.0)
    other, other_weight = even[:, ::-1], weight[:, ::-1] * np.clip(1 - weight / 0.4, 0, 1)
    total = weight + other_weight
    mixed = even * weight[..., None] + other * other_weight[..., None]
    return np.asarray(mixed / np.maximum(total, 1e-6)[..., None], dtype=np.float32), np.clip(total, 0, 1)


def filled_in(colour: Array32, weight: Array32, skin: Array32 | None = None) -> Array32:
    """Texels with a weight (size×size, 0–1) near 0 from ever wider surroundings, at last from a colour (None: mean)."""
    if skin is None:
        skin = np.average(colour.reshape(-1, 3), axis=0, weights=weight.ravel()).astype(np.float32)
    levels = [(colour * weight[..., None], weight)]
    while levels[-1][1].shape[0] > 4:
        levels.append((cv2.pyrDown(levels[-1][0]), cv2.pyrDown(levels[-1][1])))
    below = np.broadcast_to(skin, (*levels[-1][1].shape, 3)).astype(np.float32)
    for scaled, share in reversed(levels):
        below = cv2.resize(below, share.shape[::-1], interpolation=cv2.INTER_LINEAR)
        known = np.clip(2 * share, 0, 1)[..., None]
        below = known * scaled / np.maximum(share, 1e-6)[..., None] + (1 - known) * below
    return np.clip(below, 0, 1).astype(np.float32)
