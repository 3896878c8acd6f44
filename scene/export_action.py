"""A performance as actions to append: of action units, for what this extension drives, and of ARKit's shape keys, for
any head that has them.
"""

from collections.abc import Mapping
from pathlib import Path

import bpy
import numpy as np

from ..core.conventions import Array
from ..core.errors import InputError
from ..core.export.acting import Acting
from ..core.facs.channels import curves_of
from ..core.facs.convert import arkit_weights
from ..core.facs.tables import ARKIT
from ..core.provenance import properties
from . import compat, jobs, keys, rig_files, strings, units

_SLOTS = {"OBJECT": "Armature", "KEY": "Key"}
"""What Blender calls the first datablock of a kind that usually plays such an action."""


def export_action(acting: Acting, path: Path) -> None:
    """Write the .blend, its scene at the shot's rate and frames; the session's own is replaced. Keys have the source's
    frame numbers, and stand where a face is known. Raises InputError where none is.
    """
    performance = acting.performance
    rows = np.flatnonzero(~performance.missing)
    if not len(rows):
        raise InputError(strings.NO_FACE_IN.format(file=acting.name))
    rig_files.new_scene()
    scene, frames = bpy.context.scene, performance.frames[rows].astype(np.float64)
    jobs.set_rate(scene, performance.fps)
    scene.frame_start, scene.frame_end = int(performance.frames[0]), int(performance.frames[-1])
    channels = {units.path(name): curve[rows] for name, curve in curves_of(performance).items()}
    weights = zip(ARKIT, arkit_weights(performance)[rows].T, strict=True)
    shapes = {keys.value_path(name): curve for name, curve in weights}
    marks = properties() if acting.altered else {}
    _add(strings.ACTION_OF_UNITS.format(name=acting.name), "OBJECT", channels, frames, marks)
    _add(strings.ACTION_OF_SHAPES.format(name=acting.name), "KEY", shapes, frames, marks)
    rig_files.save_blend(path)


def _add(name: str, kind: str, values: Mapping[str, Array], frames: Array, marks: Mapping[str, str]) -> None:
    action, curves = compat.new_action(name, kind, _SLOTS[kind])
    keys.write_curves(curves, values, frames)
    action.use_fake_user = True
    for mark, text in marks.items():
        action[mark] = text
