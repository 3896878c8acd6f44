"""Pairs of frames of one person with nearly the same head pose and different expressions, and the truth of each."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..core.clip import Clip, Frame, display
from ..core.clip.footage import Pixels
from ..core.conventions import CV_PIXEL_CENTRE, Array
from ..core.fit.result import Fit
from ..core.landmarks.places import eye_distance
from ..core.raster.windows import around, within
from ..core.refine.geometry import landmarks_only
from ..core.report import unsure
from ..core.shot import Solved
from .reenact_scores import Picture

TEST = ("d6.mp4", "d12.mp4", "d18.mp4", "d20.mp4", "s18.mp4")
TRAIN = ("d0.mp4", "d3.mp4", "d10.mp4", "d11.mp4", "s13.mp4", "s20.mp4")
"""Networks may be trained on the first two thirds of these: the rest is judged."""
PASSAGE, GUARD = 1.0, 0.25
"""Seconds: a passage, all of which is barred from retrieval, and as much on either side of it."""
PASSAGES = 12
"""Of one clip, at most: spread over it."""
PLATES = 2
"""Of one passage, up to which its frames serve as plates: else one grimace would be all of them."""
SAME_POSE = 0.7
"""% of the eye distance: what a similarity may leave between the neutral face in both poses, rms of the landmarks."""
SIZES, ROLL = (0.9, 1.1), np.radians(8.0)
"""How far apart the two heads may be in size and roll: the truth is resampled by that."""
MOVED = 1.5
"""% of the eye distance: rms of the landmarks from which on expressions are different."""
STABLE = np.array([9, 8, 168, 6, 197, 195, 5, 4, 193, 417, 122, 351, 98, 327])
"""Landmarks from the glabella to the nose's tip, that no expression moves much."""
ALIGNED = 0.04
"""Of the eye distance: how far pixels may correct the fitted pose."""


@dataclass(frozen=True)
class Pair:
    """Rows of a shot: from `plate`'s picture and `wanted`'s curves make `wanted`."""

    plate: int
    wanted: int
    passage: int
    """Of `wanted`, counted in the shot."""


@dataclass(frozen=True)
class Held:
    """A clip's frames in memory (clip.footage.Source): one clip is read many times."""

    path: Path
    held: tuple[Frame, ...]

    def frames(self, first: int, last: int | None) -> Iterator[Frame]:
        return (frame for frame in self.held if first <= frame.number and (last is None or frame.number <= last))

    def read(self, number: int) -> Frame:
        return self.held[number - self.held[0].number]

    def location(self, number: int) -> Path:
        del number
        return self.path


def in_memory(clip: Clip) -> Clip:
    """The same clip, all of its frames decoded."""
    return replace(clip, source=Held(clip.path, tuple(clip)))


