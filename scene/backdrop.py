"""Footage behind what a camera sees, the right frame of it at every frame of the scene."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import bpy
import numpy as np
from numpy.typing import NDArray

from ..core.conventions import Array
from ..core.errors import InputError
from ..core.fit.result import Fit
from . import keys

_OFFSET = "background_images[0].image_user.frame_offset"


@dataclass(frozen=True)
class Footage:
    """What was solved, as Blender can show it."""

    kind: Literal["video", "sequence", "still"]
    file: Path
    """A sequence's first."""
    named: str
    """As it was named to the solve."""

    @property
    def argument(self) -> str:
        """What names it on a command line."""
        return self.named if self.kind == "sequence" else str(self.file)


_SOURCES = {"video": "MOVIE", "sequence": "SEQUENCE", "still": "FILE"}


@dataclass(frozen=True)
class Picture:
    """Footage as Blender has it."""

    image: Any
    width: int
    height: int


def load(footage: Footage) -> Picture:
    """The footage as an image datablock of its own. Raises InputError where Blender can't read it."""
    try:
        image = bpy.data.images.load(str(footage.file))
    except RuntimeError as error:
        raise InputError(f"{footage.file}: Blender can't show it behind the head ({str(error).strip()})") from error
    width, height = image.size  # now: a sequence has none
    image.source = _SOURCES[footage.kind]
    return Picture(image, width, height)


def show_behind(camera: Any, picture: Picture, fit: Fit, frames: Array, name: str) -> None:
    """Show footage in a camera's background; `frames`: T scene frames of the fit's rows."""
    data, image = camera.data, picture.image
    data.show_background_images = True
    behind = data.background_images.new()
    behind.source, behind.image = "IMAGE", image
    image.display_aspect = max(1.0, 1 / fit.camera.aspect), max(1.0, fit.camera.aspect)
    behind.alpha, behind.display_depth, behind.frame_method = 1.0, "BACK", "FIT"
    if image.source == "FILE":
        return
    user, whole = behind.image_user, np.arange(np.ceil(frames[0] - 0.5), np.floor(frames[-1] + 0.5) + 1)
    shown = fit.frames[nearest(frames, whole)]
    user.use_auto_refresh = True
    user.frame_start = int(whole[0])
    user.frame_duration = max(len(whole), int(shown.max()))
    offsets = shown - np.arange(1, len(whole) + 1)
    user.frame_offset = int(offsets[0])
    if np.ptp(offsets):  # a scene of another rate leaves frames out or shows them twice
        keys.key_object(data, {_OFFSET: offsets.astype(np.float64)}, whole, name)


def nearest(frames: Array, whole: Array) -> NDArray[np.intp]:
    """For each scene frame, the row of the footage that lies nearest in time; of two as near, the later one."""
    after = np.clip(np.searchsorted(frames, whole), 1, max(len(frames) - 1, 1))
    before = after - 1
    after = np.minimum(after, len(frames) - 1)
    return np.asarray(np.where(whole - frames[before] < frames[after] - whole, before, after))
