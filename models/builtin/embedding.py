"""Where MediaPipe's 468 mesh landmarks lie on ICT's skin: rendered, detected, cast back, averaged, made symmetric."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core.conventions import Array
from ...core.heads.view import cast_back
from ...core.landmarks.mirror import MIRROR
from .chart import EYE_RIGHT, MOUTH, mirrored
from .skin import LID_MARGIN, LIP_CONTACT
from .studio import Detector, Studio, view
from .topology import (
    LIP_LOWER,
    LIP_UPPER,
    MESH_LANDMARKS,
    MOUTH_CORNERS,
    RIGHT_EYE_CORNERS,
    RIGHT_LID_LOWER,
    RIGHT_LID_UPPER,
    mesh_triangles,
)

VIEWS = ((0, 0), (-12, 0), (12, 0), (-6, 8), (6, -8), (0, 8), (0, -8))
"""Yaw and pitch, degrees: near the front, because the points along the jaw slide with a wider turn."""
PEOPLE = 10
SPREAD = 0.6
"""Standard deviations of the random identities that the places are averaged over."""
POSES: dict[str, dict[str, float]] = {
    "neutral": {},
    "wide": {"eyeWide_L": 1, "eyeWide_R": 1},
    "open": {"jawOpen": 0.4},
}
"""Expressions to look at: opened lids and lips tell landmarks apart that lie on each other in the neutral face."""


@dataclass(frozen=True)
class Embedding:
    """Chart points of the mesh's landmarks, and how sure they are."""

    uv: Array
    """468×2."""
    spread: Array
    """468 m: standard deviation of a landmark's place over people, paintings and views."""


def embedding(studio: Studio, detector: Detector, rng: np.random.Generator) -> Embedding:
    seen = {name: _observed(studio, detector, pose, rng) for name, pose in POSES.items()}
    neutral = _median(seen["neutral"], np.full((MESH_LANDMARKS, 2), 0.5))
    middle = {name: _median(uv, neutral) for name, uv in seen.items()}
    mirror = MIRROR[:MESH_LANDMARKS]
    even = {name: (uv + mirrored(uv)[mirror]) / 2 for name, uv in middle.items()}
    uv = _untangled(_on_lips(studio, _on_lids(studio, even["neutral"], mirror), even["open"]), mirror)
    return Embedding(uv, _spread(studio, seen["neutral"]))


def _observed(studio: Studio, detector: Detector, pose: dict[str, float], rng: np.random.Generator) -> Array:
    """K×468×2 chart points (NaN: beside the skin) of people in one expression, in all views."""
    triangles = studio.chart.triangles
    found = []
    for _ in range(PEOPLE):
        vertices = studio.person(SPREAD * rng.normal(size=len(studio.head.identity)), pose)
        look = studio.look(rng)
        for yaw, pitch in VIEWS:
            camera = view(yaw, pitch)
            pixels = detector(studio.image(vertices, camera, look, np.zeros((2, 2))))
            if pixels is not None:
                index, weights = cast_back(pixels[:MESH_LANDMARKS], vertices, triangles, camera)
                uv = np.einsum("nkc,nk->nc", studio.chart.corner_uv[index], weights)
                found.append(np.where(index[:, None] >= 0, uv, np.nan))
    return np.array(found)


def _median(uv: Array, otherwise: Array) -> Array:
    """Median over views (K×L×2) of the landmarks that were seen on the skin at all."""
    known = np.isfinite(uv).all(axis=2).any(axis=0)
    median = otherwise.copy()
    median[known] = np.nanmedian(uv[:, known], axis=0)
    return median


def _on_lids(studio: Studio, uv: Array, mirror: NDArray[np.intp]) -> Array:
    """Chart points with both eyes' contours on the lids' margins, spread along them as they were detected."""
    ring, moved = studio.chart.ring(EYE_RIGHT, LID_MARGIN), uv.copy()
    start, end = uv[list(RIGHT_EYE_CORNERS), 0]
    for landmarks, upper in ((RIGHT_LID_UPPER, True), (RIGHT_LID_LOWER, False), (RIGHT_EYE_CORNERS, True)):
        chosen = np.array(landmarks)
        along = (uv[chosen, 0] - start) / (end - start)
        moved[chosen] = ring.at(along, np.full(len(chosen), upper))
        moved[mirror[chosen]] = mirrored(moved[chosen])
    return moved


def _on_lips(studio: Studio, uv: Array, opened: Array) -> Array:
    """Chart points with the inner lips on the line where each lip touches the other, as told apart when opened."""
    moved = uv.copy()
    for landmarks, upper in ((LIP_UPPER, True), (LIP_LOWER, False), (MOUTH_CORNERS, True)):
        chosen = list(landmarks)
        ring = studio.chart.ring(MOUTH, LIP_CONTACT[upper])
        moved[chosen] = ring.at(ring.along(opened[chosen]), np.full(len(chosen), upper))
    ends = studio.chart.ring(MOUTH, LIP_CONTACT[True]).upper[[0, -1]]
    moved[list(MOUTH_CORNERS)] = [(ends[0] + mirrored(ends[1])) / 2, mirrored((ends[0] + mirrored(ends[1])) / 2)]
    return moved


def _untangled(uv: Array, mirror: NDArray[np.intp], rounds: int = 200) -> Array:
    """Chart points moved towards their neighbours' middle until no triangle is turned over; contours stay."""
    triangles = mesh_triangles()
    fixed = {*RIGHT_EYE_CORNERS, *RIGHT_LID_UPPER, *RIGHT_LID_LOWER, *LIP_UPPER, *LIP_LOWER, *MOUTH_CORNERS}
    fixed |= {int(mirror[landmark]) for landmark in fixed}
    neighbours = [np.unique(triangles[(triangles == landmark).any(axis=1)]) for landmark in range(len(uv))]
    for _ in range(rounds):
        turned = triangles[_thin(uv, triangles)]
        if not turned.size:
            return uv
        movable = np.array(sorted(set(turned.ravel().tolist()) - fixed))
        target = np.array([uv[neighbours[landmark]].mean(axis=0) for landmark in movable])
        uv = uv.copy()
        uv[movable] += 0.2 * (target - uv[movable])
        uv = (uv + mirrored(uv)[mirror]) / 2
    raise ValueError(f"the landmarks' mesh stays folded in the chart: {turned.tolist()}")


def _thin(uv: Array, triangles: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Which triangles are turned over or all but flat."""
    a, b, c = np.moveaxis(uv[triangles], 1, 0)
    area = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]
    return np.asarray(area * np.sign(np.median(area)) < 1e-7)


def _spread(studio: Studio, uv: Array) -> Array:
    """468 m: root mean square distance of places seen (K×468×2) from their mean, on the neutral head."""
    seen = np.isfinite(uv[..., 0])
    places = np.full((*seen.shape, 3), np.nan)
    places[seen] = studio.chart.locate(uv[seen]).of(studio.neutral)
    return np.asarray(np.sqrt(np.nanmean(np.sum((places - np.nanmean(places, axis=0)) ** 2, axis=2), axis=0)))
