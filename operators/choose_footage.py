"""Choose Footage: the file browser, for the source or the plate."""
# mypy: disallow-subclassing-any=False, disable-error-code="valid-type"

from pathlib import Path
from typing import Any

import bpy

from ..scene import clips, settings, strings
from .choosing import ChoosingOperator


class ChooseFootage(ChoosingOperator):
    bl_idname = "expression_transfer.choose_footage"
    bl_label = strings.CHOOSE_FOOTAGE
    bl_description = strings.CHOOSE_FOOTAGE_TIP
    bl_options = {"UNDO"}  # noqa: RUF012  Blender reads it as a set

    filepath: bpy.props.StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE"})
    filter_glob: bpy.props.StringProperty(
        default=";".join(f"*{suffix}" for suffix in (*clips.MOVIES, *clips.PICTURES)), options={"HIDDEN"}
    )
    whole_sequence: bpy.props.BoolProperty(
        default=True, name=strings.WHOLE_SEQUENCE, description=strings.WHOLE_SEQUENCE_TIP
    )
    role: bpy.props.EnumProperty(items=strings.ROLES, options={"HIDDEN", "SKIP_SAVE"})

    def execute(self, context: Any) -> set[str]:
        chosen = settings.of_scene(context.scene)
        path = Path(bpy.path.abspath(self.filepath))
        setattr(chosen, f"{self.role}_file", str(clips.as_sequence(path) if self.whole_sequence else path))
        setattr(chosen, f"{self.role}_clip", None)
        return {"FINISHED"}


def register() -> None:
    bpy.utils.register_class(ChooseFootage)


def unregister() -> None:
    bpy.utils.unregister_class(ChooseFootage)
