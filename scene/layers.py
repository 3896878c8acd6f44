"""Layers of a carrier's animation: solves as NLA strips at the bottom, the artist's corrections added on top.

A take is a strip. Solved again, it gets the new curves and keeps its place, its influence and all else that was done
to it. Another take at another time stands beside it in the same track; one that plays at the same time, and moves
nothing that the new one doesn't move, is muted: an alternative to go back to. What a take of one region leaves alone
goes on playing beneath it.

Corrections are the carrier's active action, blended by adding. A carrier whose active action is the artist's own (a
body's) keeps that, and has the corrections in a strip above the takes.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import bpy
import numpy as np

from ..core.conventions import Array
from ..core.errors import InputError
from ..core.facs.channels import curves_of, with_curves
from ..core.facs.performance import Performance
from ..core.facs.tables import UNITS
from ..core.still import taken
from . import compat, keys, nla, strings, units

TAKE = "expression_transfer_take"
"""Custom property of a solve's action: the take's name …"""
_SOURCE = "expression_transfer_source"
_CLOCK = "expression_transfer_clock"
"""… its footage, and (second, scene frame, scene frames per second) of its first row as it was written."""
_CORRECTIONS = "expression_transfer_corrections"
"""Custom property of an action of corrections: the name of their carrier."""
_FIRST, _LAST = -1024.0, 100_000.0
"""Frames that a strip of corrections covers. Blender counts from its beginning, in single precision."""
_NO_EDIT = 1e-5
"""Less than this is the rounding of curves in single precision."""


def put_solve(
    carrier: Any,
    performance: Performance,
    frames: Array,
    name: str,
    *,
    channels: Iterable[str] = units.CHANNELS,
    extra: Mapping[str, Array] | None = None,
) -> Any:
    """Put a performance on the carrier as the take `name`, keyed at `frames` (T scene frames); the strip.

    `channels`: those that it moves; `extra`: T values (T×C of a vector) by data path of whatever else of the carrier
    goes with them. Raises InputError as units.ensure.
    """
    units.ensure(carrier)
    values = curves_of(performance)
    values = {units.path(channel): values[channel] for channel in channels} | dict(extra or {})
    action = _write_take(carrier, values, frames, name)
    action[_SOURCE], action[_CLOCK] = performance.source, _clock(performance.times, frames)
    former = next((strip for strip in takes(carrier) if strip.action[TAKE] == name), None)
    _mute_alternatives(carrier, action)
    if former is not None:
        _replace(former, carrier, action, name)
    strip = former or _place(carrier, action, name)
    corrections(carrier)
    _lift_corrections(carrier)
    return strip


def _write_take(carrier: Any, values: Mapping[str, Array], frames: Array, name: str) -> Any:
    action = bpy.data.actions.new(name)
    action[TAKE] = name
    keys.write_curves(compat.curves_of(action, carrier), values, frames)
    return action


def _clock(times: Array, frames: Array) -> list[float]:
    rate = np.polyfit(times, frames, 1)[0] if len(times) > 1 else 1.0
    return [float(times[0]), float(frames[0]), float(rate)]


def takes(carrier: Any) -> list[Any]:
    """The strips of solves, bottom first."""
    animation = carrier.animation_data
    tracks = animation.nla_tracks if animation else ()
    return [strip for track in tracks for strip in track.strips if strip.action and TAKE in strip.action]


def _mute_alternatives(carrier: Any, action: Any) -> None:
    """Mute the takes that play while an action will, and move nothing else."""
    moved = {curve.data_path for curve in compat.curves_of(action, carrier)}
    for strip in takes(carrier):
        if _overlap(strip, action) and moved_by(strip) <= moved:
            strip.mute = True


def _overlap(strip: Any, action: Any) -> bool:
    first, last = action.frame_range
    return bool(strip.frame_start < last and first < strip.frame_end)


def moved_by(strip: Any) -> set[str]:
    """Data paths of what a take moves."""
    return {curve.data_path for curve in compat.curves_in(strip, strip.action)}


def _replace(strip: Any, carrier: Any, action: Any, name: str) -> None:
    """Give the strip of a take another action."""
    moved, former = strip.frame_start - strip.action_frame_start, strip.action
    compat.set_strip_action(strip, action, carrier)
    first, last = action.frame_range
    nla.set_range(strip, first, last, moved)
    strip.mute = False
    if former.users == 0:
        bpy.data.actions.remove(former)
        action.name = name


def _place(carrier: Any, action: Any, name: str) -> Any:
    """A new strip for a take, in the lowest track of takes that has room for it."""
    tracks, others = carrier.animation_data_create().nla_tracks, takes(carrier)
    ours = [track for track in tracks if track.strips and all(strip in others for strip in track.strips)]
    free = next((each for each in ours if not any(_overlap(strip, action) for strip in each.strips)), None)
    track = free or tracks.new(prev=ours[-1] if ours else None)
    track.name = strings.TAKES_TRACK
    first, last = action.frame_range
    strip = track.strips.new(name, int(first), action)
    nla.set_range(strip, first, last)
    if free is None and any(not other.mute and moved_by(other) & moved_by(strip) for other in others):
        strip.extrapolation = "NOTHING"  # it would hide what plays beneath it for ever
    return strip


def corrections(carrier: Any) -> Any:
    """The F-curves of the artist's corrections, which are added to the takes: the collection, to find in and add to.

    Their action is made where there is none; one that the carrier had until it was given another goes into a strip.
    """
    action = _corrections_action(carrier)
    if action is None:
        action = _unassigned(carrier) or bpy.data.actions.new(strings.CORRECTIONS_NAME.format(name=carrier.name))
        action[_CORRECTIONS], action.use_fake_user = carrier.name, True
        animation = carrier.animation_data_create()
        if animation.action is None:
            compat.assign_action(carrier, action)
            animation.action_blend_type, animation.action_influence = "ADD", 1.0
        else:
            _add_corrections_strip(carrier, action)
    return compat.curves_of(action, carrier)


def _unassigned(carrier: Any) -> Any:
    """Corrections that were made for the carrier and belong to nobody now; None where there are none."""
    made = (action for action in bpy.data.actions if action.get(_CORRECTIONS) == carrier.name)
    return next((action for action in made if action.users == int(action.use_fake_user)), None)


def take_blenders_keys(carrier: Any) -> bool:
    """Whether the corrections are the action that Blender itself keys into."""
    action = nla.active_action(carrier.animation_data) if carrier.animation_data else None
    return action is None or _CORRECTIONS in action


def _lift_corrections(carrier: Any) -> None:
    """Put a strip of corrections above takes that came later: Blender adds tracks at the top."""
    action, tracks, solved = _corrections_action(carrier), carrier.animation_data.nla_tracks, takes(carrier)
    held = [any(strip.action == action for strip in track.strips) for track in tracks]
    solves = [any(strip in solved for strip in track.strips) for track in tracks]
    if True in held and True in solves[held.index(True) :]:
        tracks.remove(tracks[held.index(True)])
        _add_corrections_strip(carrier, action)


def _corrections_action(carrier: Any) -> Any:
    animation = carrier.animation_data
    if animation is None:
        return None
    strips = [strip.action for track in animation.nla_tracks for strip in track.strips]
    return next((each for each in (nla.active_action(animation), *strips) if each and _CORRECTIONS in each), None)


def _add_corrections_strip(carrier: Any, action: Any) -> None:
    track = carrier.animation_data.nla_tracks.new()
    track.name = strings.CORRECTIONS_TRACK
    compat.curves_of(action, carrier)  # its slot has to be there
    strip = track.strips.new(strings.CORRECTIONS_TRACK, 1, action)
    strip.blend_type, strip.use_sync_length = "ADD", False
    nla.set_range(strip, _FIRST, _LAST)


def evaluated(carrier: Any, frames: Array, names: Iterable[str] = units.CHANNELS) -> dict[str, Array]:
    """T values of the carrier's channels (or others of its properties) at scene frames: all layers summed, as Blender
    evaluates them, without stepping the scene. Properties without animation have the value they have.
    """
    return {name: nla.evaluated(carrier, units.path(name), np.asarray(frames, float)) for name in names}


def used(carrier: Any, frames: Array) -> dict[str, Array]:
    """T values of the channels as keys, bones and plate take them: units with their gain and offset."""
    return _with_gains(
        evaluated(carrier, frames, (*units.CHANNELS, *map(units.gain, UNITS), *map(units.offset, UNITS)))
    )


def _with_gains(values: dict[str, Array]) -> dict[str, Array]:
    """Channels alone, of values of these and of the units' gains and offsets."""
    found = {channel: values[channel] for channel in units.CHANNELS}
    return found | {unit: values[unit] * values[units.gain(unit)] + values[units.offset(unit)] for unit in UNITS}


