"""Frames of a result made again, several at once, each written as soon as it is made; what an earlier run left is kept
where it is still what is wanted.
"""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from ..clip import Frame
from ..clip.footage import Pixels
from ..job import fingerprint
from ..recomposite import in_order, performing
from ..refine.reperform import Reperformed, SourceFill
from .handed import HandOff
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


Write = Callable[[Made, dict[str, Path]], None]
"""Writes the files of one frame, by name; called from threads."""


def write_frames(hand: HandOff, stage: str, names: Sequence[str], suffix: str, write: Write) -> list[Path]:
    """`name.####suffix` of every frame, for each of the names. Raises InputError as Result.plan and Left.check."""
    result, reporter = hand.result, hand.run.reporter
    plan = replace(result.plan(hand.job), provenance=hand.run.provenance)
    paths = {
        int(number): {name: hand.folder / f"{name}.{number:04d}{suffix}" for name in names}
        for number in result.fit.frames
    }
    left = Left(hand.made) if hand.altered else None
    from_what = {
        int(number): fingerprint(frame=plan.frame_made_from(row), left=left and left.files.get(int(number)))
        for row, number in enumerate(result.fit.frames)
    }
    files = {file: from_what[number] for number, named in paths.items() for file in named.values()}
    good = hand.job.begin(stage, files)
    kept = {number for number, named in paths.items() if good.issuperset(named.values())}
    performer = plan.performer()
    if hand.altered and len(kept) < len(paths):
        performer.learn(result.clip, reporter)
        performer.lend(plan.lesson(reporter))
    perform = performing(plan, performer)

    def task(row: int, frame: Frame, source: SourceFill | None) -> None:
        made = Made(result, row, frame.number, frame.pixels, perform(row, frame, source))
        if left is not None:
            left.check(frame.number, made.reperformed.pixels)
        write(made, paths[frame.number])

    with closing(in_order(plan, task, kept, reporter, wait=True)) as finished:
        for work in finished:
            reporter.check()
            if work.future is not None:
                work.future.result()
            reporter.progress(stage, work.row + 1, len(paths))
    return list(files)
