"""One person through a shot: where to look next, whom to believe."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from ..conventions import Array, Array32
from .backend import Backend, FoundFace, Image
from .region import Region, region_of_mesh

PRESENCE = 0.5
"""The mesh network's probability of a face below which it is not believed (MediaPipe's own threshold)."""
INSIDE = 0.75
"""Share of the landmarks that has to lie in the frame: beyond it the network guesses."""
SETTLING = 4
"""How often a new region is looked at, each time centred better, before its landmarks count."""
STEADY = 0.06
"""The mesh is drifting or the face is fast where its region changes by more than this share between frames."""
CONFIRM_EVERY = 10
"""Frames after which the finder is asked even where all is steady."""
AGREEMENT = 0.2
"""Finder and mesh mean the same face where their regions differ by less (of the size).

They usually differ by 0.05 (full-range finder) or 0.1 (short-range)."""
REACH = 1.0
"""How far from the last place a lost face is accepted again, in sides of its region; as much more per second away."""
SCALE_CHANGE = 2.0
"""How much larger or smaller it may have become."""
WINDOW = 2.5
"""Side of the part of the frame where a known face is looked for, in sides of its region."""
SMALLEST = 32
"""px; no finder works on less."""
FAMILIAR = 0.16
"""Difference of two portraits. Measured on twenty people: 0.03–0.15 in one person's shot, 0.16–0.3 between people."""
GALLERY = 16
"""Looks of the person that are remembered."""


@dataclass(frozen=True)
class Seen:
    """One face in one frame."""

    points: Array32
    """478×3 px: u, v, depth."""
    score: float
    """The mesh network's presence probability."""
    region: Region
    """Where it was looked for."""
    portrait: Array
    """24×24×3, 0–1: its look."""


class Follower:
    """Looks at the frames of a shot in order and reports one person, or nobody, in each.

    The mesh network follows its own last landmarks; its score stays high on a face that it has half lost, so the finder
    confirms it after fast motion and now and then. A person who was lost, or whose look changed within a frame (a cut),
    is accepted again only near the last place and with a familiar look.
    """

    def __init__(self, backend: Backend, person: tuple[float, float] | None) -> None:
        self._backend = backend
        self._person = person
        self._last: Seen | None = None
        self._last_time = 0.0
        self._lost = True
        self._unconfirmed = 0
        self._gallery: list[Array] = []

    def look(self, rgb: Image, time: float) -> Seen | None:
        """The person in a frame H×W×3 at `time` s, or None: nobody believable, or only somebody else."""
        seen = self._track(rgb) or self._search(rgb, time)
        self._lost = seen is None
        if seen is not None:
            self._last, self._last_time = seen, time
            self._remember(seen)
        return seen

    def _track(self, rgb: Image) -> Seen | None:
        """The face where it was in the frame before."""
        if self._last is None or self._lost:
            return None
        seen = self._mesh(rgb, region_of_mesh(self._last.points))
        if seen is None:
            return None
        self._unconfirmed += 1
        if self._unconfirmed >= CONFIRM_EVERY or _difference(seen.region, region_of_mesh(seen.points)) > STEADY:
            seen = self._confirmed(rgb, seen)
        return seen if _unlike(seen.portrait, self._last.portrait) < FAMILIAR else None

    def _confirmed(self, rgb: Image, seen: Seen) -> Seen:
        """What was seen or, where the finder puts this face elsewhere and the mesh agrees when it looks there, that."""
        self._unconfirmed = 0
        here = region_of_mesh(seen.points)
        regions = [face.region for face in find_near(self._backend, rgb, here)]
        nearest = min(regions, key=lambda region: _difference(here, region), default=here)
        if not AGREEMENT < _difference(here, nearest) < REACH:
            return seen
        again = self._settle(rgb, nearest)
        if again is None:
            return seen
        better = _difference(region_of_mesh(again.points), nearest) < _difference(here, nearest)
        return again if better else seen

    def _search(self, rgb: Image, time: float) -> Seen | None:
        """Look at the whole frame; the best candidate that proves to be the person."""
        for faces in self._candidates(rgb):
            for face in sorted(faces, key=lambda face: self._cost(face.region, rgb)):
                seen = self._settle(rgb, face.region) if self._near(face.region, time) else None
                if seen is not None and self._is_familiar(seen):
                    return seen
        return None

    def _candidates(self, rgb: Image) -> Iterator[list[FoundFace]]:
        """Faces around the last place, in the whole frame, and in ever smaller tiles of it; or all at once where
        the user has named a place, because the face meant may be the smallest.
        """
        levels = range(self._backend.depth + 1)
        if self._last is not None:
            here = region_of_mesh(self._last.points)
            yield find_near(self._backend, rgb, here)
            levels = range(sum(tile_side(rgb, level) > here.size for level in levels))
        found = (find_in_tiles(self._backend, rgb, level) for level in levels)
        if self._last is None and self._person is not None:
            yield [face for faces in found for face in faces]
        else:
            yield from found

    def _is_familiar(self, seen: Seen) -> bool:
        return not self._gallery or min(_unlike(seen.portrait, look) for look in self._gallery) < FAMILIAR

    def _remember(self, seen: Seen) -> None:
        """Keep looks that are new by half of what still counts as familiar."""
        new = not self._gallery or min(_unlike(seen.portrait, look) for look in self._gallery) > FAMILIAR / 2
        if new and len(self._gallery) < GALLERY:
            self._gallery.append(seen.portrait)

    def _cost(self, region: Region, rgb: Image) -> float:
        """Rank of a candidate: near the last place, else near the point asked for, else large and central."""
        if self._last is not None:
            return float(np.linalg.norm(region.centre - region_of_mesh(self._last.points).centre))
        if self._person is not None:
            return float(np.linalg.norm(region.centre - np.array(self._person)))
        middle = np.array(rgb.shape[1::-1]) / 2
        return float(np.linalg.norm((region.centre - middle) / middle) - 4 * region.size / min(rgb.shape[:2]))

    def _near(self, region: Region, time: float) -> bool:
        """Could the person be there by now?"""
        if self._last is None:
            return True
        before = region_of_mesh(self._last.points)
        reach = REACH * before.size * (1 + time - self._last_time)
        ratio = region.size / before.size
        close = np.linalg.norm(region.centre - before.centre) < reach
        return bool(close and 1 / SCALE_CHANGE < ratio < SCALE_CHANGE)

    def _settle(self, rgb: Image, region: Region) -> Seen | None:
        """The face in a region that need not be centred on it."""
        seen: Seen | None = None
        for _ in range(SETTLING):
            seen = self._mesh(rgb, region)
            if seen is None:
                return None
            region = region_of_mesh(seen.points)
        return seen

    def _mesh(self, rgb: Image, region: Region) -> Seen | None:
        crop = region.crop(rgb, self._backend.side)
        points, score = self._backend.mesh(crop)
        seen = Seen(region.to_image(points), score, region, portrait(crop))
        return seen if score >= PRESENCE and share_inside(seen.points, rgb) >= INSIDE else None