def performance_of(carrier: Any, base: Performance) -> Performance:
    """A take's performance as it was edited, at the frames and seconds of its source.

    `base`: the take's own; changes of layers, gains and offsets are added to it, so that without any it comes back
    as it was. Rows without a face stay. Raises InputError where the carrier has no take of it.
    """
    strip = _take_of(carrier, base)
    frames = scene_frames(strip, base.times)
    return _edited(base, strip, frames, used(carrier, frames))


def shown(carrier: Any, base: Performance, frame: float) -> Performance:
    """The one row of a take (`base`, as for performance_of) that a scene frame shows, as the carrier's properties have
    it now: also what was changed there and not keyed yet. Raises InputError as performance_of.
    """
    strip = _take_of(carrier, base)
    row = np.array([np.abs(scene_frames(strip, base.times) - frame).argmin()])
    now = _with_gains({name: np.array([float(carrier[name])]) for name in units.EDITABLE})
    return _edited(taken(base, row), strip, np.array([float(frame)]), now)


def scene_frames(strip: Any, times: Array) -> Array:
    """T: where a take was put: scene frames of seconds of its source."""
    second, start, rate = strip.action[_CLOCK]
    return np.asarray(start + (times - second) * rate)


def _edited(base: Performance, strip: Any, frames: Array, now: dict[str, Array]) -> Performance:
    """The base's rows with what the channels' values at scene frames (T) differ by from the take's."""
    curves = compat.curves_in(strip, strip.action)
    before = {curve.data_path: nla.curve_values(curve, frames) for curve in curves}
    was, wanted = curves_of(base), {}
    for name, values in now.items():
        change = values - before.get(units.path(name), 0.0)
        edited = ~base.missing & (np.abs(change) > _NO_EDIT)
        least = 0.0 if name in UNITS else -np.inf
        wanted[name] = np.where(edited, np.maximum(was[name] + change, least), was[name])
    return with_curves(base, wanted)


