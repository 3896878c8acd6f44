"""One person through a shot: where to look next, whom to believe."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from ..conventions import Array, Array32
from .backend import Backend, FoundFace, Image
from .recogniser import Memory, Portraits, Recogniser
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
"""Frames after which the finder and the recogniser are asked even where all is steady."""
AGREEMENT = 0.2
"""Finder and mesh mean the same face where their regions differ by less (of the size).

They usually differ by 0.05 (full-range finder) or 0.1 (short-range)."""
REACH = 1.0
"""How far from the last place a lost face is likely found again, in sides of its region; as much more per second."""
SCALE_CHANGE = 2.0
"""How much larger or smaller it has likely become."""
STAYING, ELSEWHERE = 1.1, 0.75
"""Doubt (Memory.doubt) up to which a face is the person's where the mesh followed it, and where it is out of reach."""
SUSPECT, CHANGED = 0.06, Portraits.familiar
"""Difference of the portraits of two frames from which on the recogniser is asked, and from which on the picture was
cut or somebody stepped before the face. Neighbouring frames of an uncut shot: 0.005–0.03, at times up to 0.09."""
PATIENCE = 3
"""Frames in a row that have to look like somebody else where nothing but the looks speaks against the person."""
DISMISSED_FOR = 5
"""Frames after which somebody else is looked at again, who might be the person in another light."""
WINDOW = 2.5
"""Side of the part of the frame where a known face is looked for, in sides of its region."""
SMALLEST = 32
"""px; no finder works on less."""


@dataclass(frozen=True)
class Seen:
    """One face in one frame."""

    points: Array32
    """478×3 px: u, v, depth."""
    score: float
    """The mesh network's presence probability."""
    region: Region
    """Where it was looked for."""
    crop: Image
    """What was seen there."""
    in_crop: Array32
    """478×3 px of the crop."""
    portrait: Array32
    """The crop's, to tell a cut (Portraits.of_crop)."""


@dataclass(frozen=True)
class _Dismissed:
    """A face that was looked at and is not the person's."""

    region: Region
    """Where the finder put it."""
    portrait: Array32
    frames: int
    """For how long it has been dismissed."""


