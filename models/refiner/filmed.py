"""Samples of footage: one person's frames with nearly the same head pose, one's picture and the other's expression.

What is asked for, and how the truth is brought to the plate's head pose, is as in `benchmarks/reenact`; the passage
round the wanted frame is barred from retrieval as there.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...benchmarks import reenact_pairs as pairs
from ...benchmarks.reenact_pairs import Pair
from ...benchmarks.reenact_rows import asks
from ...core.conventions import Array
from ...core.landmarks.places import eye_distance
from ...core.pipeline import solve
from ...core.refine.geometry import PlateGeometry, landmarks_only
from ...core.refine.reperform import Reperformer
from ...core.report import unsure
from ...core.reporting import SilentReporter
from ...core.shot import Footage, Run, Solved, is_solve, read_solve
from .samples import Sample, Samples, Witness, gathered, sampled

MOVED = 0.5
"""% of the eye distance: pairs differ by at least that. Less than where they are judged: little is to be learnt too."""
UNLEARNT = 0.25
"""Share of passages in which nothing was learnt of the shot, as of a still."""


Two = tuple[Pair, Pair]
"""Of one plate, to be asked for two successive moments."""


def filmed(clip: Path, folder: Path, seen: bool, twos: int, person: int) -> Samples:
    """Up to `twos` twos of one clip: of what training may see (`seen`), or of the rest. `folder`: of its solve."""
    run = Run(SilentReporter(), resume=True)
    solved = (
        read_solve(Footage(folder), folder / "none", run) if is_solve(folder) else solve(Footage(clip), folder, run)
    )
    solved = replace(solved, clip=pairs.in_memory(solved.clip))
    rng, count = np.random.default_rng([person, seen]), len(solved.fit)
    judged = np.isin(np.arange(count), pairs.judged_rows(clip.name, count))
    chosen = choose(solved, ~judged if seen else judged, twos, rng)
    places = PlateGeometry(solved.model, solved.fit, solved.track).landmarks
    made: list[tuple[Sample, Sample]] = []
    for passage in dict.fromkeys(pair.passage for pair, _ in chosen):
        here = [two for two in chosen if two[0].passage == passage]
        hidden = pairs.barred(solved.fit, passage) | (judged & seen)
        made += passage_samples((solved, places), here, hidden, rng, jitter=seen)
    return gathered(made)


def choose(solved: Solved, usable: NDArray[np.bool_], twos: int, rng: np.random.Generator) -> list[Two]:
    """Spread over the rows that may be wanted, each with a plate whose head stands nearly as its own."""
    fit = solved.fit
    fine, passages = usable & fit.visible & ~unsure(fit), pairs.passage_of(fit)
    comparable = comparable_rows(solved) & fine[:, None] & fine
    for passage in np.unique(passages):
        comparable[np.ix_(pairs.barred(fit, int(passage)), passages == passage)] = False
    both = comparable[:, :-1] & comparable[:, 1:] & (passages[:-1] == passages[1:])
    rows = np.flatnonzero(both.any(axis=0))
    rows = rows[np.unique(np.linspace(0, len(rows) - 1, min(twos, len(rows))).astype(int))] if len(rows) else rows
    plates = [int(rng.choice(np.flatnonzero(both[:, row]))) for row in rows]
    return [(Pair(plate, int(row), int(passages[row])), Pair(plate, int(row) + 1, int(passages[row])))
            for plate, row in zip(plates, rows, strict=True)]  # fmt: skip


def comparable_rows(solved: Solved) -> NDArray[np.bool_]:
    """T×T: rows with the same head pose and different expressions."""
    fit, marks = solved.fit, landmarks_only(solved.model)
    straight = np.zeros((2, 2))
    neutral = marks.shape(fit.identity, np.zeros(len(fit.expressions)), straight)
    shapes = np.stack([marks.shape(fit.identity, weights, straight) for weights in fit.expression])[:, :468]
    apart = pairs.differences(shapes, float(eye_distance(neutral)))
    near = pairs.same_pose(np.stack([fit.project(neutral, row) for row in range(len(fit))])[:, :468])
    return np.asarray(near & (apart >= MOVED))


def passage_samples(
    shot: tuple[Solved, Callable[[int], Array]],
    twos: list[Two],
    hidden: NDArray[np.bool_],
    rng: np.random.Generator,
    *,
    jitter: bool,
) -> Iterator[tuple[Sample, Sample]]:
    """Of one passage; `shot`: and where its rows' landmarks are; `hidden` (T): rows that retrieval may not use."""
    solved, places = shot
    witness = Witness()
    performer = Reperformer(solved.model, pairs.without(solved.fit, hidden), solved.track, refiner=witness)
    if not jitter or rng.random() >= UNLEARNT:
        performer.learn(solved.clip, SilentReporter())
    frames = [frame.pixels for frame in solved.clip]
    asked = asks(solved, [pair for two in twos for pair in two], frames)
    for number, two in enumerate(twos):
        seed, samples = int(rng.integers(2**32)), []
        for pair, ask in zip(two, asked[2 * number : 2 * number + 2], strict=True):
            witness.jitter = np.random.default_rng(seed) if jitter else None
            performer.frame(ask.row, ask.pixels, ask.expression, ask.gaze)
            truth = pairs.truth_of(solved, pair, ask.pixels, frames[pair.wanted])
            marks = [places(pair.plate), truth.place(places(pair.wanted))]
            samples.append(sampled(witness, truth.picture.astype(np.float32) / 255, marks))
        first, second = samples
        if first is not None and second is not None:
            yield first, second
