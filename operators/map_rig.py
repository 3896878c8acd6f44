"""The Map by Shape button: what each shape key does, measured on the rig's own face, into the table."""
# mypy: disallow-subclassing-any=False

from pathlib import Path
from typing import Any

import bpy

from ..core.rigs.mapping import RigMap
from ..scene import bones, mapping, rig_geometry, settings, strings, units
from .mapping import carrier_of
from .working import Work, WorkerOperator

_SCAN, _MAP = "expression_scan.npz", "expression_map.json"


class MapRig(WorkerOperator):
    bl_idname = "expression_transfer.map_rig"
    bl_label = strings.MAP_RIG
    bl_description = strings.MAP_RIG_TIP
    bl_options = {"UNDO"}  # noqa: RUF012  Blender reads it as a set

    section = settings.RIG

    @classmethod
    def poll(cls, context: Any) -> bool:
        if carrier_of(context) is None:
            cls.poll_message_set(strings.CHOOSE_RIG)
            return False
        return super().poll(context)

    def prepare(self, context: Any) -> Work:
        rig = settings.of_scene(context.scene).rig
        folder = Path(bpy.app.tempdir)
        rig_geometry.scan_character(rig, context.scene).save(folder / _SCAN, packed=False)
        self._carrier: str = units.carrier_of(rig).name
        return Work(("map", str(folder / _SCAN), "-o", str(folder / _MAP)), folder)

    def apply(self, context: Any, said: list[str]) -> str:  # noqa: ARG002  the base's signature
        found = RigMap.load(self._work.folder / _MAP)
        carrier = self.find_scene().objects.get(self._carrier)
        if carrier is None:
            return strings.MAPPED_RIG_GONE.format(name=self._carrier)
        mapping.store(carrier, found)
        text = strings.MAPPED_RIG if found.lacking() else strings.MAPPED_RIG_ALL
        done = text.format(rows=len(found.rows), lacking=strings.shortened(found.lacking()))
        return "; ".join([done, *bones.told_resting(bones.resting(carrier, found.rows))])


def register() -> None:
    bpy.utils.register_class(MapRig)


def unregister() -> None:
    bpy.utils.unregister_class(MapRig)
