"""The Bake Texture button: the person's texture from the footage, on the fitted head."""
# mypy: disallow-subclassing-any=False, disable-error-code="valid-type"

from typing import Any

import bpy

from ..core.errors import InputError
from ..scene import fitted, settings, strings
from .working import Work, WorkerOperator


class BakeTexture(WorkerOperator):
    bl_idname = "expression_transfer.bake_texture"
    bl_label = strings.BAKE
    bl_description = strings.BAKE_TIP
    bl_options = {"UNDO"}  # noqa: RUF012  Blender reads it as a set

    section = settings.HEAD

    def prepare(self, context: Any) -> Work:
        face = fitted.head_of(context.object)
        if face is None:
            raise InputError(strings.NO_HEAD)
        self._head: str = face.name
        folder = fitted.folder_of(face)
        footage = fitted.footage_of(folder)
        if footage is None:
            raise InputError(strings.FOOTAGE_GONE.format(folder=folder))
        argv = ("texture", str(folder / "fit.npz"), "--plate", footage.argument)
        return Work((*argv, "-o", str((folder / fitted.TEXTURE).parent)), folder)

    def apply(self, context: Any, said: list[str]) -> str:  # noqa: ARG002  the base's signature
        face = self.find_scene().objects.get(self._head)
        if face is not None:
            fitted.put_texture(face, fitted.folder_of(face) / fitted.TEXTURE)
        return strings.BAKED.format(name=self._head)


def register() -> None:
    bpy.utils.register_class(BakeTexture)


def unregister() -> None:
    bpy.utils.unregister_class(BakeTexture)
