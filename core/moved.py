"""Footage that lies elsewhere than when it was solved: whether it is the same."""

from pathlib import Path

import numpy as np

from .clip import Clip, display
from .encoder.faces import open_faces
from .encoder.networks import LAYOUT
from .encoder.shape_free import ShapeFree
from .errors import InputError
from .landmarks.track import LandmarkTrack

ALIKE = 8.0
"""Grey levels (0–255), on average over a face's shape-free texture: the same picture differs by less, however it is
encoded; measured: other people's by 26–36 under the same landmarks, and by 1–3 the same person's three frames later.
"""
LOOKED_AT = (0.0, 0.5, 1.0)
"""Frames whose faces are compared, of those that show one."""


def check_same(clip: Clip, track: LandmarkTrack, solve: Path, *, to_the_end: bool) -> None:
    """Raises InputError where a clip isn't the footage that the folder `solve` was made from, in which `track` was
    seen; `to_the_end`: the footage ended with it.
    """
    other = _size(clip, track) or _length(clip, track, to_the_end=to_the_end) or _faces(clip, track, solve)
    if other:
        raise InputError(
            f"{clip.path}: isn't the footage that {solve} was made from ({other}); name that, or solve this one"
        )


def _size(clip: Clip, track: LandmarkTrack) -> str:
    """What is other; empty: nothing. So the next two."""
    same = (clip.width, clip.height) == (track.width, track.height)
    return "" if same else f"{clip.width}×{clip.height} px, not {track.width}×{track.height}"


def _length(clip: Clip, track: LandmarkTrack, *, to_the_end: bool) -> str:
    if clip.kind == "still":
        return ""
    first, last = int(track.frames[0]), int(track.frames[-1])
    if abs(float(clip.fps) - track.fps) > 1e-3 * track.fps:
        return f"{float(clip.fps):g} frames a second, not {track.fps:g}"
    if not (_has(clip, first) and _has(clip, last)):
        return f"it has no frames {first}–{last}"
    return f"it goes on after frame {last}" if to_the_end and _has(clip, last + 1) else ""


def _has(clip: Clip, number: int) -> bool:
    try:
        return clip.read(number).number == number
    except InputError:
        return False


def _faces(clip: Clip, track: LandmarkTrack, solve: Path) -> str:
    """Compares what was seen then with what is there now, under the same landmarks."""
    shape_free, before = ShapeFree.load(LAYOUT), open_faces(solve / "faces.npy")
    seen = np.flatnonzero(track.visible)
    for row in {int(seen[round(share * (len(seen) - 1))]) for share in LOOKED_AT} if len(seen) else ():
        now = shape_free.texture(display(clip.read(int(track.frames[row])).pixels, clip), track.points[row])
        away = np.abs(now.astype(np.float64) - before.rows([row])[0]).ravel()[shape_free.inside].mean()
        if away > ALIKE:
            return f"it shows something else in frame {track.frames[row]}"
    return ""
