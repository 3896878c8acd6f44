"""A solve's landmarks and confidence, for the frame that a clip or image editor shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from numpy.typing import NDArray

from ..core.conventions import Array, Array32
from ..core.errors import InputError
from ..core.fit.result import Fit
from ..core.landmarks.track import LandmarkTrack
from . import clips, settings, summary
from .summary import Role

BRIDGED = (0.35, 0.55, 1.0)
MISSING = (0.35, 0.35, 0.35)
"""Colours (sRGB) of frames without a confidence."""
_RAMP = np.array([[0.9, 0.1, 0.1], [0.95, 0.8, 0.1], [0.2, 0.85, 0.3]])
"""sRGB at confidence 0, ½ and 1."""


@dataclass(frozen=True)
class Marks:
    """T frames of a solve."""

    points: Array32
    """T×478×2: 0–1 across the picture, from its lower left corner; NaN where not seen."""
    confidence: Array
    """T, 0–1; NaN where not seen."""
    bridged: NDArray[np.bool_]
    frames: NDArray[np.int64]
    """T source frame numbers."""

    def row(self, number: int) -> int | None:
        """Of a source frame; None where it was not solved."""
        found = int(np.searchsorted(self.frames, number))
        return found if found < len(self.frames) and self.frames[found] == number else None


@dataclass(frozen=True)
class Shown:
    """What an editor shows."""

    footage: Path
    """A file, or a sequence's pattern."""
    number: int
    """Source frame."""
    size: tuple[int, int]
    """px."""


def colours(marks: Marks) -> Array:
    """T×3 sRGB: red is unsure, green is sure."""
    sure = np.nan_to_num(marks.confidence)
    ramp = np.stack([np.interp(sure, (0.0, 0.5, 1.0), channel) for channel in _RAMP.T], axis=1)
    unseen = np.isnan(marks.confidence)
    ramp[unseen] = MISSING
    ramp[unseen & marks.bridged] = BRIDGED
    return ramp


def marks_of(folder: Path) -> Marks | None:
    """A solve's; None where the folder has none that can be read. Read once, and again when it was solved again."""
    try:
        stamp = (folder / "fit.npz").stat().st_mtime_ns
    except OSError:
        return None
    return _read(folder, stamp)


@lru_cache(maxsize=2)
def _read(folder: Path, stamp: int) -> Marks | None:  # noqa: ARG001  the stamp is a key of the cache
    try:
        track, fit = LandmarkTrack.load(folder / "landmarks.npz"), Fit.load(folder / "fit.npz")
    except InputError:
        return None
    if len(track) != len(fit):
        return None
    across = track.points / np.array([track.width, track.height], np.float32)
    confidence = np.where(fit.visible, fit.confidence, np.nan)
    return Marks(np.stack([across[..., 0], 1 - across[..., 1]], axis=-1), confidence, fit.bridged, fit.frames)


def shown_in(space: Any, scene: Any) -> Shown | None:
    """What a clip or image editor shows; None where that is no footage."""
    if space.type == "CLIP_EDITOR":
        return _shown_clip(space.clip, scene) if space.clip is not None else None
    image = space.image
    if image is None or image.source not in {"MOVIE", "SEQUENCE", "FILE"}:
        return None
    path = Path(bpy.path.abspath(image.filepath, library=image.library))
    if image.source == "SEQUENCE":
        path = clips.numbered(path)
    number = 1 if image.source == "FILE" else space.image_user.frame_current
    return Shown(path, number, (image.size[0], image.size[1]))


def _shown_clip(clip: Any, scene: Any) -> Shown | None:
    path = clips.footage_path(clip, "")
    if path is None:
        return None
    number = scene.frame_current - clip.frame_start + 1 + clip.frame_offset
    if clip.source == "SEQUENCE":
        number += clips.frame_number(Path(clip.filepath)) - 1
    return Shown(path, number, (clip.size[0], clip.size[1]))


def solved_role(shown: Shown, scene: Any) -> Role | None:
    """Whether it is the solved source or the solved plate that is shown."""
    return _role_of(shown, {role: Path(told.file) for role, told in summary.both(scene).items() if told.name})


def chosen_role(shown: Shown, scene: Any) -> Role | None:
    """Whether it is the chosen source or the chosen plate that is shown."""
    chosen = settings.of_scene(scene)
    named = {role: clips.footage_of(chosen, role) for role in summary.both(scene)}
    return _role_of(shown, {role: clips.as_pattern(path) for role, path in named.items() if path is not None})


def _role_of(shown: Shown, footage: Mapping[Role, Path]) -> Role | None:
    here = shown.footage.resolve()
    return next((role for role, path in footage.items() if path.resolve() == here), None)