class Follower:
    """Looks at the frames of a shot in order and reports one person, or nobody, in each.

    The mesh network follows its own last landmarks; its score stays high on a face that it has half lost, so the finder
    confirms it after fast motion and now and then. Who it is, the recogniser says: now and then, and whenever the
    person was lost or the picture changed within a frame (a cut); then every face in the frame is a candidate, and one
    far from the last place has to be more familiar.
    """

    def __init__(self, backend: Backend, person: tuple[float, float] | None, recogniser: Recogniser) -> None:
        self._backend = backend
        self._person = person
        self._recogniser = recogniser
        self._memory = Memory(recogniser)
        self._portraits = Portraits()
        self._last: Seen | None = None
        self._last_time = 0.0
        self._lost = True
        self._unconfirmed = 0
        self._row = -1
        self._pending: list[tuple[int, Seen]] = []
        self._dismissed: list[_Dismissed] = []
        self._doubted = False
        self._strangers: set[int] = set()

    def look(self, rgb: Image, time: float) -> Seen | None:
        """The person in a frame H×W×3 at `time` s, or None: nobody believable, or only somebody else."""
        self._row += 1
        seen = self._track(rgb)
        if seen is None:
            self._recognise()
            self._pending, self._doubted = [], False
            seen = self._search(rgb, time)
        self._lost = seen is None
        if seen is not None:
            self._last, self._last_time, self._dismissed = seen, time, []
            self._strangers.discard(self._row)
        return seen

    def strangers(self) -> list[int]:
        """Frames, counted from 0, whose face was reported and turned out to be somebody else's; ask at the end."""
        self._recognise()
        return sorted(self._strangers)

    def likeness(self) -> Array32 | None:
        """The person's mean look, as the recogniser has it; None before somebody was seen."""
        return self._memory.likeness()

    def _track(self, rgb: Image) -> Seen | None:
        """The face where it was in the frame before."""
        if self._last is None or self._lost:
            return None
        confirm = self._unconfirmed + 1 >= CONFIRM_EVERY
        seen, faces = self._looked(rgb, region_of_mesh(self._last.points), find=confirm)
        if seen is None:
            return None
        here = region_of_mesh(seen.points)
        fast = _difference(seen.region, here) > STEADY
        self._unconfirmed = 0 if confirm or fast else self._unconfirmed + 1
        if fast or _elsewhere(here, faces) is not None:
            seen = self._confirmed(rgb, seen)
        change = self._portraits.unlike(seen.portrait, self._last.portrait)
        if change >= CHANGED or (change >= SUSPECT and self._memory.doubt(self._look(seen)) >= STAYING):
            return None
        self._pending.append((self._row, seen))
        due = self._doubted or len(self._pending) >= CONFIRM_EVERY
        return seen if not due or self._recognise() else None

    def _looked(self, rgb: Image, region: Region, *, find: bool) -> tuple[Seen | None, list[FoundFace]]:
        """What the mesh network sees in a region; with `find`, also the faces that the finder sees around it. Each
        takes about as long as the other: they work side by side.
        """
        if not find:
            return meshed(self._backend, rgb, region), []
        with ThreadPoolExecutor(1) as beside:
            faces = beside.submit(find_near, self._backend, rgb, region)
            seen = meshed(self._backend, rgb, region)
        return seen, faces.result()

    def _recognise(self) -> bool:
        """Whether the face followed is still the person's. The frames since it last was remain pending; once they are
        too many for a blur or a hand before the face, they are disowned.
        """
        self._pending = self._unfamiliar()
        self._doubted = bool(self._pending)
        if len(self._pending) < PATIENCE:
            return True
        self._strangers |= {row for row, _ in self._pending}
        return False

    def _unfamiliar(self) -> list[tuple[int, Seen]]:
        """Pending frames after the last one in which the person is recognised."""
        for later, (_, seen) in enumerate(reversed(self._pending)):
            look = self._look(seen)
            if self._memory.doubt(look) < STAYING:
                self._memory.remember(look)
                return self._pending[len(self._pending) - later :]
        return self._pending

    def _look(self, seen: Seen) -> Array32:
        return self._recogniser.look(seen.crop, seen.in_crop)

    def _confirmed(self, rgb: Image, seen: Seen) -> Seen:
        """What was seen or, where the finder puts this face elsewhere and the mesh agrees when it looks there, that."""
        here = region_of_mesh(seen.points)
        nearest = _elsewhere(here, find_near(self._backend, rgb, here))
        again = None if nearest is None else settled(self._backend, rgb, nearest)
        if nearest is None or again is None:
            return seen
        better = _difference(region_of_mesh(again.points), nearest) < _difference(here, nearest)
        return again if better else seen

    def _search(self, rgb: Image, time: float) -> Seen | None:
        """Look at the whole frame; the candidate that proves to be the person."""
        before, self._dismissed = self._dismissed, []
        for faces in self._candidates(rgb):
            found = self._first(rgb, faces) if self._memory.empty else self._again(rgb, faces, before, time)
            if found is not None:
                return found
        return None

    def _first(self, rgb: Image, faces: Sequence[FoundFace]) -> Seen | None:
        """The face that is asked for; all others are remembered as somebody else's."""
        ranked = sorted(faces, key=lambda face: self._cost(face.region, rgb))
        found = _distinct([seen for face in ranked if (seen := settled(self._backend, rgb, face.region)) is not None])
        if not found:
            return None
        self._memory.remember(self._look(found[0]))
        for other in found[1:]:
            self._memory.remember_other(self._look(other))
        return found[0]

    def _again(self, rgb: Image, faces: Sequence[FoundFace], before: Sequence[_Dismissed], time: float) -> Seen | None:
        """The face that is most like the person's, if it is like enough for its place."""
        new = [face for face in faces if not _known(face, self._dismissed)]
        looked = [(face, self._dismissed_still(rgb, face.region, before)) for face in new]
        self._dismissed += [still for _, still in looked if still is not None]
        found = [
            (face, seen)
            for face, still in looked
            if still is None and (seen := settled(self._backend, rgb, face.region)) is not None
        ]
        looks = [self._look(seen) for _, seen in found]
        doubts = [
            self._memory.doubt(look) / (1.0 if self._near(face.region, time) else ELSEWHERE)
            for look, (face, _) in zip(looks, found, strict=True)
        ]
        best = int(np.argmin(doubts)) if doubts and min(doubts) < 1 else None
        for k, (face, _) in enumerate(found):
            if k != best:
                self._memory.remember_other(looks[k])
                self._dismissed.append(_Dismissed(face.region, self._portrait(rgb, face.region), 0))
        if best is None:
            return None
        self._memory.remember(looks[best])
        return found[best][1]

    def _dismissed_still(self, rgb: Image, region: Region, before: Sequence[_Dismissed]) -> _Dismissed | None:
        """What is known of a face that was just dismissed in about this place, looking the same."""
        for known in before:
            if known.frames < DISMISSED_FOR and _difference(known.region, region) < AGREEMENT:
                portrait = self._portrait(rgb, region)
                if self._portraits.unlike(portrait, known.portrait) < CHANGED / 2:
                    return _Dismissed(region, portrait, known.frames + 1)
        return None

    def _candidates(self, rgb: Image) -> Iterator[list[FoundFace]]:
        """Faces around the last place and in the whole frame, then in ever smaller tiles of it; or all at once where
        the user has named a place, because the face meant may be the smallest.
        """
        levels = range(self._backend.depth + 1)
        if self._last is None:
            found = (find_in_tiles(self._backend, rgb, level) for level in levels)
            if self._person is not None:
                yield [face for faces in found for face in faces]
            else:
                yield from found
            return
        here = region_of_mesh(self._last.points)
        yield _apart([*find_near(self._backend, rgb, here), *find_in_tiles(self._backend, rgb, 0)])
        for level in levels[1 : sum(tile_side(rgb, level) > here.size for level in levels)]:
            yield _apart(find_in_tiles(self._backend, rgb, level))

    def _cost(self, region: Region, rgb: Image) -> float:
        """Rank of a candidate: near the point asked for, else large and central."""
        if self._person is not None:
            return float(np.linalg.norm(region.centre - np.array(self._person)))
        middle = np.array(rgb.shape[1::-1]) / 2
        return float(np.linalg.norm((region.centre - middle) / middle) - 4 * region.size / min(rgb.shape[:2]))

    def _near(self, region: Region, time: float) -> bool:
        """Could the person have got there by now?"""
        if self._last is None:
            return True
        before = region_of_mesh(self._last.points)
        reach = REACH * before.size * (1 + time - self._last_time)
        ratio = region.size / before.size
        close = np.linalg.norm(region.centre - before.centre) < reach
        return bool(close and 1 / SCALE_CHANGE < ratio < SCALE_CHANGE)

    def _portrait(self, rgb: Image, region: Region) -> Array32:
        return self._portraits.of_crop(region.crop(rgb, self._backend.side))


