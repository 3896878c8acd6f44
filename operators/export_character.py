"""The Export Character button: the rig as it acts, as a file of another program."""
# mypy: disallow-subclassing-any=False, disable-error-code="valid-type"

from pathlib import Path
from typing import Any

import bpy

from ..core.errors import InputError
from ..scene import driving, rig_files, settings, strings
from ..scene.transfer import output_folder
from .mapping import carrier_of
from .working import Work, WorkerOperator


class ExportCharacter(WorkerOperator):
    """A copy of the file is exported by a Blender of its own, and the result called like it: the user's rig keeps its
    drivers.
    """

    bl_idname = "expression_transfer.export_character"
    bl_label = strings.EXPORT_CHARACTER
    bl_description = strings.EXPORT_CHARACTER_TIP

    section = settings.RIG
    kind: bpy.props.EnumProperty(items=strings.SCENE_FORMATS, name=strings.SCENE_FORMAT)

    def prepare(self, context: Any) -> Work:
        carrier, folder = carrier_of(context), output_folder(settings.of_scene(context.scene).output)
        if carrier is None:
            raise InputError(strings.CHOOSE_RIG)
        if not driving.is_connected(carrier):
            raise InputError(strings.NOT_CONNECTED.format(name=carrier.name))
        name = Path(bpy.data.filepath).stem or bpy.path.clean_name(carrier.name)
        copy = Path(bpy.app.tempdir) / f"{name}.blend"
        rig_files.save_blend(copy)
        return Work(("export", self.kind, str(copy), "-o", str(folder)), folder)

    def apply(self, context: Any, said: list[str]) -> str:  # noqa: ARG002  the base's signature
        return said[-1]


def register() -> None:
    bpy.utils.register_class(ExportCharacter)


def unregister() -> None:
    bpy.utils.unregister_class(ExportCharacter)
