"""Whether the right people are where they are thought to be: shots compared, and a result with its plate and driver."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .clip import Clip, display
from .conventions import Array32
from .encoder.recognise import FaceRecogniser
from .errors import InputError
from .landmarks.backend import Backend, Image
from .landmarks.follow import settled
from .landmarks.region import region_of_mesh
from .landmarks.track import LandmarkTrack

SAMPLES = 24
"""Frames of a shot that are looked at, at most."""
NOTABLE = 0.15
"""Change of a mean similarity that is worth a warning."""


def track_in(folder: Path) -> LandmarkTrack | None:
    """The landmarks that an earlier solve left in a folder; None where there are none to be read."""
    try:
        return LandmarkTrack.load(folder / "landmarks.npz")
    except InputError:
        return None


def likeness_of(track: LandmarkTrack | None, recogniser: FaceRecogniser) -> Array32 | None:
    """D: the person's mean look; None where this recogniser has not looked."""
    return track.likeness if track is not None and track.recogniser == recogniser.name else None


def similarity(recogniser: FaceRecogniser, one: Array32 | None, other: Array32 | None) -> float | None:
    """−1 to 1 (the same look); None where one of the two is unknown."""
    return None if one is None or other is None else 1 - recogniser.unlike(one, other)


@dataclass(frozen=True)
class Pair:
    """The people of a transfer's two shots; None: unknown."""

    source: Array32 | None
    target: Array32 | None


def doubts(recogniser: FaceRecogniser, now: Pair, before: Pair) -> list[str]:
    """Warnings of one and the same person on both sides, and of sides changed since the folder's earlier job."""
    if (same := similarity(recogniser, now.source, now.target)) is None:
        return []
    if same >= recogniser.alike:
        return [
            f"source and target show the same person (similarity {same:.2f}): right for a shot re-performed by its own "
            "actor; else one of the two is the wrong footage"
        ]
    turned = [similarity(recogniser, *pair) for pair in ((now.source, before.target), (now.target, before.source))]
    if all(each is not None and each >= recogniser.alike for each in turned):
        each = " and ".join(f"{value:.2f}" for value in turned)
        return [
            f"source and target are swapped against what this folder held: each shows the other's person (similarity "
            f"{each}); change them if that was not meant"
        ]
    return []


def stranger(
    recogniser: FaceRecogniser, known: Array32 | None, found: Array32 | None, what: str, whose: str
) -> list[str]:
    """A warning where `what` (footage) shows somebody else than `whose` (a file, a folder)."""
    alike = similarity(recogniser, known, found)
    if alike is None or alike >= recogniser.alike:
        return []
    return [f"{what}: shows somebody else than {whose} (similarity {alike:.2f}); check that they belong together"]


def likeness_at(recogniser: FaceRecogniser, clip: Clip, track: LandmarkTrack) -> Array32 | None:
    """D: the mean look of whoever stands in a clip where a track of the same frames has its landmarks."""
    looks = [look for row in sampled(track.visible) if (look := _look_at(recogniser, clip, track, row)) is not None]
    return np.asarray(np.mean(looks, axis=0), dtype=np.float32) if looks else None


def _look_at(recogniser: FaceRecogniser, clip: Clip, track: LandmarkTrack, row: int) -> Array32 | None:
    try:
        rgb = display(clip.read(int(track.frames[row])).pixels, clip)
    except InputError:
        return None
    return recogniser.look(rgb, points_of(track, row))


def points_of(track: LandmarkTrack, row: int) -> Array32:
    """478×3 px."""
    return np.concatenate([track.points[row], track.depth[row, :, None]], axis=1)


def sampled(visible: NDArray[np.bool_]) -> list[int]:
    """Rows of seen frames, spread over the shot."""
    rows = np.flatnonzero(visible)
    chosen = np.unique(np.linspace(0, len(rows) - 1, min(SAMPLES, len(rows))).round().astype(int))
    return [int(rows[k]) for k in chosen] if len(rows) else []


@dataclass(frozen=True)
class Likeness:
    """Mean similarities (−1 to 1) of single frames with a person's mean look; None where nobody drove or is known."""

    frames: int
    """How many were looked at."""
    plate: float
    """The plate's frames with the plate's person: the most that can be expected."""
    result_to_plate: float
    result_to_driver: float | None
    plate_to_driver: float | None
    """What the result had of the driver before anything was done."""

    def doubts(self) -> list[str]:
        """Warnings where the result is less the plate's person, or more the driver."""
        found = []
        if self.result_to_plate < self.plate - NOTABLE:
            found.append(
                f"the result looks less like the plate's person than the plate does (similarity "
                f"{self.result_to_plate:.2f}, before {self.plate:.2f}); lower --strength keeps more of them"
            )
        if (
            self.result_to_driver is not None
            and self.plate_to_driver is not None
            and self.result_to_driver > self.plate_to_driver + NOTABLE
        ):
            found.append(
                f"the result looks more like the driver than the plate does (similarity {self.result_to_driver:.2f}, "
                f"before {self.plate_to_driver:.2f})"
            )
        return found


def compare(
    recogniser: FaceRecogniser,
    backend: Backend,
    track: LandmarkTrack,
    plate: Callable[[int], Image],
    result: Callable[[int], Image],
    driver: Array32 | None,
) -> Likeness | None:
    """How much of whom a result shows, in frames spread over the shot; landmarks are detected anew in the result.

    `plate`, `result`: frames by number; `driver`: the mean look of who drives. None where no frame could be compared.
    """
    before, after = [], []
    for row in sampled(track.visible):
        number, points = int(track.frames[row]), points_of(track, row)
        made = result(number)
        seen = settled(backend, made, region_of_mesh(points))
        if seen is not None:
            before.append(recogniser.look(plate(number), points))
            after.append(recogniser.look(made, seen.points))
    if not before:
        return None
    person = np.asarray(np.mean(before, axis=0), dtype=np.float32)

    def mean(looks: Sequence[Array32], of: Array32) -> float:
        return round(float(np.mean([1 - recogniser.unlike(look, of) for look in looks])), 3)

    return Likeness(
        frames=len(before),
        plate=mean(before, person),
        result_to_plate=mean(after, person),
        result_to_driver=None if driver is None else mean(after, driver),
        plate_to_driver=None if driver is None else mean(before, driver),
    )
