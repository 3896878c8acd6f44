"""The target's face on its plate, before and after: the fit's geometry, held to the pixels by what was detected."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, camera_rotations
from ..face.geometry import Eyeballs
from ..face.model import FaceModel
from ..face.surface import vertex_normals
from ..facs.transfer import Region
from ..fit.result import Fit
from ..landmarks.places import MOUTH, RIGID, eye_distance
from ..landmarks.track import LandmarkTrack
from .anchor import corrections, spread
from .backward import Motion
from .chart import chart_of
from .closing import closed, closures, inset
from .eye_habits import eye_habits, moved
from .habits import Habits
from .inner import ALBEDO, InnerMouth, arch_length
from .region import reach_of
from .view import Surface

BEHIND_LIPS = 0.006
"""m from the middle of the upper lip's edge back to the teeth."""
APART = 0.02
"""m between the places that tell how the skull lies there."""
SKIN_PARTS = ("skin", "lips")
"""Parts of a model that are warped; eyes and the inside of the mouth are filled instead."""


class PlateGeometry:
    """One shot's face. Depends on the row and the new expression alone."""

    def __init__(
        self, model: FaceModel, fit: Fit, track: LandmarkTrack, with_habits: bool = False, region: Region = "all"
    ) -> None:
        """`with_habits`: learn from the shot how this face leaves the model, by expression; `region`: what may move."""
        self._fit = fit
        skin = [model.parts.index(part) for part in SKIN_PARTS if part in model.parts]
        vertices, corners = np.unique(model.triangles[np.isin(model.part, skin)], return_inverse=True)
        self.triangles: NDArray[np.int32] = corners.reshape(-1, 3).astype(np.int32)
        """F×3, into the skin's vertices."""
        self._skin = vertices_only(model, vertices)
        self.chart = chart_of(self._skin, self.triangles)
        self._marks = landmarks_only(model)
        self._reach = reach_of(region, self._marks, self._skin)
        inside = [model.parts.index(part) for part in ALBEDO if part in model.parts]
        faces = np.isin(model.part, inside)
        within, corners = np.unique(model.triangles[faces], return_inverse=True)
        self._inner = vertices_only(model, within)
        self._inner_triangles = corners.reshape(-1, 3).astype(np.int32)
        self._albedo = np.array([ALBEDO[model.parts[part]] for part in model.part[faces]], dtype=np.float32)
        upper = [model.parts.index(part) for part in ("teeth_upper",) if part in model.parts]
        self._upper_teeth = np.isin(within, model.triangles[np.isin(model.part, upper)])
        self._arch = np.full(len(within), np.nan)
        for row in (part for part in ("teeth_upper", "teeth_lower") if part in model.parts):
            teeth = np.isin(within, model.triangles[model.part == model.parts.index(row)])
            self._arch[teeth] = arch_length(self._inner.mean[teeth].astype(np.float64))
        self._spread = spread(model, vertices)
        self._corrections = corrections(self._marks, fit, track)
        self._habits = Habits(self._marks, fit, self._corrections) if with_habits else None
        seen = fit.visible & track.visible & with_habits
        self._eye_habits = eye_habits(self._marks, fit, self._corrections, seen)
        self._closures = closures(model, fit.identity)
        teeth = model.landmarks(model.neutral(fit.identity))[MOUTH.upper[3:8]].mean(axis=0) - (0.0, 0.0, BEHIND_LIPS)
        self._skull = teeth + APART * np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])

    def landmarks(self, row: int) -> Array:
        """478×2 px: where the landmarks are on the plate."""
        fit = self._fit
        shape = self._marks.shape(fit.identity, fit.expression[row], fit.gaze[row])
        return np.asarray(fit.project(shape, row) + self._corrections[row])

    def skull(self, row: int) -> Array:
        """3×2 px: places of the skull about the front teeth: an affine map from one frame's to another's carries teeth
        along with the head.
        """
        return np.asarray(self._fit.project(self._skull, row) + self._corrections[row, RIGID].mean(axis=0))

    def skin(self, row: int) -> tuple[Array, Array]:
        """V×2 px: where the skin is on the plate; and V: the cosine of its normals to the eye."""
        fit = self._fit
        shape = self._skin.shape(fit.identity, fit.expression[row])
        towards = fit.to_camera(shape, row)
        towards /= -np.linalg.norm(towards, axis=1, keepdims=True)
        normals = self.chart.normals @ camera_rotations(fit.rotation[row]).T
        return fit.project(shape, row) + self._spread(self._corrections[row]), np.sum(normals * towards, axis=1)

    def surface(self, row: int, expression: Array) -> Surface:
        """What guides tell of the skin when a row's expression (E weights) becomes this."""
        fit = self._fit
        old, new = (
            vertex_normals(fit.to_camera(self._skin.shape(fit.identity, weights), row), self.triangles)
            for weights in (fit.expression[row], expression)
        )
        attributes = np.concatenate([new, new - old, self._skin.mean[:, :2]], axis=1)
        return Surface(self.triangles, attributes.astype(np.float32))

    def motion(self, row: int, expression: Array, gaze: Array) -> Motion:
        """What moves when a row's expression (E weights) and gaze (2×2 rad) become these."""
        fit = self._fit
        old_marks = self._marks.shape(fit.identity, fit.expression[row], fit.gaze[row])
        new_marks = self._marks.shape(fit.identity, expression, gaze)
        correction = self._corrections[row].astype(np.float64)
        habit = 0.0 if self._habits is None else self._habits.change(row, expression)
        old = fit.project(old_marks, row) + correction
        habit += moved(self._eye_habits, (old_marks, fit.gaze[row]), (new_marks, gaze), old, correction)
        new = fit.project(new_marks, row) + correction + habit
        shut = sum((closed(part, old, new, old_marks, new_marks) for part in self._closures), np.zeros_like(old))
        edge = inset(self._closures[0], old, new + shut, float(eye_distance(old)))
        skin = self._skin.shape(fit.identity, expression)
        motion = Motion(
            old=fit.project(self._skin.shape(fit.identity, fit.expression[row]), row) + self._spread(correction + edge),
            new=fit.project(skin, row) + self._spread(correction + habit + shut),
            depth=fit.to_camera(skin, row)[:, 2],
            old_landmarks=old,
            new_landmarks=new + shut,
            skull=self.skull(row),
            inner=self._inside(row, expression, correction),
        )
        return motion if self._reach is None else self._reach(motion)

    def _inside(self, row: int, expression: Array, correction: Array) -> InnerMouth | None:
        if np.isnan(self._arch).all():
            return None
        shape = self._inner.shape(self._fit.identity, expression)
        pixels = self._fit.project(shape, row) + correction[RIGID].mean(axis=0)
        depth = self._fit.to_camera(shape, row)[:, 2]
        return InnerMouth(pixels, depth, self._inner_triangles, self._albedo, self._upper_teeth, self._arch)


def vertices_only(model: FaceModel, vertices: NDArray[np.intp]) -> FaceModel:
    """The model with these vertices alone, for `shape`: its triangles no longer hold."""
    return replace(
        model,
        mean=model.mean[vertices],
        # in the order that products want, which picking does not leave them in
        identity=np.ascontiguousarray(model.identity[:, vertices]),
        expression=np.ascontiguousarray(model.expression[:, vertices]),
        eyes=replace(model.eyes, member=model.eyes.member[vertices]),
    )


def landmarks_only(model: FaceModel) -> FaceModel:
    """A model whose vertices are the 478 landmarks, for `shape`: linear like the model itself, and small."""
    nearest = model.triangles[model.landmark_triangle, model.landmark_weights.argmax(axis=1)]
    mean, identity, expression = (
        np.ascontiguousarray(model.landmarks(basis.astype(np.float64)), dtype=np.float32)
        for basis in (model.mean, model.identity, model.expression)
    )
    eyes: Eyeballs = replace(model.eyes, member=model.eyes.member[nearest])
    return replace(model, mean=mean, identity=identity, expression=expression, eyes=eyes)
