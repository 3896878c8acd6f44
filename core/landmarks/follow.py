"""One person through a shot: where to look next, whom to believe."""

from dataclasses import dataclass

import numpy as np

from ..conventions import Array, Array32
from .backend import Backend, FoundFace, Image
from .region import Region, region_of_mesh

PRESENCE = 0.5
"""The mesh network's probability of a face below which it is not believed (MediaPipe's own threshold)."""
INSIDE = 0.75
"""Share of the landmarks that has to lie in the frame: beyond it the network guesses."""
SETTLING = 3
"""How often a new region is looked at, each time centred better, before its landmarks count."""
REACH = 1.0
"""How far from the last place a lost face is accepted again, in sides of its region, and per second of absence."""
SCALE_CHANGE = 2.0
"""How much larger or smaller it may have become."""


@dataclass(frozen=True)
class Seen:
    """One face in one frame."""

    points: Array32
    """478×3 px: u, v, depth."""
    score: float
    """The mesh network's presence probability."""
    region: Region
    """Where it was looked for."""


class Follower:
    """Looks at the frames of a shot in order and reports one person, or nobody, in each."""

    def __init__(self, backend: Backend, person: tuple[float, float] | None) -> None:
        self._backend = backend
        self._person = person
        self._last: Seen | None = None
        self._last_time = 0.0
        self._lost = True

    def look(self, rgb: Image, time: float) -> Seen | None:
        """The person in a frame H×W×3 at `time` s, or None: nobody believable, or only somebody else."""
        seen = None
        if self._last is not None and not self._lost:
            seen = self._mesh(rgb, region_of_mesh(self._last.points))
        if seen is None:
            seen = self._search(rgb, time)
        self._lost = seen is None
        if seen is not None:
            self._last, self._last_time = seen, time
        return seen

    def _search(self, rgb: Image, time: float) -> Seen | None:
        """Look at the whole frame; the best candidate that proves to be a face."""
        faces = find_faces(self._backend, rgb)
        for face in sorted(faces, key=lambda face: self._cost(face.region, rgb)):
            if self._last is not None and not self._near(face.region, time):
                continue
            seen = self._settle(rgb, face.region)
            if seen is not None:
                return seen
        return None

    def _cost(self, region: Region, rgb: Image) -> float:
        """Rank of a candidate: near the last place, else near the point asked for, else large and central."""
        if self._last is not None:
            return float(np.linalg.norm(region.centre - region_of_mesh(self._last.points).centre))
        if self._person is not None:
            return float(np.linalg.norm(region.centre - np.array(self._person)))
        middle = np.array(rgb.shape[1::-1]) / 2
        return float(np.linalg.norm((region.centre - middle) / middle) - 4 * region.size / min(rgb.shape[:2]))

    def _near(self, region: Region, time: float) -> bool:
        assert self._last is not None
        before = region_of_mesh(self._last.points)
        reach = REACH * before.size * (1 + time - self._last_time)
        ratio = region.size / before.size
        close = np.linalg.norm(region.centre - before.centre) < reach
        return bool(close and 1 / SCALE_CHANGE < ratio < SCALE_CHANGE)

    def _settle(self, rgb: Image, region: Region) -> Seen | None:
        seen: Seen | None = None
        for _ in range(SETTLING):
            seen = self._mesh(rgb, region)
            if seen is None:
                return None
            region = region_of_mesh(seen.points)
        return seen

    def _mesh(self, rgb: Image, region: Region) -> Seen | None:
        points, score = self._backend.mesh(region.crop(rgb, self._backend.side))
        seen = Seen(region.to_image(points), score, region)
        return seen if score >= PRESENCE and share_inside(seen.points, rgb) >= INSIDE else None


def share_inside(points: Array32, rgb: Image) -> float:
    """Share of landmarks (478×≥2 px) that lie in the frame."""
    inside = np.all((points[:, :2] >= 0) & (points[:, :2] < rgb.shape[1::-1]), axis=1)
    return float(np.mean(inside))


def find_faces(backend: Backend, rgb: Image) -> list[FoundFace]:
    """Faces in the whole frame or, where there are none, in its ever smaller overlapping tiles."""
    for level in range(backend.depth + 1):
        faces = [_moved(face, corner) for corner, tile in _tiles(rgb, level) for face in backend.find(tile)]
        if faces:
            return faces
    return []


def _tiles(rgb: Image, level: int) -> list[tuple[Array, Image]]:
    """Square-ish tiles, a 2^-level of the shorter side each, that overlap by half, with their corners (u, v)."""
    height, width = rgb.shape[:2]
    if level == 0:
        return [(np.zeros(2), rgb)]
    side = max(min(height, width) >> (level - 1), 64)
    rows, columns = _starts(height, side), _starts(width, side)
    return [(np.array([u, v], np.float64), rgb[v : v + side, u : u + side]) for v in rows for u in columns]


def _starts(length: int, side: int) -> list[int]:
    count = int(np.ceil(2 * length / side)) - 1
    return [int(start) for start in np.linspace(0, length - side, max(count, 1))]


def _moved(face: FoundFace, corner: Array) -> FoundFace:
    region = face.region
    return FoundFace(Region(region.u + corner[0], region.v + corner[1], region.size, region.angle), face.score)
