"""A carrier's curves from and to files of other programs."""

from pathlib import Path
from typing import Any

import numpy as np

from ..core.errors import InputError
from ..core.export.curves import WRITERS, Format, read_performance
from ..core.facs.channels import resting, with_curves
from ..core.facs.performance import Performance
from ..core.facs.tables import UNITS
from . import editing, keys, layers, strings


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
    """Write what drives rig and plate over the edited range, a row per scene frame; a line that says so.

    Raises Failure where the file can't be written.
    """
    suffix, write = WRITERS[kind]
    file = file if file.suffix.lower() == suffix else file.with_name(file.name + suffix)
    performance = shown(carrier, scene)
    write(performance, file)
    return strings.CURVES_WRITTEN.format(rows=len(performance), file=file)


def shown(carrier: Any, scene: Any) -> Performance:
    """The carrier's curves over the edited range as they are used, all layers summed, on the scene's clock."""
    first, last = editing.span_of(scene)
    frames = np.arange(first, last + 1)
    curves = layers.used(carrier, frames.astype(float))
    curves |= {unit: np.maximum(curves[unit], 0.0) for unit in UNITS}
    fps = scene.render.fps / scene.render.fps_base
    return with_curves(resting(frames.astype(np.int64), (frames - first) / fps, fps, carrier.name), curves)
