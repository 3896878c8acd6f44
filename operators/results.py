"""A solve's results, looked at: open a solve, jump to a passage, show the head over the footage, guides, the folder."""
# mypy: disallow-subclassing-any=False, disable-error-code="valid-type"

from pathlib import Path
from typing import Any

import bpy
import numpy as np

from ..core.errors import ExpressionTransferError, InputError
from ..scene import clips, compat, fitted, jobs, settings, solves, strings, summary, windows
from ..scene.transfer import load_plate
from .choosing import ChoosingOperator
from .working import Work, WorkerOperator


class OpenSolve(ChoosingOperator):
    bl_idname = "expression_transfer.open_solve"
    bl_label = strings.OPEN_SOLVE
    bl_description = strings.OPEN_SOLVE_TIP
    bl_options = {"UNDO"}  # noqa: RUF012  Blender reads it as a set

    directory: bpy.props.StringProperty(subtype="DIR_PATH", options={"SKIP_SAVE"})
    filter_folder: bpy.props.BoolProperty(default=True, options={"HIDDEN"})

    def execute(self, context: Any) -> set[str]:
        folder, chosen = Path(bpy.path.abspath(self.directory)), settings.of_scene(context.scene)
        if not solves.is_solve(folder):
            self.report({"ERROR"}, strings.NO_SOLVE.format(folder=folder))
            return {"CANCELLED"}
        solves.take(context.scene, folder)
        said = strings.SOLVE_OPENED.format(folder=folder)
        if chosen.result_of_plate:
            try:
                said = f"{said}; {load_plate(folder, context.scene)}"
            except InputError as error:  # solved, and not re-performed yet
                said = f"{said}; {error}"
        self.report({"INFO"}, said)
        return {"FINISHED"}


class JumpToFrame(bpy.types.Operator):
    bl_idname = "expression_transfer.jump"
    bl_label = strings.JUMP
    bl_description = strings.JUMP_TIP
    bl_options = {"INTERNAL"}  # noqa: RUF012  Blender reads it as a set

    seconds: bpy.props.FloatProperty(options={"HIDDEN", "SKIP_SAVE"})

    def execute(self, context: Any) -> set[str]:
        context.scene.frame_set(summary.scene_frame(self.seconds, context.scene))
        return {"FINISHED"}


class MatchScene(bpy.types.Operator):
    bl_idname = "expression_transfer.match_scene"
    bl_label = strings.MATCH_SCENE
    bl_description = strings.MATCH_SCENE_TIP
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012  Blender reads it as a set

    @classmethod
    def poll(cls, context: Any) -> bool:
        if not summary.of_source(context.scene).name:
            cls.poll_message_set(strings.NEEDS_SOLVE)
            return False
        return True

    def execute(self, context: Any) -> set[str]:
        scene, told = context.scene, summary.of_source(context.scene)
        last = told.length - 0.5 / told.rate  # the end is rounded up, and a property holds seven digits
        jobs.set_timing(scene, told.rate, np.array([last]), round(clips.start_of(settings.of_scene(scene), scene)))
        return {"FINISHED"}


class OfSolve(bpy.types.Operator):
    """Base of what adds something of the last result's solve to the scene."""

    @classmethod
    def poll(cls, context: Any) -> bool:
        if not settings.of_scene(context.scene).result_folder:
            cls.poll_message_set(strings.NEEDS_SOLVE)
            return False
        if context.mode != "OBJECT":
            cls.poll_message_set(strings.OTHER_MODE)
            return False
        return True


class ShowFittedHead(OfSolve):
    bl_idname = "expression_transfer.show_fitted_head"
    bl_label = strings.SHOW_HEAD
    bl_description = strings.SHOW_HEAD_TIP
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012  Blender reads it as a set

    role: bpy.props.EnumProperty(items=strings.ROLES, options={"HIDDEN", "SKIP_SAVE"})

    def execute(self, context: Any) -> set[str]:
        chosen = settings.of_scene(context.scene)
        folder = summary.solve_folder(chosen, self.role)
        face, said = fitted.find_head(context.scene, folder), ""
        try:
            if face is None:
                options = fitted.Options(clips.start_of(chosen, context.scene, self.role))
                face, said = fitted.add_fitted_head(fitted.read_solve(folder), context.scene, options)
        except ExpressionTransferError as error:
            self.report({"ERROR"}, strings.REPORT.format(message=error))
            return {"CANCELLED"}
        windows.look_through(context, face, fitted.camera_of(face))
        self.report({"INFO"}, strings.REPORT.format(message=said or strings.SHOWN.format(name=face.name)))
        return {"FINISHED"}


class ExportGuides(WorkerOperator):
    bl_idname = "expression_transfer.guides"
    bl_label = strings.GUIDES
    bl_description = strings.GUIDES_TIP
    bl_options = {"INTERNAL"}  # noqa: RUF012  Blender reads it as a set

    section = settings.EXPORT

    def prepare(self, context: Any) -> Work:
        chosen = settings.of_scene(context.scene)
        if not chosen.result_folder:
            raise InputError(strings.NEEDS_SOLVE)
        folder = summary.solve_folder(chosen, "plate" if chosen.result_of_plate else "source")
        footage = fitted.footage_of(folder)
        if footage is None:
            raise InputError(strings.FOOTAGE_GONE.format(folder=folder))
        self._out = folder / "guides"
        return Work(("guides", str(folder / "fit.npz"), "--plate", footage.argument, "-o", str(self._out)), self._out)

    def apply(self, context: Any, said: list[str]) -> str:  # noqa: ARG002  the base's signature
        return strings.GUIDES_IN.format(folder=self._out)


class OpenFolder(bpy.types.Operator):
    bl_idname = "expression_transfer.open_folder"
    bl_label = strings.OPEN_FOLDER
    bl_description = strings.OPEN_FOLDER_TIP
    bl_options = {"INTERNAL"}  # noqa: RUF012  Blender reads it as a set

    folder: bpy.props.StringProperty(subtype="DIR_PATH", options=compat.RELATIVE_PATH | {"SKIP_SAVE"})

    def execute(self, context: Any) -> set[str]:  # noqa: ARG002  Blender's signature
        folder = Path(bpy.path.abspath(self.folder))
        if not folder.is_dir():
            self.report({"ERROR"}, strings.NO_FOLDER.format(folder=folder))
            return {"CANCELLED"}
        return set(bpy.ops.wm.path_open(filepath=str(folder)))


_CLASSES = (OpenSolve, JumpToFrame, MatchScene, ShowFittedHead, ExportGuides, OpenFolder)


def register() -> None:
    for cls in _CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    for cls in reversed(_CLASSES):
        bpy.utils.unregister_class(cls)
