"""A target's frames with a new expression: what the pipeline calls."""

from copy import copy
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..clip import Clip
from ..clip.proxy import is_encoded
from ..conventions import Array, Array32
from ..face.model import FaceModel
from ..facs.transfer import Region
from ..fit.result import Fit
from ..landmarks.places import EYES, OUTER_LIPS, eye_distance
from ..landmarks.track import LandmarkTrack
from ..raster.windows import Window, around, pixel_centres, within
from ..reporting import Reporter
from . import tps
from .backward import Motion
from .bank import Bank, Likeness, farthest, mismatch, shares, trust
from .blur import Pace, blurred
from .composite import Plate, composite, full_scale
from .fill import Filler, alike
from .finish import PLAIN, Finish
from .geometry import PlateGeometry, landmarks_only
from .light import Light, light_of
from .occlusion import Occluders
from .occlusion_front import Front
from .occlusion_sight import SHIPPED as SIGHT
from .occlusion_sight import Sight
from .patch import Patch
from .perform import Fillers, Layers, laid, perform, warped
from .refiner import SHIPPED, Refiner
from .stages import Stages
from .wrinkles import Learner, Lent, Wrinkles

ALL = Stages()
Method = Literal["geometry", "tps"]
"""'geometry': warp along the posed face model; 'tps': the field's classic, landmark offsets by a thin-plate spline."""

BANK_SIZE = 40
"""Pictures kept per feature, at most: flat memory, however long the clip."""
BANK_BYTES = 96e6
"""For one feature's pictures: fewer are kept of faces in 4K."""
MOUTH_BYTES = 18
"""A mouth's picture, in squared face sizes: about 1.3 × 1.1 of them, 12 bytes a pixel."""


@dataclass(frozen=True)
class SourceFill:
    """The source's frame, whose mouth and eyes may fill what the target never showed."""

    pixels: NDArray[np.generic]
    """H×W×3."""
    landmarks: Array
    """478×2 px in it."""
    tone: Array32 | None = None
    """3: the colour of its skin in the whole shot; None: as in this frame."""


@dataclass(frozen=True)
class Change:
    """What became of a window of the plate (H×W); offsets, mouth, eyes and attention are as in Layers."""

    window: Window
    matte: Array32
    """H×W, 0–1: without what is in front of the face."""
    offsets: Array32
    mouth: Array32
    eyes: Array32
    attention: Array32


@dataclass(frozen=True)
class Reperformed:
    """One frame's result."""

    pixels: Plate
    """H×W×C, the plate's type; outside the matte bit for bit the plate."""
    change: Change | None = None
    """None: there is none."""
    front: Front | None = None
    """What is in front of the face; None: nothing is."""

    @property
    def matte(self) -> Array32:
        """H×W, 0–1: where the plate was changed."""
        return self._whole(None if self.change is None else self.change.matte)

    def stored_matte(self, depth: type[np.uint8] | type[np.uint16]) -> NDArray[np.uint8] | NDArray[np.uint16]:
        """H×W: the matte as whole numbers, 1 the largest."""
        size = self.pixels.shape[:2]
        whole = np.zeros(size, np.uint8) if depth is np.uint8 else np.zeros(size, np.uint16)
        if (change := self.change) is not None:
            whole[within(change.window, self._frame)] = np.rint(change.matte * np.iinfo(depth).max)
        return whole

    @property
    def backward(self) -> Array32:
        """H×W×2 px: where each pixel's skin comes from in the plate (centres at +0.5); itself outside the matte."""
        places = pixel_centres(self._frame)
        if (change := self.change) is not None:
            places[within(change.window, self._frame)] += change.offsets * (change.matte[..., None] > 0)
        return places

    @property
    def mouth(self) -> Array32:
        """H×W, 0–1: the inside of the mouth and lips from other pictures, which the backward map does not explain."""
        return self._whole(None if self.change is None else self.change.mouth)

    @property
    def eyes(self) -> Array32:
        """H×W, 0–1: that of the eyes, and what of the lids was mended."""
        return self._whole(None if self.change is None else self.change.eyes)

    @property
    def attention(self) -> Array32:
        """H×W, 0–1: how far the refiner changed the warped picture."""
        return self._whole(None if self.change is None else self.change.attention * (self.change.matte > 0))

    @property
    def occlusion(self) -> Array32:
        """H×W, 0–1: what is in front of the face."""
        return np.zeros(self.pixels.shape[:2], np.float32) if self.front is None else self.front.over(self._frame)

    @property
    def filled(self) -> Array32:
        """H×W, 0–1: mouth and eyes."""
        return np.maximum(self.mouth, self.eyes)

    @property
    def _frame(self) -> Window:
        return 0, 0, self.pixels.shape[1], self.pixels.shape[0]

    def _whole(self, part: Array32 | None) -> Array32:
        """The whole frame, of the part that was changed; zeros beside it."""
        whole = np.zeros(self.pixels.shape[:2], dtype=np.float32)
        if self.change is not None and part is not None:
            whole[within(self.change.window, self._frame)] = part
        return whole


