"""The Transfer Expression button."""
# mypy: disallow-subclassing-any=False

from typing import Any

import bpy

from ..scene import settings, strings
from ..scene.transfer import Request, apply_result, make_request
from .working import Work, WorkerOperator


class TransferExpression(WorkerOperator):
    bl_idname = "expression_transfer.transfer"
    bl_label = strings.TRANSFER
    bl_description = strings.TRANSFER_TIP
    bl_options = {"UNDO"}  # noqa: RUF012  Blender reads it as a set

    section = settings.TRANSFER

    def prepare(self, context: Any) -> Work:
        self._request: Request = make_request(context.scene)
        return Work(self._request.argv, self._request.folder)

    def apply(self, context: Any, said: list[str]) -> str:  # noqa: ARG002  all is in the folder
        return apply_result(self._request, self.find_scene())


def register() -> None:
    bpy.utils.register_class(TransferExpression)


def unregister() -> None:
    bpy.utils.unregister_class(TransferExpression)
