"""Edits of a carrier's action units over a range of frames, kept as corrections that are added to the solve.

Each edit takes the curves as they are seen, all layers summed, makes what they are to become (core.facs.editing) and
writes the difference into the corrections; outside of its frames nothing changes. Channels are named as
units.CHANNELS, frames are whole scene frames, the last one included; what is returned counts the channels that changed.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

import numpy as np

from ..core.conventions import Array
from ..core.errors import InputError
from ..core.facs import editing
from ..core.facs.channels import other_side, reflected
from ..core.facs.poses import Pose
from . import fcurves, layers, strings, units

Span = tuple[int, int]
"""First and last frame of a range."""
At = Literal["RANGE", "FRAME"]

_CLOSE = 1e-4
"""How far an edit's keys may be from what they are to show: no eye sees it, and it spares nine keys of ten."""
_SAME = 1e-6
"""Below this nothing was changed."""
_LIDS = ("AU45_L", "AU45_R")


def span_of(scene: Any) -> Span:
    """The frames that are edited: the preview range where it is on, else the scene's."""
    if scene.use_preview_range:
        return scene.frame_preview_start, scene.frame_preview_end
    return scene.frame_start, scene.frame_end


def seen(carrier: Any, channels: Sequence[str], span: Span) -> Array:
    """T×C values of channels over a range, all layers summed."""
    values = layers.evaluated(carrier, _frames(span), channels)
    return np.stack([values[channel] for channel in channels], axis=1)


def become(carrier: Any, channels: Sequence[str], first: int, wanted: Array) -> int:
    """Let channels show T×C values at the frames from `first` on."""
    span = (first, first + len(wanted) - 1)
    change = wanted - seen(carrier, channels, span)
    moved = [column for column in range(len(channels)) if np.abs(change[:, column]).max() > _SAME]
    for column in moved:
        curve = _curve(carrier, channels[column], first)
        values = fcurves.sampled(curve, _frames(span)) + change[:, column]
        fcurves.put_values(curve, first, values, _CLOSE)
    return len(moved)


def smooth(carrier: Any, channels: Sequence[str], span: Span, radius: float, *, keep_blinks: bool) -> int:
    """`radius`: standard deviation in frames. First and last frame stay, and where wished blinks stay as deep."""
    values = seen(carrier, channels, span)
    wanted = editing.smoothed(values, radius)
    if keep_blinks:
        lids = [column for column, channel in enumerate(channels) if channel in _LIDS]
        wanted[:, lids] = editing.keeping_blinks(values[:, lids], wanted[:, lids])
    return become(carrier, channels, span[0], wanted)


def ease(carrier: Any, channels: Sequence[str], span: Span, kind: editing.Ease) -> int:
    """From the first frame's values to the last's; what is in between goes."""
    return become(carrier, channels, span[0], editing.between(seen(carrier, channels, span), kind))


def hold(carrier: Any, channels: Sequence[str], span: Span, frame: int, fade: int) -> int:
    """The values of a frame (of the range; the first, if it lies outside) for the whole range."""
    row = frame - span[0] if span[0] <= frame <= span[1] else 0
    return become(carrier, channels, span[0], editing.held(seen(carrier, channels, span), row, fade))


def looped(span: Span, rounds: int, end: int) -> Span:
    """The range with what loop() writes after it: so many rounds, as far as the scene's last frame.

    Raises InputError where the scene has no frame after the range.
    """
    if span[1] >= end:
        raise InputError(strings.NO_ROOM)
    return span[0], min(span[1] + rounds * (span[1] - span[0] + 1), end)


def loop(carrier: Any, channels: Sequence[str], span: Span, last: int, blend: int) -> int:
    """The range again and again after itself, to the frame `last`. Over its last `blend` frames each round, also the
    range itself, is led to its beginning, and what ends at `last` fades into what comes then.
    """
    length = span[1] - span[0] + 1
    values = seen(carrier, channels, (span[0], last))
    wanted = editing.looped(values[:length], len(values), blend)
    left = np.arange(len(values), 0, -1) / (blend + 1)
    share = editing.ease(np.minimum(left, 1.0), "both")[:, None]
    return become(carrier, channels, span[0], values + share * (wanted - values))