class Reperformer:
    """Gives the target of a fit new expressions. Results depend on the arguments alone, never on frames done before."""

    def __init__(
        self,
        model: FaceModel,
        fit: Fit,
        track: LandmarkTrack,
        method: Method = "geometry",
        stages: Stages = ALL,
        refiner: Refiner = SHIPPED,
        finish: Finish = PLAIN,
        region: Region = "all",
        sight: Sight = SIGHT,
    ) -> None:
        self._fit = fit
        self._method = method
        self._stages = stages
        self._geometry = PlateGeometry(model, fit, track, with_habits=method == "geometry", region=region)
        self._likeness = Likeness(model, fit.identity)
        self._frame: Window = (0, 0, track.width, track.height)
        self._banks: tuple[Bank, ...] = ()
        self._tone: Array32 | None = None
        self._pace = Pace(landmarks_only(model), fit)
        self._finish = finish
        self._refiner = refiner
        self._encoded = False
        self._wrinkles: Wrinkles | None = None
        self._lent: Lent | None = None
        self._occluders = Occluders(model, fit, sight)

    def learn(self, clip: Clip, reporter: Reporter) -> None:
        """Read the target once and keep pictures of its mouth and eyes from frames that span what they do in it."""
        fit = self._fit
        self._encoded = is_encoded(clip.colour_space)
        features = self._likeness(fit.expression, fit.gaze, fit.rotation)
        seen = np.flatnonzero(fit.visible)
        size = max((float(eye_distance(self.landmarks(row))) for row in seen[:: max(len(seen) // 16, 1)]), default=1.0)
        count = int(np.clip(BANK_BYTES / (MOUTH_BYTES * size**2), 4, BANK_SIZE))
        rows = [farthest(part, seen, count) for part in features]
        self._banks = tuple(Bank(chosen, part[chosen]) for chosen, part in zip(rows, features, strict=True))
        folds = Learner(fit, self._geometry.chart) if self._stages.wrinkles else None
        looked_at = self._occluders.rows if self._stages.occlusion else seen[:0]
        wanted = {int(row) for chosen in (*rows, looked_at, *([] if folds is None else [folds.rows])) for row in chosen}
        for row, frame in enumerate(clip):
            reporter.check()
            if row in wanted:
                self._keep(row, frame.pixels)
                if self._stages.occlusion:
                    light = light_of(frame.pixels.dtype, self._encoded)
                    self._occluders.show(row, frame.pixels, self.landmarks(row), light)
                if folds is not None and row in folds.rows:
                    folds.add(row, frame.pixels, *self._geometry.skin(row))
            reporter.progress("learn", row + 1, 1 if clip.kind == "still" else max(wanted, default=row) + 1)
            if not wanted or row >= max(wanted):
                break
        self._tone = _usual_tone(self._banks[0])
        self._wrinkles = None if folds is None else folds.learnt()
        self._occluders.learn()
        for bank in self._banks if self._stages.occlusion else ():
            bank.patches.update({row: self._occluders.cleared(row, part) for row, part in bank.patches.items()})
        self._occluders.forget()

    def lend(self, folds: Lent | None) -> None:
        """Use the driver's folds where the target never showed its own (lesson.lesson)."""
        self._lent = folds

    def frame(
        self,
        row: int,
        pixels: Plate,
        expression: Array,
        gaze: Array,
        source: SourceFill | None = None,
        offsets: Array | None = None,
        speed: Array | None = None,
    ) -> Reperformed:
        """Row `row` of the target with a new expression (E weights) and gaze (2×2 rad, left eye first).

        `speed`: E weights a frame, how fast that expression changes; None: unknown, and nothing is blurred by it.
        `offsets` (method 'tps'): 478×2, in eye distances, from tps.offset; None: the new geometry's own.
        """
        motion = self._motion(row, expression, gaze, offsets)
        if motion is None or motion.reach == 0:
            return Reperformed(pixels.copy())
        window = around(np.concatenate([motion.old, motion.new]), motion.skirt + 2, self._frame)
        plate = Patch.of(pixels, motion.old_landmarks, window, motion.skull)
        light = light_of(pixels.dtype, self._encoded)
        front = self._occluders.find(row, plate, light) if self._stages.occlusion else None
        plate = plate if front is None else front.without(plate)
        if self._method == "tps":
            layers = warped(plate, tps.spline_offsets(motion.old_landmarks[:468], motion.new_landmarks[:468], window))
        else:
            stranger = None if source is None else self._stranger(source, plate, pixels)
            fillers = self._fillers(row, expression, gaze, stranger)
            layers = self._performed(row, plate, motion, expression, fillers, light)
        if speed is not None and self._stages.motion_blur:
            smear = self._pace.smear(row, motion, expression, speed, self._finish.shutter)
            layers = replace(layers, pixels=blurred(layers.pixels, window, smear))
        layers = laid(layers, plate.pixels, self._finish, int(self._fit.frames[row]))
        matte = layers.matte if front is None else layers.matte * (1 - front.over(layers.window))
        change = Change(layers.window, matte, layers.offsets, layers.mouth, layers.eyes, layers.attention)
        return Reperformed(composite(pixels, layers.pixels, matte, layers.window), change, front)

    def _motion(self, row: int, expression: Array, gaze: Array, offsets: Array | None) -> Motion | None:
        """As `frame` has the arguments; None where no face is known."""
        if not (self._fit.visible[row] or self._fit.bridged[row]):
            return None
        motion = self._geometry.motion(row, expression, gaze)
        if offsets is None:
            return motion
        return replace(motion, new_landmarks=tps.displaced(motion.old_landmarks, offsets))

    def _performed(
        self, row: int, plate: Patch, motion: Motion, expression: Array, fillers: Fillers, light: Light
    ) -> Layers:
        """The method 'geometry', with those of its stages that are at work."""
        folds = None
        if self._stages.wrinkles and self._wrinkles is not None:
            folds = self._wrinkles.folds(self._fit.expression[row], expression, self._lent)
        layers = perform(plate, self._frame, motion, self._geometry.triangles, fillers, folds, row)
        if self._stages.refiner:
            layers = self._refiner(layers, plate, motion, self._geometry.surface(row, expression), light)
        return layers

    def at_work(self, stages: Stages) -> "Reperformer":
        """The same, with all that it has learnt, and other stages at work."""
        other = copy(self)
        other._stages = stages
        return other

    def landmarks(self, row: int) -> Array:
        """478×2 px: where this face's landmarks are on the plate (for use as another's SourceFill)."""
        return self._geometry.landmarks(row)

    def _keep(self, row: int, pixels: Plate) -> None:
        landmarks = self.landmarks(row)
        size = float(eye_distance(landmarks))
        mouth_window = around(landmarks[OUTER_LIPS], 0.35 * size, self._frame)
        eye_windows = [around(landmarks[eye.rings[-1]], 0.1 * size, self._frame) for eye in EYES]
        for bank, window in zip(self._banks, [mouth_window, *eye_windows], strict=True):
            if row in bank.rows:
                bank.patches[row] = Patch.of(pixels, landmarks, window, self._geometry.skull(row))

    def _stranger(self, source: SourceFill, plate: Patch, pixels: Plate) -> Filler:
        patch = _source_patch(source, pixels)
        here, there = (plate.tone if self._tone is None else self._tone), source.tone
        return Filler(patch, own=False, share=1.0, alike=alike(patch.tone if there is None else there, here))

    def _fillers(self, row: int, expression: Array, gaze: Array, stranger: Filler | None) -> Fillers:
        fit, other = self._fit, [] if stranger is None else [stranger]
        if not self._banks:
            return Fillers(tuple(other), tuple(other), tuple(other))
        wanted = self._likeness(expression[None], gaze[None], fit.rotation[[row]])
        shown = self._likeness(fit.expression[[row]], fit.gaze[[row]], fit.rotation[[row]])
        return Fillers(*(tuple(other + _from_bank(*each)) for each in zip(self._banks, wanted, shown, strict=True)))


def _from_bank(bank: Bank, wanted: Array, shown: Array) -> list[Filler]:
    """A feature's pictures that come nearest to what is wanted, each with how much rather it is taken than the plate,
    which shows `shown` (1×F both, as Likeness has them).
    """
    if not bank.patches:
        return []
    cost = mismatch(wanted, bank.features)[0]
    rather = trust(float(mismatch(wanted, shown)[0, 0]), float(cost.min()))
    fillers, covered = [], 0.0
    for choice, share in shares(cost):
        if (patch := bank.patches.get(int(bank.rows[choice]))) is not None:
            covered += share  # shares are of the whole; laid over those before, each covers its part of the sum
            fillers.append(Filler(patch, own=True, share=share / covered, trust=rather))
    return fillers


def _usual_tone(bank: Bank) -> Array32 | None:
    """3: the colour of the skin over its pictures; None: there is none."""
    tones = [patch.tone for patch in bank.patches.values()]
    return np.median(tones, axis=0).astype(np.float32) if tones else None


def _source_patch(source: SourceFill, plate: Plate) -> Patch:
    """The source's face, its values brought to the plate's range."""
    size = float(eye_distance(source.landmarks))
    height, width = source.pixels.shape[:2]
    patch = Patch.of(source.pixels, source.landmarks, around(source.landmarks, 0.2 * size, (0, 0, width, height)))
    gain = np.float32(full_scale(plate.dtype) / full_scale(source.pixels.dtype))
    return replace(patch, pixels=patch.pixels * gain, tone=patch.tone * gain)
