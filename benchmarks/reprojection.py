"""How near the fit comes to real footage: its landmarks to the detector's, and its contours to marks made by hand.

`python -m expression_transfer.benchmarks.reprojection [MODEL …]`; without models: the built-in head, and ICT-FaceKit
where it is shared. Everything in % of the clip's eye distance: the median distance of the outer eye corners
(places.eye_distance), as report.json has it. The contours are the *geometry's*: the model's true lip and lid edges,
posed and projected; the peer's are curves through the detector's own landmarks.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ..core.clip import open_clip
from ..core.conventions import Array
from ..core.face.model import FaceModel
from ..core.fit.result import Fit
from ..core.fit.solve import solve_shot
from ..core.heads.registry import load_model
from ..core.landmarks.detect import DetectOptions, detect
from ..core.landmarks.places import eye_distance
from ..core.landmarks.track import LandmarkTrack
from ..core.reporting import SilentReporter
from .contours import CONTOURS, Marked, curve, distances, is_upper, read_marks
from .footage import SHARED, shared_clip
from .table import Row, print_table

RESIDUAL_CLIPS = ("d0.mp4", "d3.mp4", "d18.mp4", "s18.mp4")
RESIDUAL_BAR, CONTOUR_BAR = 2.0, 1.2
"""% of the eye distance."""
ICT = SHARED / "models" / "ICT-FaceKit-master.zip"


@dataclass(frozen=True)
class Shot:
    """A clip seen once, for all models."""

    name: str
    track: LandmarkTrack
    eyes: float
    """px: median distance of the outer eye corners."""

    def row(self, frame: int) -> int:
        """The row of a source frame."""
        return int(np.flatnonzero(self.track.frames == frame)[0])


@dataclass(frozen=True)
class Error:
    """Signed distances (%, above zero: the line lies outside) of one contour's marks in one frame."""

    frame: str
    contour: str
    signed: Array


def main(models: Iterable[str]) -> None:
    """Print a table a model."""
    marks = read_marks()
    names = dict.fromkeys((*RESIDUAL_CLIPS, *(marked.clip for marked in marks)))
    if None in map(shared_clip, names):
        return
    shots = {name: _seen(name) for name in names}
    peer = [error for marked in marks for error in errors(marked, shots[marked.clip], _detected(shots, marked))]
    for name in models:
        model = load_model(name, SilentReporter())
        fits = {clip: solve_shot(shot.track, model, SilentReporter()) for clip, shot in shots.items()}
        own = [error for marked in marks for error in fit_errors(marked, shots[marked.clip], model, fits[marked.clip])]
        title = f"reprojection on real footage, {model.name.rpartition('/')[2]} (% of the eye distance)"
        print_table(title, [*residual_rows(shots, fits), *contour_rows(own, peer)])


def _seen(name: str) -> Shot:
    track = detect(open_clip(SHARED / "footage" / name), DetectOptions(), SilentReporter())
    return Shot(name, track, float(np.median(eye_distance(track.points[track.visible]))))


def _detected(shots: dict[str, Shot], marked: Marked) -> Array:
    shot = shots[marked.clip]
    return np.asarray(shot.track.points[shot.row(marked.frame)], dtype=np.float64)


def fit_errors(marked: Marked, shot: Shot, model: FaceModel, fit: Fit) -> list[Error]:
    """Of a frame's contours against the geometry's landmarks, posed and projected."""
    row = shot.row(marked.frame)
    posed = model.shape(fit.identity, fit.expression[row])
    return errors(marked, shot, fit.project(model.landmarks(posed), row))


def errors(marked: Marked, shot: Shot, landmarks: Array) -> list[Error]:
    """Of a frame's contours against curves through landmarks (478×2 px)."""
    return [
        Error(
            f"{marked.clip} frame {marked.frame}",
            contour,
            100 * distances(points, curve(landmarks, contour), upper=is_upper(contour)) / shot.eyes,
        )
        for contour, points in marked.contours.items()
    ]


def mean(found: Iterable[Error]) -> float:
    """Mean distance over all marked points, %."""
    return float(np.mean(np.abs(np.concatenate([error.signed for error in found]))))


def outward(found: Iterable[Error]) -> float:
    """Mean signed distance over all marked points, %."""
    return float(np.mean(np.concatenate([error.signed for error in found])))


def residual_rows(shots: dict[str, Shot], fits: dict[str, Fit]) -> list[Row]:
    """The detector's landmarks against the fit's: root mean square in a frame, mean over the frames."""
    figures = {clip: 100 * float(np.nanmean(fits[clip].residual)) / shots[clip].eyes for clip in RESIDUAL_CLIPS}
    average = float(np.mean(list(figures.values())))
    return [
        *(Row(f"landmark residual, {clip}", figure, "%") for clip, figure in figures.items()),
        Row("landmark residual, mean", average, "%", RESIDUAL_BAR, at_least=False),
    ]


def contour_rows(own: list[Error], peer: list[Error]) -> list[Row]:
    """All contours, then by kind, then by frame."""
    frames = dict.fromkeys(error.frame for error in own)
    kinds = [_row(f"  {kind.replace('_', ' ')}", _of(own, contour=kind), _of(peer, contour=kind)) for kind in CONTOURS]
    return [
        _row(f"marked contours, mean of {len(frames)} frames", own, peer, bar=CONTOUR_BAR),
        *kinds,
        *(_row(f"  {frame}", _of(own, frame=frame), _of(peer, frame=frame)) for frame in frames),
    ]


def _of(found: list[Error], **wanted: str) -> list[Error]:
    return [error for error in found if all(getattr(error, name) == value for name, value in wanted.items())]


def _row(what: str, own: list[Error], peer: list[Error], *, bar: float | None = None) -> Row:
    said = f"detector {mean(peer):.2f}, outward {outward(peer):+.2f} (fit {outward(own):+.2f})"
    return Row(what, mean(own), "%", bar, at_least=False, peer=said)


if __name__ == "__main__":
    main(sys.argv[1:] or ["builtin", *([str(ICT)] if ICT.is_file() else [])])
