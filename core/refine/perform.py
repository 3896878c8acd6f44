"""One frame re-performed: the stages in order, from the plate and the face's motion to new picture and matte."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import Array32
from ..landmarks.places import EYES, MOUTH, OUTER_LIPS, Eye
from ..raster.windows import Window, around, within
from . import eyes, lips, matte, mouth
from .aperture import opening, rims
from .backward import Motion, border_distance, lookup, relax, skin_offsets
from .fill import Fill, Filler
from .finish import Finish
from .grain import regrained
from .grid import mix
from .lids import hold_edges, hold_lips, lid_skin, mend_stretched, seam, shaded
from .patch import Patch
from .shut_lids import without_eyes
from .wrinkles import Folds

STRIP = 64
"""Rows that are looked up at once: a face is round, what lies beside it is left as it is."""


@dataclass(frozen=True)
class Fillers:
    """Pictures for each opening, best last; the plate's own frame needs no mention."""

    mouth: tuple[Filler, ...] = ()
    left_eye: tuple[Filler, ...] = ()
    right_eye: tuple[Filler, ...] = ()


@dataclass(frozen=True)
class Layers:
    """The new face over a window of the plate."""

    window: Window
    pixels: Array32
    """H×W×3, the new picture."""
    bare: Array32
    """H×W×3: the same before the mouth is filled; the very same array where nothing fills it."""
    matte: Array32
    """H×W, 0–1."""
    offsets: Array32
    """H×W×2 px: old place − new place of the skin; zero where nothing moves."""
    mouth: Array32
    """H×W, 0–1: inside of the mouth and lips from other pictures, where the skin's map does not hold."""
    eyes: Array32
    """H×W, 0–1: of the eyes, and what of the lids was mended."""
    attention: Array32
    """H×W, 0–1: how far the refiner changed the picture."""
    drawn: Array32
    """H×W, 0–1: inside of the mouth that no picture shows, away from the lips."""

    @property
    def filled(self) -> Array32:
        """H×W, 0–1: mouth and eyes."""
        return np.maximum(self.mouth, self.eyes)


def perform(
    plate: Patch,
    frame: Window,
    motion: Motion,
    triangles: NDArray[np.int32],
    fillers: Fillers,
    folds: Folds | None,
    row: int,
) -> Layers:
    """`plate`: the part of the frame that may change; `triangles` (F×3): the skin, open at mouth and eyes; `folds`:
    what the new expression does to it; `row`: the frame's place in the shot.
    """
    fillers_of = (fillers.left_eye, fillers.right_eye)
    inside, drawn = mouth_layer(plate, motion, fillers.mouth, row)
    eyeballs = [eye_layer(plate, motion, eye, others) for eye, others in zip(EYES, fillers_of, strict=True)]
    holes = np.zeros(plate.pixels.shape[:2], dtype=np.bool_)
    for layer in (inside, *eyeballs):
        holes[within(layer.window, plate.window)] |= layer.coverage > 0
    eyeless = without_eyes(plate, motion, row)
    skin = warped(eyeless, skin_map(motion, triangles, plate.window, frame, holes))
    skin.pixels[:], skin.mouth[:] = lips.without_corners(skin.pixels, skin.offsets, plate, motion)
    if folds is not None:
        skin.pixels[:] = folds.laid_on(skin.pixels, motion, plate.window)
    for eye, others in zip(EYES, fillers_of, strict=True):
        _lay_lids(skin, plate, eyeless, motion, eye, others, row)
    for layer in eyeballs:
        lay(skin, layer, skin.eyes)
    skin = replace(skin, bare=skin.pixels.copy())
    lay(skin, lips.retrieved(plate, motion, fillers.mouth, inside.onset), skin.mouth)
    lay(skin, inside, skin.mouth)
    skin.drawn[within(inside.window, skin.window)] = drawn
    return skin


def _lay_lids(
    skin: Layers, plate: Patch, eyeless: Patch, motion: Motion, eye: Eye, others: tuple[Filler, ...], row: int
) -> None:
    """What a warp can't bring of an eye's lids, in the order in which one covers the other; `eyeless`: without_eyes."""
    lay(skin, seam(eyeless, motion, eye), skin.eyes)
    lay(skin, mend_stretched(skin.pixels, skin.offsets, plate.window, motion, eye, row), skin.eyes)
    for filler in others:
        lay(skin, lid_skin(filler, plate, skin.pixels, motion, eye), skin.eyes)


def laid(layers: Layers, plate: Array32, finish: Finish, number: int) -> Layers:
    """The layers as the artist wants them on the plate (H×W×3); `number`: the frame's."""
    pixels = regrained(layers.pixels, plate, (layers.mouth, layers.eyes), finish.grain, seed=(number,))
    return replace(layers, pixels=pixels, matte=matte.trimmed(layers.matte, finish.feather, finish.choke))


def lay(layers: Layers, fill: Fill, filled: Array32) -> None:
    """Put a fill on top of what is there; `filled`: the layers' mouth or eyes, which it is part of."""
    place = within(fill.window, layers.window)
    layers.pixels[place] = mix(layers.pixels[place], fill.pixels, fill.coverage)
    layers.matte[place] += fill.coverage * (fill.onset - layers.matte[place])
    filled[place] = np.maximum(filled[place], fill.coverage * fill.onset)


