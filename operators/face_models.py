"""Preferences > Face models: add, remove, clear the cache, look again."""
# mypy: disallow-subclassing-any=False, disable-error-code="valid-type"

from pathlib import Path
from typing import Any

import bpy

from ..core.errors import ExpressionTransferError, InputError
from ..core.heads import registry
from ..core.userdata import user_data_folder
from ..scene import models, settings, strings
from .choosing import ChoosingOperator
from .working import Work, WorkerOperator


class ChooseModel(ChoosingOperator):
    bl_idname = "expression_transfer.choose_model"
    bl_label = strings.CHOOSE_MODEL
    bl_description = strings.CHOOSE_MODEL_TIP
    bl_options = {"INTERNAL"}  # noqa: RUF012  Blender reads it as a set

    filepath: bpy.props.StringProperty(subtype="FILE_PATH")
    filter_glob: bpy.props.StringProperty(default=strings.MODEL_FILES, options={"HIDDEN"})

    def execute(self, context: Any) -> set[str]:
        windows = list(context.window_manager.windows)
        shown = (window for window in windows if any(area.type == "PREFERENCES" for area in window.screen.areas))
        with context.temp_override(window=next(shown, windows[0])):  # the file browser's own is about to close
            bpy.ops.expression_transfer.add_model("INVOKE_DEFAULT", path=self.filepath)
        return {"FINISHED"}


class AddModel(WorkerOperator):
    bl_idname = "expression_transfer.add_model"
    bl_label = strings.CHOOSE_MODEL
    bl_description = strings.CHOOSE_MODEL_TIP
    bl_options = {"INTERNAL"}  # noqa: RUF012  Blender reads it as a set

    path: bpy.props.StringProperty(subtype="FILE_PATH")

    section = settings.MODELS

    def prepare(self, context: Any) -> Work:  # noqa: ARG002  the base's signature
        if not self.path:
            raise InputError(strings.NO_PATH)
        path = Path(bpy.path.abspath(self.path))  # a folder comes with a slash behind it
        self._before = {model.name for model in settings.models(bpy.context).known}
        return Work(("models", "add", str(path)), user_data_folder())

    def apply(self, context: Any, said: list[str]) -> str:
        models.refresh()
        known = settings.models(context)
        new = (at for at, model in enumerate(known.known) if model.name not in self._before)
        known.chosen = next(new, known.chosen)
        return "; ".join(said[-2:])  # what was added, and its licence


class RemoveModel(bpy.types.Operator):
    bl_idname = "expression_transfer.remove_model"
    bl_label = strings.REMOVE_MODEL
    bl_description = strings.REMOVE_MODEL_TIP
    bl_options = {"INTERNAL"}  # noqa: RUF012  Blender reads it as a set

    @classmethod
    def poll(cls, context: Any) -> bool:
        marked = models.chosen(context)
        if marked is None or marked.name == strings.BUILTIN:
            cls.poll_message_set(strings.NOT_REMOVABLE)
            return False
        return True

    def invoke(self, context: Any, event: Any) -> set[str]:
        return set(context.window_manager.invoke_confirm(self, event))

    def execute(self, context: Any) -> set[str]:
        try:
            registry.remove_model(models.chosen(context).name)
        except ExpressionTransferError as error:
            self.report({"ERROR"}, str(error))
        models.refresh()
        return {"FINISHED"}


class ClearCache(WorkerOperator):
    bl_idname = "expression_transfer.clear_cache"
    bl_label = strings.CLEAR_CACHE
    bl_description = strings.CLEAR_CACHE_TIP
    bl_options = {"INTERNAL"}  # noqa: RUF012  Blender reads it as a set

    section = settings.MODELS

    def prepare(self, context: Any) -> Work:  # noqa: ARG002  the base's signature
        return Work(("models", "clear"), user_data_folder())

    def apply(self, context: Any, said: list[str]) -> str:  # noqa: ARG002  the base's signature
        models.refresh()
        return said[-1]


class RefreshModels(bpy.types.Operator):
    bl_idname = "expression_transfer.refresh_models"
    bl_label = strings.REFRESH
    bl_description = strings.REFRESH_TIP
    bl_options = {"INTERNAL"}  # noqa: RUF012  Blender reads it as a set

    def execute(self, context: Any) -> set[str]:  # noqa: ARG002  Blender's signature
        models.refresh()
        return {"FINISHED"}


_CLASSES = (ChooseModel, AddModel, RemoveModel, ClearCache, RefreshModels)


def register() -> None:
    for cls in _CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    models.unregister()
    for cls in reversed(_CLASSES):
        bpy.utils.unregister_class(cls)
