"""A carrier's curves from and to files of other programs."""

import math
from pathlib import Path
from typing import Any

import numpy as np

from ..core.errors import InputError
from ..core.export.curves import WRITERS, Format, read_performance
from ..core.facs.channels import resting, with_curves
from ..core.facs.performance import Performance
from ..core.facs.tables import UNITS
from . import editing, keys, layers, strings

_ROUNDING = 1e-3
"""Of a frame: Blender keeps the ends of strips in single precision."""


def import_curves(carrier: Any, file: Path, scene: Any, start: float) -> str:
    """Put a file's curves on the carrier as a take that is called like it, at their seconds from frame `start`; a line
    that says so. Raises InputError where the file holds none.
    """
    performance = read_performance(file)
    if performance.missing.all():
        raise InputError(strings.NO_FACE_IN.format(file=file))
    frames = keys.scene_frames(performance.times - performance.times[0], scene, start)
    layers.put_solve(carrier, performance, frames, file.stem)
    return strings.CURVES_READ.format(
        name=file.name, rows=len(frames), carrier=carrier.name, first=frames[0], last=frames[-1]
    )


def export_curves(carrier: Any, file: Path, kind: Format, scene: Any) -> str:
    """Write what drives rig and plate over the takes (`span_of`), a row per scene frame; a line that says so.

    Raises Failure where the file can't be written.
    """
    suffix, write = WRITERS[kind]
    file = file if file.suffix.lower() == suffix else file.with_name(file.name + suffix)
    performance = shown(carrier, scene)
    write(performance, file)
    return strings.CURVES_WRITTEN.format(rows=len(performance), file=file)


def format_of(file: Path) -> Format:
    """What a file's ending asks for: Live Link Face for .csv, JSON where it says nothing."""
    return next((kind for kind, (suffix, _) in WRITERS.items() if suffix == file.suffix.lower()), "json")


def span_of(carrier: Any, scene: Any) -> editing.Span:
    """The frames to write: the preview range where it is on, else those of the takes that play, else the scene's."""
    playing = [strip for strip in layers.takes(carrier) if not strip.mute]
    if scene.use_preview_range or not playing:
        return editing.span_of(scene)
    first, last = min(strip.frame_start for strip in playing), max(strip.frame_end for strip in playing)
    return math.ceil(first - _ROUNDING), math.floor(last + _ROUNDING)


def shown(carrier: Any, scene: Any) -> Performance:
    """The carrier's curves over `span_of` as they are used, all layers summed, on the scene's clock."""
    first, last = span_of(carrier, scene)
    frames = np.arange(first, last + 1)
    curves = layers.used(carrier, frames.astype(float))
    curves |= {unit: np.maximum(curves[unit], 0.0) for unit in UNITS}
    fps = scene.render.fps / scene.render.fps_base
    return with_curves(resting(frames.astype(np.int64), (frames - first) / fps, fps, carrier.name), curves)
