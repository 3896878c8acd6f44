"""A target's frames with a new expression: what the pipeline calls."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..clip import Clip
from ..conventions import Array, Array32
from ..face.model import FaceModel
from ..fit.result import Fit
from ..landmarks.track import LandmarkTrack
from ..raster.cpu import Window
from ..reporting import Reporter
from . import tps
from .anchor import corrections, spread
from .backward import Motion
from .bank import Bank, Likeness, faded, farthest, mismatch, steady_choice
from .closing import closed, closures, inset
from .composite import Plate, composite, full_scale
from .fill import Filler
from .grid import around, pixel_centres, within
from .options import TransferOptions
from .patch import Patch
from .perform import Fillers, Layers, perform, warped
from .topology import EYES, OUTER_LIPS

BANK_SIZE = 40
"""Pictures kept per feature: flat memory, however long the clip."""
SKIN_PARTS = ("skin", "lips", "lid")


@dataclass(frozen=True)
class SourceFill:
    """The source's frame, whose mouth and eyes may fill what the target never showed."""

    pixels: NDArray[np.generic]
    """H×W×3."""
    landmarks: Array
    """478×2 px in it."""


@dataclass(frozen=True)
class Reperformed:
    """One frame's result."""

    pixels: Plate
    """H×W×C, the plate's type; outside the matte bit for bit the plate."""
    matte: Array32
    """H×W, 0–1: where the plate was changed."""
    backward: Array32
    """H×W×2 px: where each pixel's skin comes from in the plate (centres at +0.5); itself outside the matte."""
    filled: Array32
    """H×W, 0–1: inside of mouth and eyes, which the backward map does not explain."""


