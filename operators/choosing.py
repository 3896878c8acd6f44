"""What operators have in common that ask for a file or a folder, while no worker runs."""
# mypy: disallow-subclassing-any=False

from typing import Any

import bpy

from ..scene import settings, strings


class ChoosingOperator(bpy.types.Operator):
    """Base of such operators: they take what was chosen (`execute`, from their filepath or directory)."""

    @classmethod
    def poll(cls, context: Any) -> bool:
        if settings.job(context).running:
            cls.poll_message_set(strings.RUNNING)
            return False
        return True

    def invoke(self, context: Any, event: Any) -> set[str]:  # noqa: ARG002  Blender's signature
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}
