"""Preferences > this machine: which devices work, and files that are fetched when they are asked for."""
# mypy: disallow-subclassing-any=False, disable-error-code="valid-type"

from typing import Any

import bpy

from ..core.errors import InputError
from ..core.userdata import user_data_folder
from ..scene import models, settings, strings
from .working import Work, WorkerOperator


class FindDevices(WorkerOperator):
    bl_idname = "expression_transfer.find_devices"
    bl_label = strings.FIND_DEVICES
    bl_description = strings.FIND_DEVICES_TIP
    bl_options = {"INTERNAL"}  # noqa: RUF012  Blender reads it as a set

    section = settings.MODELS

    def prepare(self, context: Any) -> Work:  # noqa: ARG002  the base's signature
        return Work(("devices",), user_data_folder())

    def apply(self, context: Any, said: list[str]) -> str:
        settings.models(context).devices = "\n".join(said)
        working = [line.partition(":")[0] for line in said if line.endswith("works")]
        return strings.DEVICES_FOUND.format(devices=", ".join(working))


class FetchFile(WorkerOperator):
    bl_idname = "expression_transfer.fetch"
    bl_label = strings.FETCH
    bl_description = strings.FETCH_TIP
    bl_options = {"INTERNAL"}  # noqa: RUF012  Blender reads it as a set

    name: bpy.props.StringProperty(options={"HIDDEN", "SKIP_SAVE"})

    section = settings.MODELS

    @classmethod
    def poll(cls, context: Any) -> bool:
        if not bpy.app.online_access:
            cls.poll_message_set(strings.OFFLINE)
            return False
        return bool(super().poll(context))

    def prepare(self, context: Any) -> Work:  # noqa: ARG002  the base's signature
        if not bpy.app.online_access:
            raise InputError(strings.OFFLINE)
        return Work(("models", "get", self.name), user_data_folder())

    def apply(self, context: Any, said: list[str]) -> str:  # noqa: ARG002  the base's signature
        models.refresh()
        return said[-1]


_CLASSES = (FindDevices, FetchFile)


def register() -> None:
    for cls in _CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    for cls in reversed(_CLASSES):
        bpy.utils.unregister_class(cls)
