"""The hand-off's work that needs Blender, done in one of its own (worker.py): a scene, a character or a performance as
a file.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy
import numpy as np

from ..core.errors import InputError
from ..core.export.acting import Acting
from ..core.export.head_scene import HeadScene
from . import compositing_job, driving, export_action, export_scene, rig_files, scene_files, settings, solves, units
from .characters import of_character

if TYPE_CHECKING:
    from ..core.reporting import Reporter


def main(argv: list[str], reporter: "Reporter") -> int:
    """`argv`: format, the file of what becomes of it (a HeadScene or an Acting as .npz, a driven character's .blend, a
    set-up's .json), and the file to write.
    """
    kind, made, out = argv
    reporter.check()
    source, path = Path(made), Path(out)
    if source.suffix == ".json":
        compositing_job.export_setup(source, path)
    elif source.suffix == ".blend":
        export_character(source, kind, path)
    elif kind == "action":
        export_action.export_action(Acting.load(source), path)
    else:
        export_head(HeadScene.load(source), kind, path)
    return 0


def export_head(scene: HeadScene, kind: str, path: Path) -> None:
    """Write a head's scene; the session's own is replaced. Raises Failure as scene_files.write."""
    rig_files.new_scene()
    export_scene.build(scene)
    scene_files.write(list(bpy.context.scene.objects), kind, path)


def export_character(blend: Path, kind: str, path: Path) -> None:
    """Write the rig of a .blend's tab, or all characters that action units drive, with their curves as keyframes; the
    session's own scene is replaced. Raises InputError where there is none, Failure as scene_files.write.
    """
    rig_files.open_rig(blend)
    scene = bpy.context.scene
    with solves.registered():
        carriers = _driven(scene)
        if not carriers:
            raise InputError(f"{blend}: has no character that is driven by action units; connect it, and save the file")
        objects = {each.name: each for carrier in carriers for each in of_character(scene.objects, carrier)}
        for carrier in carriers:
            driving.bake(carrier, np.arange(scene.frame_start, scene.frame_end + 1, dtype=np.float64))
        scene_files.write(list(objects.values()), kind, path)


def _driven(scene: Any) -> list[Any]:
    """What carries the action units of what is exported."""
    rig = settings.of_scene(scene).rig
    among = scene.objects if rig is None else [units.carrier_of(rig)]
    return [each for each in among if units.is_carrier(each) and driving.is_connected(each)]
