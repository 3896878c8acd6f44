"""Transfers between people: whether a result does what was asked of it, and whose face it shows.

Peer's view: MediaPipe's blendshapes of the result against those of the driver, on the channels where they can be
trusted and which the driver moves. Solves are kept in the user's cache; the frames are made anew.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import permutations
from pathlib import Path

import numpy as np

from ..core.conventions import Array
from ..core.editable import WANTED
from ..core.encoder.recognise import FaceRecogniser, open_recogniser, similarity
from ..core.export.sheet import write_png
from ..core.facs.performance import Performance
from ..core.facs.transfer import Mix
from ..core.pipeline import solve, transfer
from ..core.reporting import SilentReporter
from ..core.shot import Footage, Run, Solved
from ..core.storage import whole_file
from ..core.userdata import cache_folder
from ..demo import astronaut
from ..models.people.shards import PHOTOS
from .footage import shared_clip
from .plumbing import blendshapes
from .real import ACTING, GOOD, around_face
from .recognition import Look, real
from .scores import ACTIVE, correlation
from .table import Row, print_table

DRIVERS = ("d0.mp4", "d3.mp4", "d18.mp4")
PORTRAIT = "portrait"
TARGETS = ("s18.mp4", "s20.mp4", "s10.jpg", PORTRAIT)
FRAMES = 75
"""Of driver and plate: long enough for both people's neutral faces to be found."""
ASKED_BAR, PEER_BAR = 0.9, 0.75
IMPOSTORS = 99.0
"""%: of impostor pairs that the result and its target are to be more alike than."""
STRANGER = 0.02
"""How much more like the driver than its plate a result may be."""


@dataclass(frozen=True)
class Transferred:
    """One driver on one plate."""

    driver: Path
    target: Path
    folder: Path
    """As pipeline.transfer writes it."""
    report: Mapping[str, object]

    @property
    def name(self) -> str:
        return f"{self.driver.stem} → {self.target.stem}"


def main(names: Sequence[str]) -> None:
    """Make and judge each driver on each target (of `names`, where any are given); one table."""
    made = transfers(names, TARGETS)
    if made:
        print_table("people: what was asked for, and who is seen", rows_of(made))


def transfers(names: Sequence[str], targets: Sequence[str]) -> list[Transferred]:
    """Each driver on each of the targets; with names, those of which driver and target are named or open."""
    drivers = [name for name in DRIVERS if name in names] or list(DRIVERS)
    plates = [name for name in targets if name in names] or list(targets)
    paths = {name: portrait() if name == PORTRAIT else shared_clip(name) for name in (*drivers, *plates)}
    return [transferred(driver, target) for driver in map(paths.get, drivers) for target in map(paths.get, plates)
            if driver is not None and target is not None]  # fmt: skip


def portrait() -> Path:
    """The demo's astronaut."""
    path = cache_folder() / "benchmarks" / "portrait.png"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_png(astronaut(), path)
    return path


@cache
def transferred(driver: Path, target: Path) -> Transferred:
    """Solves are resumed, frames made by the code as it is."""
    folder = cache_folder() / "benchmarks" / f"transfer-{driver.stem}-{target.stem}"
    for part in ("frames", "matte"):
        shutil.rmtree(folder / part, ignore_errors=True)
    end = None if target.suffix in (".jpg", ".png") else FRAMES
    run = Run(SilentReporter(), resume=True)
    report = transfer(Footage(driver, end=FRAMES), Footage(target, end=end), folder, Mix(), "geometry", run)
    return Transferred(driver, target, folder, report)


def rows_of(made: Sequence[Transferred]) -> list[Row]:
    """Means with their bars, each transfer's figure beside."""
    asked, moving, seen, alike, strange = {}, {}, {}, {}, {}
    recogniser = open_recogniser(None, "auto")
    least = impostors(recogniser)
    for one in made:
        result = solve_result(one)
        wanted = Performance.load(one.folder / WANTED)
        asked[one.name], moving[one.name] = fidelity(result.performance, wanted)
        if (value := seen_by_peer(one, result)) is not None:
            seen[one.name] = value
        if isinstance(identity := one.report["identity"], dict):
            alike[one.name] = float(identity["result_to_plate"])
            strange[one.name] = float(identity["result_to_driver"]) - float(identity["plate_to_driver"])
    impostor = f"above {least:.3f}, " if np.isfinite(least) else ""
    return [
        Row("curves solved from the result, with those asked for", _mean(asked), "PCC", ASKED_BAR, peer=_said(asked)),
        Row("  all units that are to move at all", _mean(moving), "PCC", peer=_said(moving)),
        Row("MediaPipe's of the result, with the driver's", _mean(seen), "PCC", PEER_BAR, peer=_said(seen)),
        Row("result is its plate's person: least", min(alike.values(), default=np.nan), "cosine", least,
            peer=impostor + _said(alike)),
        Row("result is more like the driver than the plate: most", max(strange.values(), default=np.nan), "cosine",
            STRANGER, at_least=False, peer=_said(strange)),
    ]  # fmt: skip


