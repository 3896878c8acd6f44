"""The pictures that transfer or composite left: what is made again of a result must be them."""

from pathlib import Path

import numpy as np

from ..clip import open_clip
from ..clip.footage import Pixels
from ..clip.images import sequences_in
from ..errors import InputError
from ..refine.composite import full_scale

FOLDER = "frames"
"""Where they lie in a result."""
TOLERANCE = 2.5 / 255
"""Of full scale, of values beyond 1 of themselves: another processor's arithmetic isn't another picture."""


class Left:
    """A result's frames as they were written; those that somebody cleared away are taken for granted."""

    def __init__(self, made: Path) -> None:
        folder = made / FOLDER
        found = sequences_in(folder).values() if folder.is_dir() else ()
        self._made = made
        self.files = {number: file for sequence in found for number, file in sequence.items()}
        """By number."""

    def check(self, number: int, pixels: Pixels) -> None:
        """Raises InputError where a frame that was made again is another picture than was left."""
        file = self.files.get(number)
        if file is None:
            return
        clip = open_clip(file)
        if not alike(pixels, clip.read(clip.first).pixels):
            raise InputError(
                f"{file}: was made by another version or network, or changed since; delete {file.parent}"
                " and run composite or transfer again with --resume"
            )


def alike(pixels: Pixels, others: Pixels) -> bool:
    """Whether two pictures (H×W×3 or ×4) show the same colours, but for rounding."""
    if pixels.shape[:2] != others.shape[:2] or pixels.dtype != others.dtype:
        return False
    ours, theirs = (
        each[..., :3].astype(np.float32) / np.float32(full_scale(pixels.dtype)) for each in (pixels, others)
    )
    with np.errstate(invalid="ignore"):
        off = np.abs(ours - theirs)
        return not np.any(off > TOLERANCE * np.maximum(1, np.abs(theirs)))
