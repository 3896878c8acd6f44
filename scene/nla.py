"""Blender's NLA evaluated for one property at many frames at once, without stepping the scene.

As BKE_nla and anim_sys.cc do it: tracks from the bottom, one strip of each at a time, the active action last.
Transitions and meta strips are left out.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.conventions import Array
from . import compat

_Blend = Callable[[Array, Array, Array, float], Array]
"""Below, the layer's values, its influence (T each), the property's default → their blend."""
_BLENDS: dict[str, _Blend] = {
    "REPLACE": lambda below, value, share, _: below + share * (value - below),
    "ADD": lambda below, value, share, _: below + share * value,
    "SUBTRACT": lambda below, value, share, _: below - share * value,
    "MULTIPLY": lambda below, value, share, _: below + share * (below * value - below),
    "COMBINE": lambda below, value, share, default: below + share * (value - default),
}


def active_action(animation: Any) -> Any:
    """The active action, also while a strip is being tweaked (which takes its place)."""
    return animation.action_tweak_storage if animation.use_tweak_mode else animation.action


def set_range(strip: Any, first: float, last: float, moved: float = 0.0) -> None:
    """Let a strip play the frames `first` to `last` of its action, `moved` frames later (earlier: below 0)."""
    strip.action_frame_start, strip.action_frame_end = first, last
    length = max(strip.action_frame_end - strip.action_frame_start, 1.0) * strip.scale * strip.repeat
    strip.frame_end = max(strip.frame_end, first + moved + length)
    strip.frame_start = first + moved
    strip.frame_end = first + moved + length


def evaluated(owner: Any, path: str, frames: Array) -> Array:
    """T values of a number of an object at scene frames; the value it has where no layer moves it."""
    animation = owner.animation_data
    tracks = _heard(animation) if animation is not None else []
    moved = any(curve_of(strip, strip.action, path) for track in tracks for strip in track.strips)
    acting = _acting(animation, path)
    if acting is None and not moved:
        return np.full(len(frames), float(owner.path_resolve(path)))
    name = path.removeprefix('["').removesuffix('"]')
    limits = owner.id_properties_ui(name).as_dict()
    default = float(limits.get("default", 0.0))
    total = np.full(len(frames), default)
    for track in tracks:
        for strip, rows in _playing(track, frames):
            curve = None if strip.mute else curve_of(strip, strip.action, path)
            if curve is not None:
                inside = np.clip(frames[rows], strip.frame_start, strip.frame_end)
                value, share = curve_values(curve, _action_frames(strip, inside)), _influence(strip, inside)
                total[rows] = _BLENDS[strip.blend_type](total[rows], value, share, default)
    if acting is not None:
        value, share = curve_values(acting, frames), np.full(len(frames), animation.action_influence)
        how = animation.action_blend_type if animation.use_nla and any(tracks) else "REPLACE"
        total = _BLENDS[how](total, value, share, default)
    return np.clip(total, limits.get("min", -np.inf), limits.get("max", np.inf))


def curve_values(curve: Any, frames: Array) -> Array:
    return np.array([curve.evaluate(frame) for frame in frames.tolist()])


def _heard(animation: Any) -> list[Any]:
    """The tracks that are evaluated, bottom first."""
    if not animation.use_nla:
        return []
    solo = [track for track in animation.nla_tracks if track.is_solo]
    return solo or [track for track in animation.nla_tracks if not track.mute]


def _acting(animation: Any, path: str) -> Any:
    """The active action's curve; a track played solo leaves it out."""
    if animation is None or (animation.use_nla and any(track.is_solo for track in animation.nla_tracks)):
        return None
    return curve_of(animation, active_action(animation), path)


def curve_of(holder: Any, action: Any, path: str) -> Any:
    """The F-curve that moves a number, of an action that a strip or animation data hold; None where none does."""
    curves = compat.curves_in(holder, action) if action is not None else ()
    return next((curve for curve in curves if curve.data_path == path and not curve.mute), None)


def _playing(track: Any, frames: Array) -> Iterator[tuple[Any, NDArray[np.intp]]]:
    """The strips of a track, each with the rows of `frames` at which it plays or is held."""
    strips = sorted(track.strips, key=lambda strip: strip.frame_start)
    starts = np.array([strip.frame_start for strip in strips])
    latest = np.searchsorted(starts, frames, side="right") - 1
    for index, strip in enumerate(strips):
        after = (latest == index) & ((frames <= strip.frame_end) | (strip.extrapolation != "NOTHING"))
        before = (latest < 0) & (index == 0) & (strip.extrapolation == "HOLD")
        yield strip, np.flatnonzero(after | before)


def _action_frames(strip: Any, frames: Array) -> Array:
    """What of its action a strip plays at scene frames inside of it."""
    if strip.use_animated_time:
        return curve_values(strip.fcurves.find("strip_time"), frames)
    length = (strip.action_frame_end - strip.action_frame_start) * strip.scale
    since = frames - strip.frame_start
    if strip.repeat != 1.0:
        since = np.where((frames == strip.frame_end) & (strip.repeat % 1 == 0), length, np.mod(since, length))
    if strip.use_reverse:
        return np.asarray(strip.action_frame_end - since / strip.scale)
    if strip.scale == strip.repeat == 1.0:  # exact where the strip wasn't moved
        return np.asarray(frames + (strip.action_frame_start - strip.frame_start))
    return np.asarray(strip.action_frame_start + since / strip.scale)


def _influence(strip: Any, frames: Array) -> Array:
    """T, 0–1; computed from the strip's blending in and out where it isn't animated."""
    if strip.use_animated_influence:
        curve = strip.fcurves.find("influence")
        return np.full(len(frames), strip.influence) if curve is None else curve_values(curve, frames)
    share = np.ones(len(frames))
    if strip.blend_in > 0:
        share = np.minimum(share, (frames - strip.frame_start) / strip.blend_in)
    if strip.blend_out > 0:
        share = np.minimum(share, (strip.frame_end - frames) / strip.blend_out)
    return share
