"""The Recomposite button: the plate as its fitted head's action units were edited."""
# mypy: disallow-subclassing-any=False

from typing import Any

import bpy

from ..scene import recomposite, settings, strings, transfer
from .working import Work, WorkerOperator


class Recomposite(WorkerOperator):
    bl_idname = "expression_transfer.recomposite"
    bl_label = strings.RECOMPOSITE
    bl_description = strings.RECOMPOSITE_TIP
    bl_options = {"UNDO"}  # noqa: RUF012  Blender reads it as a set

    section = settings.COMPOSITE

    @classmethod
    def poll(cls, context: Any) -> bool:
        if recomposite.head_in(context) is None:
            cls.poll_message_set(strings.NO_HEAD_TO_EDIT)
            return False
        return super().poll(context)

    def prepare(self, context: Any) -> Work:
        request = recomposite.make_request(context)
        return Work(request.argv, request.folder)

    def apply(self, context: Any, said: list[str]) -> str:  # noqa: ARG002  all is in the folder
        return transfer.load_plate(self._work.folder, self.find_scene())


def register() -> None:
    bpy.utils.register_class(Recomposite)


def unregister() -> None:
    bpy.utils.unregister_class(Recomposite)