def portrait(crop: Image) -> Array:
    """24×24×3, 0–1: the inner four fifths of a crop, coarse: whose face it is rather than what it does."""
    edge = len(crop) // 10
    return np.asarray(cv2.resize(crop[edge:-edge, edge:-edge], (24, 24), interpolation=cv2.INTER_AREA) / 255.0)


def _unlike(one: Array, other: Array) -> float:
    """Root mean square difference of two portraits."""
    return float(np.sqrt(np.mean((one - other) ** 2)))


def _difference(one: Region, other: Region) -> float:
    """How far apart two regions are in place or size, as a share of the first one's size."""
    return max(float(np.linalg.norm(one.centre - other.centre)), abs(one.size - other.size)) / one.size


def share_inside(points: Array32, rgb: Image) -> float:
    """Share of landmarks (478×≥2 px) that lie in the frame."""
    inside = np.all((points[:, :2] >= 0) & (points[:, :2] < rgb.shape[1::-1]), axis=1)
    return float(np.mean(inside))


def find_in_tiles(backend: Backend, rgb: Image, level: int) -> list[FoundFace]:
    """Faces in the overlapping tiles of a frame at one level (tile_side)."""
    return [_moved(face, corner) for corner, tile in _tiles(rgb, level) for face in backend.find(tile)]


def find_near(backend: Backend, rgb: Image, region: Region) -> list[FoundFace]:
    """Faces in the part of a frame around a region, which is `WINDOW` times as large."""
    half = WINDOW * region.size / 2
    low = np.maximum(region.centre - half, 0).astype(int)
    high = np.minimum(region.centre + half, rgb.shape[1::-1]).astype(int)
    if np.any(high - low < SMALLEST):
        return []
    window = rgb[low[1] : high[1], low[0] : high[0]]
    return [_moved(face, low.astype(np.float64)) for face in backend.find(window)]


def tile_side(rgb: Image, level: int) -> int:
    """px: the longer side of the whole frame (level 0), its shorter side (1), half of that for each further level."""
    return max(min(rgb.shape[:2]) >> (level - 1), SMALLEST) if level else max(rgb.shape[:2])


def _tiles(rgb: Image, level: int) -> list[tuple[Array, Image]]:
    """Square tiles that overlap by half, with their corners (u, v); level 0: the frame."""
    height, width = rgb.shape[:2]
    if level == 0:
        return [(np.zeros(2), rgb)]
    side = tile_side(rgb, level)
    rows, columns = _starts(height, side), _starts(width, side)
    return [(np.array([u, v], np.float64), rgb[v : v + side, u : u + side]) for v in rows for u in columns]


def _starts(length: int, side: int) -> list[int]:
    count = int(np.ceil(2 * length / side)) - 1
    return [int(start) for start in np.linspace(0, length - side, max(count, 1))]


def _moved(face: FoundFace, corner: Array) -> FoundFace:
    region = face.region
    return FoundFace(Region(region.u + corner[0], region.v + corner[1], region.size, region.angle), face.score)
