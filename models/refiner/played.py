"""Samples of rendered people (models/people): the answer, the geometry and the motion are known exactly."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ...benchmarks.reenact_pairs import Held, without
from ...core.clip import Clip, Frame
from ...core.conventions import CAMERA_FROM_FACE
from ...core.fit.result import Fit
from ...core.landmarks.track import LandmarkTrack
from ...core.refine.reperform import Reperformer
from ...core.reporting import SilentReporter
from ..people.acts import Acting
from ..people.acts import take as act
from ..people.degrade import spoilt
from ..people.figure import Figure
from ..people.person import Person, draw_person
from ..people.shards import SEEDS, Workshop
from ..people.stage import Stage, exposed
from ..people.take import Take, draw_take
from .samples import Sample, Samples, Witness, gathered, sampled

PEOPLE = 20
"""In a set."""
SHOWN, TWOS = 5, 3
"""Expressions that the shot shows, and twos that are wanted of it."""
STEP = 0.2
"""Of the way to another expression: how far the second of a two is from the first."""
MISREAD, LOST = 0.15, 0.03
"""Standard deviations of what is asked against what is so: of each weight, and whatever its size."""
BEST = 97
"""Quality of the answers' JPEG: what spoils the shot is not to be learnt."""
DETECTED = 0.4
"""px: standard deviation of landmarks."""


@dataclass(frozen=True)
class Film:
    """One head pose, one light; SHOWN frames, then the twos."""

    frames: list[NDArray[np.uint8]]
    fit: Fit
    track: LandmarkTrack


def played(workshop: Workshop, split: str, number: int) -> Samples:
    """All twos of the people of one set, each drawn from the split's seed and her number."""
    twos: list[tuple[Sample, Sample]] = []
    for one in range(number * PEOPLE, (number + 1) * PEOPLE):
        rng = np.random.default_rng([SEEDS[split], one])
        person = draw_person(rng, workshop.figure, workshop.chart, workshop.photos)
        twos += _twos(film(rng, workshop.figure, person), workshop.figure, rng)
    return gathered(twos)


def _twos(shot: Film, figure: Figure, rng: np.random.Generator) -> Iterator[tuple[Sample, Sample]]:
    hidden = np.arange(len(shot.fit)) >= SHOWN
    witness = Witness()
    performer = Reperformer(figure.head, without(shot.fit, hidden), shot.track, refiner=witness)
    performer.learn(_clip(shot.frames), SilentReporter())
    for first in range(SHOWN, len(shot.fit), 2):
        plate, seed, samples = int(rng.integers(SHOWN)), int(rng.integers(2**32)), []
        error = rng.normal(0, MISREAD, shot.fit.expression.shape[1]), rng.normal(0, LOST, shot.fit.expression.shape[1])
        for row in (first, first + 1):
            witness.jitter = np.random.default_rng(seed)
            asked = np.clip(shot.fit.expression[row] * (1 + error[0]) + error[1], 0, None)
            performer.frame(plate, shot.frames[plate], asked, shot.fit.gaze[row])
            marks = [shot.track.points[one].astype(np.float64) for one in (plate, row)]
            samples.append(sampled(witness, shot.frames[row].astype(np.float32) / 255, marks))
        if samples[0] is not None and samples[1] is not None:
            yield samples[0], samples[1]


def film(rng: np.random.Generator, figure: Figure, person: Person) -> Film:
    """Somebody who keeps her head still."""
    acting = _acting(rng)
    take, stage = draw_take(rng, figure, person.identity, acting), Stage(figure, person)
    around = replace(take.around, place=np.repeat(take.around.place[:1], len(acting.weights), axis=0))
    shapes = stage.shapes(acting.weights, acting.gaze)
    shots = [stage.shot(shapes[row], acting.weights[row], row, around) for row in range(len(shapes))]
    poor = replace(take.quality, motion=0.0)
    good = replace(poor, noise=0.0, coarse=0.0, jpeg=BEST)
    frames = [spoilt(exposed(shot.picture, shots[0].face, take.exposure), poor if row < SHOWN else good, rng)
              for row, shot in enumerate(shots)]  # fmt: skip
    points = np.stack([shot.landmarks for shot in shots]).astype(np.float32)
    points += rng.normal(0, DETECTED, points.shape).astype(np.float32)
    return Film(frames, _fit(figure, person, acting, replace(take, around=around)), _track(points, frames[0].shape))


def _acting(rng: np.random.Generator) -> Acting:
    one = act(rng, SHOWN + TWOS + 1)
    rows = [*range(SHOWN), *np.repeat(np.arange(SHOWN, SHOWN + TWOS), 2)]
    weights, gaze = one.weights[rows], one.gaze[rows]
    for second in range(SHOWN + 1, len(rows), 2):
        for values, other in ((weights, one.weights), (gaze, one.gaze)):
            values[second] += STEP * (other[rows[second] + 1] - values[second])
    still = np.repeat(one.turn[:1], len(rows), axis=0), np.repeat(one.drift[:1], len(rows), axis=0)
    return Acting(weights, gaze, *still)


def _fit(figure: Figure, person: Person, acting: Acting, take: Take) -> Fit:
    rows = len(acting.weights)
    turns = [cv2.Rodrigues(CAMERA_FROM_FACE.T @ turn)[0].ravel() for turn in take.around.rotation]
    weights = acting.weights.copy()
    weights[:, figure.blinks] *= figure.closing(person.identity)
    always = np.ones(rows, dtype=np.bool_)
    return Fit(
        model="people", expressions=figure.head.expressions, camera=take.around.camera, identity=person.identity,
        rotation=np.stack(turns), translation=take.around.place, expression=weights,
        variance=np.zeros(weights.shape, np.float32), gaze=acting.gaze, offset=np.zeros((478, 3)),
        residual=np.zeros(rows), confidence=np.ones(rows), visible=always, bridged=~always,
        frames=np.arange(rows), times=np.arange(rows) / 25, fps=25.0,
    )  # fmt: skip


def _track(points: NDArray[np.float32], shape: tuple[int, ...]) -> LandmarkTrack:
    rows = len(points)
    return LandmarkTrack(
        points, np.zeros(points.shape[:2], np.float32), np.ones(rows, np.float32), np.ones(rows, dtype=np.bool_),
        np.arange(rows), np.arange(rows) / 25, 25.0, shape[1], shape[0], None, "mediapipe-solutions",
    )  # fmt: skip


def _clip(frames: list[NDArray[np.uint8]]) -> Clip:
    held = tuple(Frame(row, row / 25, picture) for row, picture in enumerate(frames))
    height, width = frames[0].shape[:2]
    path = Path("rendered")
    return Clip(path, "sequence", width, height, 3, "uint8", Fraction(25), 0, len(frames) - 1, len(frames), False, None,
                None, "", Held(path, held))  # fmt: skip