class Reperformer:
    """Gives the target of a fit new expressions. Results depend on the arguments alone, never on frames done before."""

    def __init__(
        self, model: FaceModel, fit: Fit, track: LandmarkTrack, options: TransferOptions | None = None
    ) -> None:
        self._model, self._fit = model, fit
        self._options = options or TransferOptions()
        skin = [model.parts.index(part) for part in SKIN_PARTS if part in model.parts]
        triangles = model.triangles[np.isin(model.part, skin)]
        self._vertices, corners = np.unique(triangles, return_inverse=True)
        self._triangles = corners.reshape(-1, 3).astype(np.int32)
        self._corrections = corrections(model, fit, track)
        self._spread = spread(model)
        self._likeness = Likeness(model, fit.identity)
        self._closures = closures(model, fit.identity)
        self._frame: Window = (0, 0, track.width, track.height)
        self._banks: tuple[Bank, ...] = ()
        self._choices: tuple[NDArray[np.intp], ...] = ()

    def learn(self, clip: Clip, reporter: Reporter) -> None:
        """Read the target once and keep pictures of its mouth and eyes from frames that span what they do in it."""
        fit = self._fit
        features = self._likeness(fit.expression, fit.gaze, fit.rotation)
        seen = np.flatnonzero(fit.visible)
        rows = [farthest(part, seen, BANK_SIZE) for part in features]
        self._banks = tuple(Bank(chosen, part[chosen]) for chosen, part in zip(rows, features, strict=True))
        wanted = {int(row) for chosen in rows for row in chosen}
        for row, frame in enumerate(clip):
            reporter.check()
            if row in wanted:
                self._keep(row, frame.pixels)
            reporter.progress("learn", row + 1, len(fit))
            if not wanted or row >= max(wanted):
                break

    def plan(self, expression: Array, gaze: Array) -> None:
        """Choose which picture each frame is filled from, given all new expressions (T×E) and gazes (T×2×2).

        A choice that looks ahead holds still where one made frame by frame would flicker.
        """
        wanted = self._likeness(expression, gaze, self._fit.rotation)
        self._choices = tuple(
            steady_choice(mismatch(part, bank.features)) if len(bank.rows) else np.zeros(len(part), dtype=np.intp)
            for part, bank in zip(wanted, self._banks, strict=True)
        )

    def frame(
        self, row: int, pixels: Plate, expression: Array, gaze: Array, source: SourceFill | None = None
    ) -> Reperformed:
        """Row `row` of the target with a new expression (E weights) and gaze (2×2 rad, left eye first)."""
        known = self._fit.visible[row] or self._fit.bridged[row]
        motion = self._motion(row, expression, gaze) if known else None
        if motion is None or motion.reach == 0:
            return self._untouched(pixels)
        window = around(np.concatenate([motion.old, motion.new]), motion.skirt + 2, self._frame)
        plate = Patch.of(pixels, motion.old_landmarks, window)
        if self._options.method == "tps":
            layers = warped(plate, tps.spline_offsets(motion.old_landmarks[:468], motion.new_landmarks[:468], window))
        else:
            fillers = self._fillers(row, expression, gaze, None if source is None else _source_patch(source, pixels))
            layers = perform(plate, self._frame, motion, self._triangles, fillers)
        return self._finished(pixels, layers)

    def landmarks(self, row: int) -> Array:
        """478×2 px: where this face's landmarks are on the plate (for use as another's SourceFill)."""
        shape = self._model.shape(self._fit.identity, self._fit.expression[row], self._fit.gaze[row])
        return np.asarray(self._fit.project(self._model.landmarks(shape), row) + self._corrections[row])

    def _motion(self, row: int, expression: Array, gaze: Array) -> Motion:
        fit, model = self._fit, self._model
        old_shape = model.shape(fit.identity, fit.expression[row], fit.gaze[row])
        new_shape = model.shape(fit.identity, expression, gaze)
        old_marks, new_marks = model.landmarks(old_shape), model.landmarks(new_shape)
        correction = self._corrections[row].astype(np.float64)
        old, new = fit.project(old_marks, row) + correction, fit.project(new_marks, row) + correction
        shut = sum(closed(closure, old, new, old_marks, new_marks) for closure in self._closures)
        part, size = self._vertices, tps.eye_distance(old)
        edge = inset(self._closures[0], old, new + shut, size)
        return Motion(
            old=fit.project(old_shape[part], row) + self._spread(correction + edge)[part],
            new=fit.project(new_shape[part], row) + self._spread(correction + shut)[part],
            depth=fit.to_camera(new_shape[part], row)[:, 2],
            old_landmarks=old,
            new_landmarks=new + shut,
        )

    def _keep(self, row: int, pixels: Plate) -> None:
        landmarks = self.landmarks(row)
        size = tps.eye_distance(landmarks)
        mouth_window = around(landmarks[OUTER_LIPS], 0.35 * size, self._frame)
        eye_windows = [around(landmarks[eye.rings[-1]], 0.1 * size, self._frame) for eye in EYES]
        for bank, window in zip(self._banks, [mouth_window, *eye_windows], strict=True):
            if row in bank.rows:
                bank.patches[row] = Patch.of(pixels, landmarks, window)

    def _fillers(self, row: int, expression: Array, gaze: Array, source: Patch | None) -> Fillers:
        other = [] if source is None else [Filler(source, own=False, share=1.0)]
        found = []
        for index, bank in enumerate(self._banks):
            found.append(tuple(other + self._from_bank(index, bank, row, expression, gaze)))
        return Fillers(*found) if found else Fillers(tuple(other), tuple(other), tuple(other))

    def _from_bank(self, index: int, bank: Bank, row: int, expression: Array, gaze: Array) -> list[Filler]:
        if not bank.patches:
            return []
        if self._choices:
            shares = faded(self._choices[index], row)
        else:
            wanted = self._likeness(expression[None], gaze[None], self._fit.rotation[row][None])[index]
            shares = [(int(mismatch(wanted, bank.features)[0].argmin()), 1.0)]
        fillers, remaining = [], 0.0
        for choice, share in shares:  # shares are of the whole; laid one over the other each covers share / sum so far
            remaining += share
            if (patch := bank.patches.get(int(bank.rows[choice]))) is not None:
                fillers.append(Filler(patch, own=True, share=share / remaining))
        return fillers

    def _untouched(self, pixels: Plate) -> Reperformed:
        blank = np.zeros(pixels.shape[:2], dtype=np.float32)
        return Reperformed(pixels.copy(), blank, pixel_centres(self._frame), blank.copy())

    def _finished(self, pixels: Plate, layers: Layers) -> Reperformed:
        result = self._untouched(pixels)
        place = within(layers.window, self._frame)
        result.matte[place] = layers.matte
        result.filled[place] = layers.filled
        result.backward[place] += layers.offsets * (layers.matte[..., None] > 0)
        return replace(result, pixels=composite(pixels, layers.pixels, layers.matte, layers.window))


def _source_patch(source: SourceFill, plate: Plate) -> Patch:
    """The source's face, its values brought to the plate's range."""
    size = tps.eye_distance(source.landmarks)
    height, width = source.pixels.shape[:2]
    patch = Patch.of(source.pixels, source.landmarks, around(source.landmarks, 0.2 * size, (0, 0, width, height)))
    return replace(patch, pixels=patch.pixels * np.float32(full_scale(plate.dtype) / full_scale(source.pixels.dtype)))