def settled(backend: Backend, rgb: Image, region: Region) -> Seen | None:
    """The face in a region that need not be centred on it."""
    seen: Seen | None = None
    for _ in range(SETTLING):
        seen = meshed(backend, rgb, region)
        if seen is None:
            return None
        region = region_of_mesh(seen.points)
    return seen


def meshed(backend: Backend, rgb: Image, region: Region) -> Seen | None:
    """What the mesh network makes of a region; None where it is not to be believed."""
    crop = region.crop(rgb, backend.side)
    points, score = backend.mesh(crop)
    in_crop = np.asarray(points * np.float32(backend.side), dtype=np.float32)
    seen = Seen(region.to_image(points), score, region, crop, in_crop, Portraits().of_crop(crop))
    return seen if score >= PRESENCE and share_inside(seen.points, rgb) >= INSIDE else None


def _elsewhere(here: Region, faces: Sequence[FoundFace]) -> Region | None:
    """Where the finder puts the face that the mesh has in a region, if that is somewhere else."""
    nearest = min((face.region for face in faces), key=lambda region: _difference(here, region), default=here)
    return nearest if AGREEMENT < _difference(here, nearest) < REACH else None


def _known(face: FoundFace, dismissed: Sequence[_Dismissed]) -> bool:
    return any(_difference(known.region, face.region) < AGREEMENT for known in dismissed)


def _distinct(faces: Sequence[Seen]) -> list[Seen]:
    """Each face once: finders report one in several tiles."""
    kept: list[Seen] = []
    for face in faces:
        region = region_of_mesh(face.points)
        if all(_difference(region_of_mesh(other.points), region) > AGREEMENT for other in kept):
            kept.append(face)
    return kept


def _apart(faces: Sequence[FoundFace]) -> list[FoundFace]:
    """Each face once, as its best finding has it."""
    kept: list[FoundFace] = []
    for face in sorted(faces, key=lambda face: -face.score):
        if all(_difference(other.region, face.region) > AGREEMENT for other in kept):
            kept.append(face)
    return kept


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
