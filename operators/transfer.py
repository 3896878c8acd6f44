"""The Transfer Expression button, and its first half alone: Solve."""
# mypy: disallow-subclassing-any=False

from typing import Any, ClassVar

import bpy

from ..scene import settings, strings
from ..scene.transfer import Request, apply_result, make_request
from .working import Work, WorkerOperator


class _Requested(WorkerOperator):
    solve_only: ClassVar[bool]

    def prepare(self, context: Any) -> Work:
        self._request: Request = make_request(context.scene, solve_only=self.solve_only)
        return Work(self._request.argv, self._request.folder)

    def apply(self, context: Any, said: list[str]) -> str:  # noqa: ARG002  all is in the folder
        return apply_result(self._request, self.find_scene())


class TransferExpression(_Requested):
    bl_idname = "expression_transfer.transfer"
    bl_label = strings.TRANSFER
    bl_description = strings.TRANSFER_TIP
    bl_options = {"UNDO"}  # noqa: RUF012  Blender reads it as a set

    section = settings.TRANSFER
    solve_only = False


class SolveFootage(_Requested):
    bl_idname = "expression_transfer.solve"
    bl_label = strings.SOLVE
    bl_description = strings.SOLVE_TIP
    bl_options = {"UNDO"}  # noqa: RUF012  Blender reads it as a set

    section = settings.SOLVE
    solve_only = True


_CLASSES = (TransferExpression, SolveFootage)


def register() -> None:
    for cls in _CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    for cls in reversed(_CLASSES):
        bpy.utils.unregister_class(cls)
