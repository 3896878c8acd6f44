"""The Cancel button."""
# mypy: disallow-subclassing-any=False

from typing import Any

import bpy

from ..scene import settings, strings


class CancelTransfer(bpy.types.Operator):
    bl_idname = "expression_transfer.cancel"
    bl_label = strings.CANCEL
    bl_description = strings.CANCEL_TIP
    bl_options = {"INTERNAL"}  # noqa: RUF012  Blender reads it as a set

    @classmethod
    def poll(cls, context: Any) -> bool:
        if not settings.job(context).running:
            cls.poll_message_set(strings.NOTHING_RUNS)
            return False
        return True

    def execute(self, context: Any) -> set[str]:
        settings.job(context).cancel = True  # the transfer's timer sees it
        return {"FINISHED"}


def register() -> None:
    bpy.utils.register_class(CancelTransfer)


def unregister() -> None:
    bpy.utils.unregister_class(CancelTransfer)
