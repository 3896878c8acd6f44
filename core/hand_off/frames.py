"""Frames of a result made again, several at once, each written as soon as it is made, by all that is written of it;
what an earlier run left is kept where it is still what is wanted.
"""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from ..clip import Frame
from ..clip.footage import Pixels
from ..conventions import Array32
from ..job import fingerprint
from ..raster.guides import Surface, surface
from ..raster.windows import Window
from ..recomposite import Recomposition, in_order, performing
from ..refine.reperform import Reperformed, Reperformer, SourceFill
from .handed import HandOff
from .layers import layers_of
from .left import Left
from .result import Result


@dataclass(frozen=True)
class Made:
    """One frame made again."""

    result: Result
    row: int
    number: int
    """The result's own."""
    plate: Pixels
    reperformed: Reperformed
    drawn: Surface
    """The model's."""

    @cached_property
    def layers(self) -> tuple[Window, dict[str, Array32]]:
        """As layers_of."""
        result, row = self.result, self.row
        states = result.expression[row], result.gaze[row]
        return layers_of(self.reperformed, result.model, result.fit, row, *states, self.drawn)


@dataclass(frozen=True)
class FrameFiles:
    """Files of every frame, `name.####.exr`, a file for each name."""

    stage: str
    """The kind's name, as the job and the progress have it."""
    names: tuple[str, ...]
    write: Callable[[Made, dict[str, Path], HandOff], None]
    """Writes the files of one frame, by name; called from threads."""

    def paths(self, hand: HandOff) -> dict[int, dict[str, Path]]:
        """By frame and name."""
        numbers = map(int, hand.result.fit.frames)
        return {number: {name: hand.folder / f"{name}.{number:04d}.exr" for name in self.names} for number in numbers}


def write_frames(hand: HandOff, kinds: tuple[FrameFiles, ...]) -> dict[str, list[Path]]:
    """All files of each kind, by its stage; every frame is made once for all of them. Raises InputError as
    Result.plan and Left.check.
    """
    result, reporter = hand.result, hand.run.reporter
    plan = replace(result.plan(hand.job), provenance=hand.run.provenance)
    left = Left(hand.made) if hand.altered else None
    wanted = [_wanted(hand, kind, plan, left) for kind in kinds]
    kept = {number for number in map(int, result.fit.frames) if not any(each.lacks(number) for each in wanted)}
    performer, drawn = plan.performer(), surface(result.model, 1)
    if hand.altered and len(kept) < len(result.fit):
        _learn(performer, plan, hand)
    perform = performing(plan, performer)

    def task(row: int, frame: Frame, source: SourceFill | None) -> None:
        made = Made(result, row, frame.number, frame.pixels, perform(row, frame, source), drawn)
        if left is not None:
            left.check(frame.number, made.reperformed.pixels)
        for each in wanted:
            if each.lacks(frame.number):
                each.kind.write(made, each.paths[frame.number], hand)

    with closing(in_order(plan, task, kept, reporter, wait=True)) as finished:
        for work in finished:
            reporter.check()
            if work.future is not None:
                work.future.result()
            reporter.progress(", ".join(kind.stage for kind in kinds), work.row + 1, len(result.fit))
    return {each.kind.stage: [file for named in each.paths.values() for file in named.values()] for each in wanted}


@dataclass(frozen=True)
class _Wanted:
    """A kind's files, and which of them need not be written."""

    kind: FrameFiles
    paths: dict[int, dict[str, Path]]
    good: set[Path]
    """What an earlier run left of them that stays."""

    def lacks(self, number: int) -> bool:
        """Whether a file of a frame is to be written."""
        return not self.good.issuperset(self.paths[number].values())


def _wanted(hand: HandOff, kind: FrameFiles, plan: Recomposition, left: Left | None) -> _Wanted:
    """Tells the job what each file is made from."""
    from_what = {
        int(number): fingerprint(frame=plan.frame_made_from(row), left=left and left.files.get(int(number)))
        for row, number in enumerate(hand.result.fit.frames)
    }
    paths = kind.paths(hand)
    files = {file: from_what[number] for number, named in paths.items() for file in named.values()}
    return _Wanted(kind, paths, hand.job.begin(kind.stage, files))


def _learn(performer: Reperformer, plan: Recomposition, hand: HandOff) -> None:
    performer.learn(hand.result.clip, hand.run.reporter)
    performer.lend(plan.lesson(hand.run.reporter))
