"""What the edits of action units have in common: ticked channels of a carrier, over the scene's range of frames."""
# mypy: disallow-subclassing-any=False

from typing import Any

import bpy

from ..core.errors import ExpressionTransferError
from ..scene import editing, sliders, strings


class EditOperator(bpy.types.Operator):
    """Base of such operators: they say what is done (`edit`)."""

    bl_translation_context = strings.CONTEXT
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012  Blender reads it as a set

    @classmethod
    def poll(cls, context: Any) -> bool:
        if sliders.carrier_in(context) is None:
            cls.poll_message_set(strings.NO_CARRIER)
            return False
        if not sliders.ticked(context.scene):
            cls.poll_message_set(strings.NONE_TICKED)
            return False
        return True

    def edit(self, carrier: Any, channels: list[str], span: editing.Span, frame: int) -> str:
        """Edit a carrier's channels over a range (`frame`: the current one); what to tell the user."""
        raise NotImplementedError

    def execute(self, context: Any) -> set[str]:
        scene = context.scene
        try:
            carrier, channels = sliders.carrier_in(context), sliders.ticked(scene)
            told = self.edit(carrier, channels, editing.span_of(scene), scene.frame_current)
        except ExpressionTransferError as error:
            self.report({"ERROR"}, strings.REPORT.format(message=error))
            return {"CANCELLED"}
        scene.frame_set(scene.frame_current)  # show the new curves
        self.report({"INFO"}, strings.REPORT.format(message=told))
        return {"FINISHED"}


def told(count: int, span: editing.Span) -> str:
    """Of an edit that changed `count` channels."""
    channels = strings.counted(count, *strings.CHANNELS)
    return strings.EDITED.format(channels=channels, first=span[0], last=span[1]) if count else strings.NOTHING_EDITED