def judged_rows(name: str, count: int) -> NDArray[np.intp]:
    """Rows of a clip that no network was trained on."""
    return np.arange(2 * count // 3 if name in TRAIN else 0, count)


def passage_of(fit: Fit) -> NDArray[np.intp]:
    """T: in which passage each row lies."""
    return np.asarray((fit.times - fit.times[0]) // PASSAGE, dtype=np.intp)


def barred(fit: Fit, passage: int) -> NDArray[np.bool_]:
    """T: rows that may not be used to make any row of a passage."""
    own = fit.times[passage_of(fit) == passage]
    return np.asarray((fit.times >= own[0] - GUARD) & (fit.times <= own[-1] + GUARD))


def without(fit: Fit, rows: NDArray[np.bool_]) -> Fit:
    """The fit with rows (T) that are known to have a face, but not looked at."""
    return replace(fit, visible=fit.visible & ~rows, bridged=fit.bridged | (rows & fit.visible))


def choose(solved: Solved) -> list[Pair]:
    """Two pairs of each passage that has any: the two frames that differ most, and a pair of middling difference."""
    fit = solved.fit
    marks = landmarks_only(solved.model)
    neutral = marks.shape(fit.identity, np.zeros(len(fit.expressions)), np.zeros((2, 2)))
    shapes = np.stack([marks.shape(fit.identity, weights, np.zeros((2, 2))) for weights in fit.expression])[:, :468]
    apart = differences(shapes, float(eye_distance(neutral)))
    near = same_pose(np.stack([fit.project(neutral, row) for row in range(len(fit))])[:, :468])
    usable = np.zeros(len(fit), dtype=bool)
    usable[judged_rows(solved.clip.path.name, len(fit))] = True
    usable &= fit.visible & ~unsure(fit)
    comparable = near & (apart >= MOVED) & usable[:, None] & usable
    passages = passage_of(fit)
    for passage in np.unique(passages):
        comparable[np.ix_(barred(fit, int(passage)), passages == passage)] = False
    there = np.unique(passages[comparable.any(axis=0)])
    found: list[Pair] = []
    for passage in there[np.unique(np.linspace(0, len(there) - 1, min(PASSAGES, len(there))).round().astype(int))]:
        used = np.bincount(passages[[pair.plate for pair in found]], minlength=passages.max() + 1)
        fresh = comparable & (used[passages] < PLATES)[:, None] & (passages == passage)
        found += [Pair(plate, wanted, int(passage)) for plate, wanted in two_of(np.where(fresh, apart, np.nan))]
    return found


def two_of(apart: Array) -> list[tuple[int, int]]:
    """Row and column of the largest value and of the middle one of a table (NaN: not to be had)."""
    flat = apart.ravel()
    order = np.argsort(flat)[: int(np.isfinite(flat).sum())]
    places = dict.fromkeys(int(order[k]) for k in (-1, len(order) // 2) if len(order))
    return [divmod(place, apart.shape[1]) for place in places]


def differences(shapes: Array, size: float) -> Array:
    """T×T, %: rms distance of the landmarks (T×N×3) of two rows' expressions, head pose left out."""
    flat = shapes.reshape(len(shapes), -1)
    flat = flat - flat.mean(axis=0)
    squared = np.sum(flat**2, axis=1)
    total = np.maximum(squared[:, None] + squared - 2 * flat @ flat.T, 0)
    return np.asarray(100 * np.sqrt(total / shapes.shape[1]) / size)


def same_pose(neutral: Array) -> NDArray[np.bool_]:
    """T×T: whether the neutral face (T×N×2 px, N landmarks) of two rows differs by a small similarity alone."""
    size = np.linalg.norm(neutral[:, 263] - neutral[:, 33], axis=1)
    points = (neutral[..., 0] + 1j * neutral[..., 1]) / size[:, None]
    points = points - points.mean(axis=1, keepdims=True)
    product = points.conj() @ points.T
    length = np.linalg.norm(points, axis=1)
    alike = np.abs(product) / np.outer(length, length)
    left = length[:, None] * np.sqrt(np.maximum(1 - alike**2, 0)) / np.sqrt(neutral.shape[1])
    ratio = (length * size)[:, None] / (length * size)
    level = np.abs(np.angle(product)) <= ROLL
    return np.asarray((100 * left <= SAME_POSE) & level & (ratio >= SIZES[0]) & (ratio <= SIZES[1]))


@dataclass(frozen=True)
class Truth:
    """How the wanted frame looks in the plate's place."""

    picture: Picture
    affine: Array
    """2×3: from px of the wanted frame to px of the plate."""

    def place(self, points: Array) -> Array:
        return np.asarray(points @ self.affine[:, :2].T + self.affine[:, 2])


def truth_of(solved: Solved, pair: Pair, plate: Pixels, wanted: Pixels) -> Truth:
    """The wanted frame carried to the plate's head pose by a similarity: the fitted heads', corrected by the pixels of
    the nose. It is resampled once.
    """
    fit = solved.fit
    neutral = landmarks_only(solved.model).shape(fit.identity, np.zeros(len(fit.expressions)), np.zeros((2, 2)))
    here, there = (fit.project(neutral, row)[:468] for row in (pair.plate, pair.wanted))
    one, other = (display(pixels, solved.clip) for pixels in (plate, wanted))
    first = similarity(there, here)
    roughly = Truth(carried(other, first), first)
    moved = _by_pixels(one, roughly.picture, here[STABLE], float(eye_distance(here)))
    affine = joined(moved, first)
    return Truth(carried(other, affine), affine)


def similarity(start: Array, goal: Array) -> Array:
    """2×3: the similarity (least squares) that carries N×2 px to N×2 px."""
    one, other = start[:, 0] + 1j * start[:, 1], goal[:, 0] + 1j * goal[:, 1]
    centred = one - one.mean()
    turn = np.vdot(centred, other - other.mean()) / np.vdot(centred, centred)
    shift = other.mean() - turn * one.mean()
    return np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])


def joined(second: Array, first: Array) -> Array:
    """2×3: one affine map (2×3) after another."""
    corner = np.array([0.0, 0.0, 1.0])
    return np.asarray((np.vstack([second, corner]) @ np.vstack([first, corner]))[:2])


def carried(picture: Picture, affine: Array) -> Picture:
    """A picture moved by an affine map of px (centres at +0.5), its edge going on."""
    at_corner = np.array([[1.0, 0.0, -CV_PIXEL_CENTRE], [0.0, 1.0, -CV_PIXEL_CENTRE]])
    back = np.array([[1.0, 0.0, CV_PIXEL_CENTRE], [0.0, 1.0, CV_PIXEL_CENTRE]])
    turned = joined(at_corner, joined(affine, back))
    size = (picture.shape[1], picture.shape[0])
    return np.asarray(cv2.warpAffine(picture, turned, size, flags=cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REPLICATE))


def _by_pixels(plate: Picture, roughly: Picture, stable: Array, size: float) -> Array:
    """2×3: what small rigid motion makes a carried picture meet the plate where nothing moves; none if in doubt."""
    none = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    window = around(stable, 0.08 * size, (0, 0, plate.shape[1], plate.shape[0]))
    part = within(window, (0, 0, plate.shape[1], plate.shape[0]))
    one, other = (cv2.cvtColor(picture[part], cv2.COLOR_RGB2GRAY) for picture in (plate, roughly))
    start = np.eye(2, 3, dtype=np.float32)
    ends = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 60, 1e-4)
    try:
        _, found = cv2.findTransformECC(one, other, start, cv2.MOTION_EUCLIDEAN, ends, None, 3)
    except cv2.error:
        return none
    corner = np.array([window[0], window[1]]) + CV_PIXEL_CENTRE
    to_other = found.astype(np.float64)
    to_other[:, 2] += corner - to_other[:, :2] @ corner
    back = np.linalg.inv(np.vstack([to_other, [0.0, 0.0, 1.0]]))[:2]
    moved = stable @ back[:, :2].T + back[:, 2] - stable
    return back if float(np.abs(moved).max()) <= ALIGNED * size else none