def plays(carrier: Any, base: Performance) -> bool:
    """Whether a carrier has a take of a performance that is not muted."""
    return any(not strip.mute for strip in _takes_of(carrier, base))


def _take_of(carrier: Any, base: Performance) -> Any:
    """The strip of a performance's take, the topmost. Raises InputError where the carrier has none."""
    found = _takes_of(carrier, base)
    if not found:
        raise InputError(strings.NO_TAKE.format(name=carrier.name, source=base.source))
    return found[-1]


def _takes_of(carrier: Any, base: Performance) -> list[Any]:
    return [strip for strip in takes(carrier) if strip.action[_SOURCE] == base.source]


def remove(carrier: Any) -> None:
    """Take the takes and the corrections away, with their actions; what an artist keyed beside them stays."""
    animation, solved = carrier.animation_data, {strip.action for strip in takes(carrier)}
    for track in list(animation.nla_tracks) if animation else ():
        for strip in [strip for strip in track.strips if strip.action in solved]:
            track.strips.remove(strip)
        if not track.strips:
            animation.nla_tracks.remove(track)
    for action in solved:
        bpy.data.actions.remove(action)
    correcting = _corrections_action(carrier)
    if correcting is not None:
        _remove_corrections(carrier, correcting)


def _remove_corrections(carrier: Any, action: Any) -> None:
    animation, ours = carrier.animation_data, set(map(units.path, units.EDITABLE))
    curves = compat.curves_of(action, carrier)
    for curve in [curve for curve in curves if curve.data_path in ours]:
        curves.remove(curve)
    if curves:
        return
    if nla.active_action(animation) == action:
        animation.action, animation.action_blend_type = None, "REPLACE"
    for track in [track for track in animation.nla_tracks if any(strip.action == action for strip in track.strips)]:
        animation.nla_tracks.remove(track)
    bpy.data.actions.remove(action)