def _mean(values: Mapping[str, float]) -> float:
    return _mean_of(np.array(list(values.values())))


def _mean_of(values: Array) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else float("nan")


def _said(values: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.2f}" for name, value in values.items())


def solve_result(one: Transferred) -> Solved:
    """A result, solved as anybody's footage."""
    wanted = Performance.load(one.folder / WANTED)
    shutil.rmtree(one.folder / "again", ignore_errors=True)
    footage = Footage(one.folder / "frames", fps=Fraction(wanted.fps).limit_denominator(1001))
    return solve(footage, one.folder / "again", Run(SilentReporter()))


def fidelity(found: Performance, wanted: Performance) -> tuple[float, float]:
    """Mean correlation of the units that are to act, as clearly as MediaPipe's channels are (ACTING), and of all that
    are to move at all.
    """
    correlations = np.array([correlation(*pair) for pair in zip(found.units.T, wanted.units.T, strict=True)
                             if pair[1].std() > ACTIVE])  # fmt: skip
    clear = np.array([np.ptp(curve) > ACTING for curve in wanted.units.T if curve.std() > ACTIVE], dtype=bool)
    return _mean_of(correlations[clear]), _mean_of(correlations)


def seen_by_peer(one: Transferred, result: Solved) -> float | None:
    """Mean correlation of MediaPipe's good channels that the driver moves; None where MediaPipe sees none."""
    wanted = Performance.load(one.folder / WANTED)
    driver = Performance.load(one.folder / "performance.npz")
    of_driver = _blendshapes_of(one.driver)
    frames = one.folder / "frames"
    of_result = blendshapes(frames) or blendshapes(frames, around_face(result.track))
    if not of_driver or not of_result:
        return None
    at = wanted.times - wanted.times[0]
    clock = driver.times - driver.times[0]
    moved = {name: np.interp(at, clock, of_driver[name][: len(clock)])
             for names in GOOD.values() for name in names}  # fmt: skip
    return agreement(moved, of_result)


def agreement(driver: Mapping[str, Array], result: Mapping[str, Array]) -> float | None:
    """Mean over GOOD's channels, of those that move in the driver."""
    channels = []
    for names in GOOD.values():
        moving = [name for name in names if np.ptp(driver[name]) > ACTING]
        if moving:
            channels.append(float(np.mean([correlation(result[name], driver[name]) for name in moving])))
    return float(np.mean(channels)) if channels else None


@cache
def _blendshapes_of(clip: Path) -> dict[str, Array] | None:
    return blendshapes(clip)


def impostors(recogniser: FaceRecogniser) -> float:
    """Similarity of single frames with other people's mean looks that 99 % stay under; people of all splits."""
    name = recogniser.name.replace(" ", "-")
    file = cache_folder() / "benchmarks" / f"impostors-{name}.npy"
    if not file.is_file():
        looks: dict[tuple[str, int], list[Look]] = {}
        for split in PHOTOS:
            for look in real(split):
                looks.setdefault((split, look.person), []).append(look)
        if len(looks) < 2:
            return float("nan")
        with whole_file(file) as temporary:
            np.save(temporary, strangers(recogniser, list(looks.values())))
    return float(np.percentile(np.load(file), IMPOSTORS))


def strangers(recogniser: FaceRecogniser, people: Sequence[Sequence[Look]]) -> Array:
    """Similarities of every frame of one person with the mean look of each other one."""
    looks = [np.stack([recogniser.look(look.rgb, look.points) for look in person]) for person in people]
    means = [person.mean(axis=0) for person in looks]
    return np.array([similarity(look, means[other]) for own, other in permutations(range(len(people)), 2)
                     for look in looks[own]])  # fmt: skip