def mirror(carrier: Any, channels: Sequence[str], span: Span, side: editing.Side, fade: int) -> int:
    """`side`: 'swap' both, or take the 'left', or the 'right', for both; a ticked channel brings its partner along."""
    partners = [reflected(name)[0] if side == "swap" else other_side(name) or name for name in channels]
    both = list(dict.fromkeys([*channels, *partners]))
    values = seen(carrier, both, span)
    turned = editing.mirrored(dict(zip(both, values.T, strict=True)), side)
    share = editing.envelope(len(values), fade)[:, None]
    wanted = np.stack([turned[name] for name in both], axis=1)
    return become(carrier, both, span[0], values + share * (wanted - values))


def paste(
    carrier: Any, channels: Sequence[str], span: Span, pose: Pose, weight: float, fade: int, *, add: bool = False
) -> int:
    """Blend to a pose, in what it speaks of among the channels; fading in and out over the range's ends."""
    spoken = [channel for channel in channels if channel in pose.values]
    if not spoken:
        return 0
    values = seen(carrier, spoken, span)
    share = weight * editing.envelope(len(values), fade)
    target = np.array([pose.values[channel] for channel in spoken])
    return become(carrier, spoken, span[0], editing.blended(values, target, share, add=add))


def around(frame: int, fade: int) -> Span:
    """The frames over which something that is full at one frame fades in and out."""
    return frame - fade, frame + fade


def reset(carrier: Any, channels: Sequence[str], span: Span, fade: int) -> int:
    """Back to what was solved: without corrections, fading at the range's ends."""
    frames = _frames(span)
    added = np.stack([fcurves.sampled(_found(carrier, channel), frames) for channel in channels], axis=1)
    share = editing.envelope(len(frames), fade)[:, None]
    return become(carrier, channels, span[0], seen(carrier, channels, span) - share * added)


def key_shown(carrier: Any, channels: Iterable[str], frame: int, reach: int) -> int:
    """Key the values that the carrier has now, moved by hand, as corrections at a frame.

    What a key changes fades over `reach` frames to each side, unless another key is nearer: without that, a channel's
    first key would move its whole shot.
    """
    channels = list(channels)
    values = seen(carrier, channels, (frame, frame))[0]
    for channel, value in zip(channels, values.tolist(), strict=True):
        curve = _curve(carrier, channel, frame)
        now = float(fcurves.sampled(curve, np.array([float(frame)]))[0])
        fcurves.put_key(curve, frame, now + float(carrier[channel]) - value, reach)
    return len(channels)


def delete_keys(carrier: Any, channels: Iterable[str], span: Span) -> int:
    """Take the corrections' keys in a range away; how many there were."""
    gone = _each(carrier, channels, lambda curve: fcurves.remove_keys(curve, *span))
    curves = layers.corrections(carrier)
    for curve in [curve for curve in curves if len(curve.keyframe_points) == 0]:
        curves.remove(curve)
    return sum(gone)


def reduce(carrier: Any, channels: Iterable[str], span: Span, tolerance: float) -> tuple[int, int]:
    """As few keys of the corrections in a range as stay within a tolerance at every frame: how many were and are."""
    counts = _each(carrier, channels, lambda curve: fcurves.reduce_keys(curve, *span, tolerance))
    return sum(before for before, _ in counts), sum(after for _, after in counts)


def _each(carrier: Any, channels: Iterable[str], do: Callable[[Any], Any]) -> list[Any]:
    return [do(curve) for curve in (_found(carrier, channel) for channel in channels) if curve is not None]


def _found(carrier: Any, channel: str) -> Any:
    return layers.corrections(carrier).find(units.path(channel))


def _curve(carrier: Any, channel: str, frame: int) -> Any:
    """A channel's corrections. One without any animation so far goes on with the value that it has."""
    found = _found(carrier, channel)
    if found is not None:
        return found
    before = seen(carrier, [channel], (frame, frame))[0, 0]
    curve = layers.corrections(carrier).new(units.path(channel))
    lost = before - seen(carrier, [channel], (frame, frame))[0, 0]
    if abs(lost) > _SAME:
        curve.keyframe_points.insert(frame, lost)
    return curve


def _frames(span: Span) -> Array:
    return np.arange(span[0], span[1] + 1.0)
