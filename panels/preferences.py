"""The extension's preferences: files that are not part of it."""
# mypy: disallow-subclassing-any=False, disable-error-code="valid-type"

from typing import Any

import bpy

from ..scene import compat, settings, strings


class TransferPreferences(bpy.types.AddonPreferences):
    bl_idname = settings.PACKAGE

    task_file: bpy.props.StringProperty(
        subtype="FILE_PATH", options=compat.RELATIVE_PATH, name=strings.TASK_FILE, description=strings.TASK_FILE_TIP
    )

    def draw(self, context: Any) -> None:  # noqa: ARG002  Blender's signature
        self.layout.prop(self, "task_file")


def register() -> None:
    bpy.utils.register_class(TransferPreferences)


def unregister() -> None:
    bpy.utils.unregister_class(TransferPreferences)
