"""The Export button: the result or the solve, as files of another program."""
# mypy: disallow-subclassing-any=False

from pathlib import Path
from typing import Any

import bpy

from ..core.errors import InputError
from ..scene import arguments, settings, strings
from .working import Work, WorkerOperator


class Export(WorkerOperator):
    bl_idname = "expression_transfer.export"
    bl_label = strings.EXPORT_FILES
    bl_description = strings.EXPORT_FILES_TIP

    section = settings.EXPORT

    @classmethod
    def poll(cls, context: Any) -> bool:
        if not settings.of_scene(context.scene).result_folder:
            cls.poll_message_set(strings.NEEDS_SOLVE)
            return False
        return super().poll(context)

    def prepare(self, context: Any) -> Work:
        chosen = settings.of_scene(context.scene)
        if not chosen.result_folder:
            raise InputError(strings.NEEDS_SOLVE)
        made = Path(bpy.path.abspath(chosen.result_folder))
        self._out = made / "export" / chosen.export_kind
        argv = ("export", chosen.export_kind, str(made), "-o", str(self._out), *arguments.provenance(chosen))
        return Work((*argv, "--resume"), self._out)

    def apply(self, context: Any, said: list[str]) -> str:  # noqa: ARG002  the base's signature
        return strings.EXPORTED_TO.format(folder=self._out)


def register() -> None:
    bpy.utils.register_class(Export)


def unregister() -> None:
    bpy.utils.unregister_class(Export)
