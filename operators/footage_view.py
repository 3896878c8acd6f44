"""In the clip and image editors: show the footage, and pick whose face is followed."""
# mypy: disallow-subclassing-any=False, disable-error-code="valid-type"

from pathlib import Path
from typing import Any

import bpy

from ..scene import clips, marks, settings, strings

_EDITORS = {"CLIP_EDITOR", "IMAGE_EDITOR"}


class ShowFootage(bpy.types.Operator):
    bl_idname = "expression_transfer.show_footage"
    bl_label = strings.SHOW_FOOTAGE
    bl_description = strings.SHOW_FOOTAGE_TIP
    bl_options = {"UNDO"}  # noqa: RUF012  Blender reads it as a set

    role: bpy.props.EnumProperty(items=strings.ROLES, options={"HIDDEN", "SKIP_SAVE"})

    @classmethod
    def poll(cls, context: Any) -> bool:
        if context.area is None or context.area.type not in _EDITORS:
            cls.poll_message_set(strings.OTHER_EDITOR)
            return False
        return True

    def execute(self, context: Any) -> set[str]:
        chosen = settings.of_scene(context.scene)
        footage, begins = clips.footage_of(chosen, self.role), round(clips.start_of(chosen, context.scene, self.role))
        if footage is None:
            self.report({"ERROR"}, strings.NEEDS_SOURCE if self.role == "source" else strings.NEEDS_PLATE)
            return {"CANCELLED"}
        file = clips.first_file(footage)
        try:
            if context.area.type == "CLIP_EDITOR":
                context.space_data.clip = getattr(chosen, f"{self.role}_clip") or _load_clip(file, begins)
            else:
                _show_image(context.space_data, file, footage, begins)
        except RuntimeError as error:
            self.report({"ERROR"}, strings.NOT_SHOWN.format(file=file, error=str(error).strip()))
            return {"CANCELLED"}
        return {"FINISHED"}


def _load_clip(file: Path, begins: int) -> Any:
    clip = bpy.data.movieclips.load(str(file), check_existing=True)
    clip.frame_start = begins
    return clip


def _show_image(space: Any, file: Path, footage: Path, begins: int) -> None:
    image = bpy.data.images.load(str(file), check_existing=True)
    still = file == footage and file.suffix.lower() in clips.PICTURES
    if not still:
        image.source = "MOVIE" if file == footage else "SEQUENCE"
    space.image, user = image, space.image_user
    user.use_auto_refresh, user.frame_start, user.frame_duration = True, begins, image.frame_duration
    user.frame_offset = 0
    if image.source == "SEQUENCE":
        user.frame_offset = clips.frame_number(file) - 1
        user.frame_duration = len(clips.sequence_files(footage))


class _OnFootage(bpy.types.Operator):
    """Base of what is said of the footage that an editor shows."""

    @classmethod
    def poll(cls, context: Any) -> bool:
        if context.area is None or context.area.type not in _EDITORS:
            cls.poll_message_set(strings.OTHER_EDITOR)
            return False
        shown = marks.shown_in(context.space_data, context.scene)
        if shown is None or marks.chosen_role(shown, context.scene) is None:
            cls.poll_message_set(strings.NOT_CHOSEN)
            return False
        return True


class NeutralHere(_OnFootage):
    bl_idname = "expression_transfer.neutral_here"
    bl_label = strings.NEUTRAL_HERE
    bl_description = strings.NEUTRAL_HERE_TIP
    bl_options = {"UNDO"}  # noqa: RUF012  Blender reads it as a set

    def execute(self, context: Any) -> set[str]:
        shown = marks.shown_in(context.space_data, context.scene)
        if shown is None:
            return {"CANCELLED"}
        reading = _reading(context, shown)
        reading.use_neutral, reading.neutral = True, shown.number
        self.report({"INFO"}, strings.NEUTRAL_IS.format(number=shown.number, name=shown.footage.name))
        return {"FINISHED"}


def _reading(context: Any, shown: marks.Shown) -> Any:
    role = marks.chosen_role(shown, context.scene)
    return getattr(settings.of_scene(context.scene), f"{role}_reading")


class PickPerson(_OnFootage):
    bl_idname = "expression_transfer.pick_person"
    bl_label = strings.PICK_PERSON
    bl_description = strings.PICK_PERSON_TIP
    bl_options = {"UNDO"}  # noqa: RUF012  Blender reads it as a set

    def invoke(self, context: Any, event: Any) -> set[str]:  # noqa: ARG002  Blender's signature
        context.window.cursor_modal_set("EYEDROPPER")
        context.workspace.status_text_set(strings.PICK_HERE)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: Any, event: Any) -> set[str]:
        if event.type in {"ESC", "RIGHTMOUSE"}:
            return self._end(context, "CANCELLED")
        if event.type != "LEFTMOUSE" or event.value != "PRESS":
            return {"PASS_THROUGH"}
        region = next(each for each in context.area.regions if each.type == "WINDOW")
        shown = marks.shown_in(context.space_data, context.scene)
        across, up = region.view2d.region_to_view(event.mouse_x - region.x, event.mouse_y - region.y)
        if shown is None or not (0 <= across < 1 and 0 <= up < 1):
            return self._end(context, "CANCELLED")
        self._choose(context, shown, (int(across * shown.size[0]), int((1 - up) * shown.size[1])))
        return self._end(context, "FINISHED")

    def _choose(self, context: Any, shown: marks.Shown, pixel: tuple[int, int]) -> None:
        reading = _reading(context, shown)
        reading.use_person, reading.person = True, pixel
        self.report({"INFO"}, strings.PICKED.format(u=pixel[0], v=pixel[1], role=shown.footage.name))

    def _end(self, context: Any, status: str) -> set[str]:
        context.window.cursor_modal_restore()
        context.workspace.status_text_set(None)
        return {status}


_CLASSES = (ShowFootage, NeutralHere, PickPerson)


def register() -> None:
    for cls in _CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    for cls in reversed(_CLASSES):
        bpy.utils.unregister_class(cls)