def warped(plate: Patch, offsets: Array32) -> Layers:
    """The plate moved by a backward map (offsets H×W×2 px), nothing filled."""
    covered, pixels = matte.moved(offsets), plate.pixels.copy()
    for part in _strips(covered > 0, plate.window):
        place = within(part, plate.window)
        pixels[place] = plate.sample(lookup(offsets[place], part), cv2.INTER_LANCZOS4)
    nothing = (np.zeros(offsets.shape[:2], dtype=np.float32) for _ in range(4))
    return Layers(plate.window, pixels, pixels, covered, offsets, *nothing)


def _strips(mask: NDArray[np.bool_], window: Window) -> Iterator[Window]:
    """The parts of a window that hold all of a mask (H×W) on it: strips of STRIP rows, as wide as it is there."""
    u0, v0, _, v1 = window
    for top in range(v0, v1, STRIP):
        columns = np.flatnonzero(mask[top - v0 : top - v0 + STRIP].any(axis=0))
        if columns.size:
            yield u0 + int(columns[0]), top, u0 + int(columns[-1]) + 1, min(top + STRIP, v1)


def skin_map(
    motion: Motion, triangles: NDArray[np.int32], window: Window, frame: Window, holes: NDArray[np.bool_]
) -> Array32:
    """H×W×2 px: the backward map of skin, skirt and lid edges as offsets."""
    offsets, seen = skin_offsets(motion, triangles, window)
    offsets = relax(offsets, seen, holes, motion.skirt, border_distance(window, frame))
    for eye in EYES:
        offsets = hold_edges(offsets, motion, eye.aperture, window)
    return lips.unfolded(hold_lips(offsets, motion, window), motion, window)


def mouth_layer(plate: Patch, motion: Motion, fillers: tuple[Filler, ...], row: int) -> tuple[Fill, Array32]:
    """The inside of the mouth, and what of it is drawn (as Layers has it); `row`: of the shot."""
    outline = np.concatenate([OUTER_LIPS, MOUTH.upper, MOUTH.lower])
    part, onset = _window(plate, motion, outline, 0.1), _onset(motion, outline)
    trust = max((filler.trust for filler in fillers), default=0.0)
    between = mouth.between_lips(motion, part, trust)
    unknown = np.zeros_like(between)
    if not between.any():
        return Fill(part, np.zeros((*between.shape, 3), np.float32), between, onset), unknown
    others = _other_mouths(plate, motion, fillers, part) if trust > 0 else []
    picture, sure = mouth.retrieved(others, trust, between.shape)
    if sure < 1:
        own = mouth.view(plate.crop(part), motion, part, own=True)
        behind = own.whole
        if own.enough < 1:
            others = others or _other_mouths(plate, motion, fillers, part)
            behind = mouth.drawn(plate, motion, part, row)
            unknown = (1 - sure) * mouth.unknown(own, others) * mouth.deep(motion, part)
        picture = mix(mouth.compose(own, others, behind), picture, sure)
    return Fill(part, mouth.shaded(picture, motion, part), between, onset), unknown


def _other_mouths(plate: Patch, motion: Motion, fillers: tuple[Filler, ...], part: Window) -> list[mouth.Other]:
    found = []
    for filler in fillers:
        seen = mouth.view(_near(filler.patch, OUTER_LIPS), motion, part, filler.own)
        found.append(mouth.Other(seen, filler.gain(plate), filler.share * filler.alike, filler.own))
    return found


def eye_layer(plate: Patch, motion: Motion, eye: Eye, fillers: tuple[Filler, ...]) -> Fill:
    """The inside of one eye's lids."""
    outline = np.concatenate([eye.aperture.upper, eye.aperture.lower, [eye.iris]])
    part = _window(plate, motion, outline, 0.06)
    own = eyes.view(plate.crop(part), motion, eye, part)

    def pictures(same_person: bool) -> list[eyes.Picture]:
        chosen = [filler for filler in fillers if filler.own == same_person]
        views = [eyes.view(_near(filler.patch, outline), motion, eye, part) for filler in chosen]
        return [(view, filler.gain(plate), filler.share) for view, filler in zip(views, chosen, strict=True)]

    same = pictures(same_person=True) if own.enough < 1 else []
    strangers = pictures(same_person=False) if own.enough < 1 and eyes.missing(same) > 0 else []
    between = opening(rims(motion.new_landmarks, eye.aperture), part, least=max(0.2, eyes.LEAST * motion.size))
    picture = shaded(eyes.compose(own, same, strangers), motion, eye, part)
    return Fill(part, picture, between, _onset(motion, outline))


def _near(patch: Patch, outline: NDArray[np.intp]) -> Patch:
    """The part of a picture round a feature."""
    points = patch.landmarks[outline]
    return patch.crop(around(points, 0.25 * float(np.ptp(points[:, 0])) + 2, patch.window))


def _window(plate: Patch, motion: Motion, outline: NDArray[np.intp], margin: float) -> Window:
    points = np.concatenate([motion.new_landmarks[outline], motion.old_landmarks[outline]])
    return around(points, margin * motion.size + 2, plate.window)


def _onset(motion: Motion, outline: NDArray[np.intp]) -> float:
    moved = motion.new_landmarks[outline] - motion.old_landmarks[outline]
    return matte.onset(float(np.linalg.norm(moved, axis=1).max()))
