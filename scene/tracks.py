"""Points of a face as tracks of a movie clip, each at its pixel, and disabled wherever it wasn't seen."""

from pathlib import Path
from typing import Any

import bpy
import numpy as np

from ..core.errors import InputError
from ..core.export.points import Points
from . import clips, strings


def load_clip(file: Path, start: int) -> Any:
    """The footage's movie clip, wherever in a sequence it begins; where there is none yet, one from `file` on, which
    begins at scene frame `start`. Raises InputError.
    """
    same = {file, clips.numbered(file)}
    if (
        known := next((clip for clip in bpy.data.movieclips if clips.footage_path(clip, "") in same), None)
    ) is not None:
        return known
    try:
        clip = bpy.data.movieclips.load(str(file))
    except RuntimeError as error:
        raise InputError(strings.NO_CLIP.format(file=file, error=str(error).strip())) from error
    clip.frame_start = start
    return clip


def add_tracks(clip: Any, points: Points) -> Any:
    """The points as an object of the clip's tracking, in place of the one that was added before; the object."""
    objects = clip.tracking.objects
    if (before := objects.get(strings.TRACKS_OBJECT)) is not None:
        objects.remove(before)
    made = objects.new(strings.TRACKS_OBJECT)
    clip.use_fake_user = True  # Blender saves no clip that nothing uses
    frames = clip_frames(clip, points)
    for k, name in enumerate(points.names):
        if points.seen[:, k].any():
            _add_track(made, name, points, k, frames)
    return made


def clip_frames(clip: Any, points: Points) -> list[int]:
    """T frames as the clip counts them, from 1 at its first file, of source frame numbers."""
    first = clips.frame_number(Path(clip.filepath)) if clip.source == "SEQUENCE" else 1
    return [int(number) - first + 1 - clip.frame_offset for number in points.frames]


def _add_track(made: Any, name: str, points: Points, k: int, frames: list[int]) -> None:
    """A marker on every frame: where the point isn't seen, a disabled one stays where it was seen last."""
    places = np.column_stack([points.places[:, k, 0] / points.width, 1 - points.places[:, k, 1] / points.height])
    seen = points.seen[:, k]
    last = places[np.flatnonzero(seen)[0]]
    track = made.tracks.new(name=name, frame=frames[0])
    for frame, place, shown in zip(frames, places, seen.tolist(), strict=True):
        last = place if shown else last
        track.markers.insert_frame(frame, co=last.tolist()).mute = not shown
    for frame in (frames[0] - 1, frames[-1] + 1):  # before and after, nothing is known
        track.markers.insert_frame(frame, co=last.tolist()).mute = True
