"""Expressions pasted from the library, and the user's own, saved and removed."""
# mypy: disallow-subclassing-any=False, disable-error-code="valid-type"

from typing import Any

import bpy

from ..core.errors import ExpressionTransferError, InputError
from ..core.facs import poses
from ..scene import editing, sliders, strings
from .editing import EditOperator, told


class PastePose(EditOperator):
    bl_idname = "expression_transfer.paste_pose"
    bl_label = strings.PASTE
    bl_description = strings.PASTE_TIP

    pose: bpy.props.StringProperty(name=strings.POSE, description=strings.POSE_TIP, options={"SKIP_SAVE"})
    weight: bpy.props.FloatProperty(
        default=1.0, soft_min=0.0, soft_max=1.0, name=strings.WEIGHT_OF_POSE, description=strings.WEIGHT_OF_POSE_TIP
    )
    where: bpy.props.EnumProperty(items=strings.WHERES, default="FRAME", name=strings.WHERE)
    fade: bpy.props.IntProperty(default=6, min=0, soft_max=48, name=strings.FADE, description=strings.FADE_TIP)
    add: bpy.props.BoolProperty(name=strings.ADDED, description=strings.ADDED_TIP)

    def edit(self, carrier: Any, channels: list[str], span: editing.Span, frame: int) -> str:
        pose = poses.PRESETS.get(self.pose) or poses.own_poses(poses.own_file()).get(self.pose)
        if pose is None:
            raise InputError(strings.NO_POSE.format(name=self.pose))
        chosen = span if self.where == "RANGE" else editing.around(frame, self.fade)
        return told(editing.paste(carrier, channels, chosen, pose, self.weight, self.fade, add=self.add), chosen)


class KeepPose(EditOperator):
    bl_idname = "expression_transfer.keep_pose"
    bl_label = strings.KEEP_POSE
    bl_description = strings.KEEP_POSE_TIP
    bl_options = {"REGISTER"}  # noqa: RUF012  it changes nothing that undo knows

    name: bpy.props.StringProperty(name=strings.POSE_NAME, description=strings.POSE_NAME_TIP)

    def invoke(self, context: Any, event: Any) -> set[str]:  # noqa: ARG002  Blender's signature
        return set(context.window_manager.invoke_props_dialog(self))

    def execute(self, context: Any) -> set[str]:
        carrier = sliders.carrier_in(context)
        values = {channel: float(carrier[channel]) for channel in sliders.ticked(context.scene)}
        return _report(self, poses.Pose(self.name, "own", values))


def _report(operator: Any, pose: poses.Pose) -> set[str]:
    try:
        poses.keep_pose(pose, poses.own_file())
    except ExpressionTransferError as error:
        operator.report({"ERROR"}, strings.REPORT.format(message=error))
        return {"CANCELLED"}
    kept = strings.POSE_KEPT.format(name=pose.name, file=poses.own_file())
    operator.report({"INFO"}, strings.REPORT.format(message=kept))
    return {"FINISHED"}


class DropPose(bpy.types.Operator):
    bl_idname = "expression_transfer.drop_pose"
    bl_label = strings.DROP_POSE
    bl_description = strings.DROP_POSE_TIP
    bl_translation_context = strings.CONTEXT

    pose: bpy.props.StringProperty(name=strings.POSE, description=strings.POSE_TIP, options={"SKIP_SAVE"})

    def execute(self, context: Any) -> set[str]:  # noqa: ARG002  Blender's signature
        try:
            poses.drop_pose(self.pose, poses.own_file())
        except ExpressionTransferError as error:
            self.report({"ERROR"}, strings.REPORT.format(message=error))
            return {"CANCELLED"}
        self.report({"INFO"}, strings.REPORT.format(message=strings.POSE_DROPPED.format(name=self.pose)))
        return {"FINISHED"}


_CLASSES = (PastePose, KeepPose, DropPose)


def register() -> None:
    for cls in _CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    for cls in reversed(_CLASSES):
        bpy.utils.unregister_class(cls)
