"""What the tab's sections have in common: where they stand, and the line that says what to do next."""

from typing import Any, cast

from ..scene import settings, steps, strings
from .working import draw_lines

_PREFIX = "EXPRESSION_TRANSFER_PT_"


class InTab:
    """Mixin of panels in the tab."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = strings.TAB
    bl_translation_context = strings.CONTEXT


class Section(InTab):
    """Mixin of a section's panel: `bl_idname` EXPRESSION_TRANSFER_PT_<section>, `bl_order` as the work goes."""

    bl_idname: str
    layout: Any

    def draw_header(self, context: Any) -> None:
        """Whether the section has what it needs can be seen where it is closed, too."""
        section = cast(steps.Section, self.bl_idname.removeprefix(_PREFIX))
        done = steps.next_step(section, steps.state_of(context)) is None
        self.layout.label(text="", icon="CHECKMARK" if done else "RADIOBUT_OFF")


def fields_of(layout: Any, context: Any) -> Any:
    """A column for fields: names on the left, no keyframe dots, greyed out while a worker runs."""
    layout.use_property_split, layout.use_property_decorate = True, False
    column = layout.column()
    column.enabled = not settings.job(context).running
    return column


def draw_step(layout: Any, context: Any, section: steps.Section) -> None:
    """What a section still needs, and the button that provides it; nothing where it has everything."""
    step = steps.next_step(section, steps.state_of(context))
    if step is None or settings.job(context).running:
        return
    box = layout.box()
    draw_lines(box.column(align=True), step.missing, "INFO")
    button = box.operator(step.operator, text=step.action, icon=step.icon)
    for name, value in step.properties.items():
        setattr(button, name, value)


def draw_footage(layout: Any, chosen: Any, role: str) -> None:
    """A clip, or else a file, and how it is read; `role`: source or plate."""
    layout.prop(chosen, f"{role}_clip")
    row = layout.row()
    row.active = getattr(chosen, f"{role}_clip") is None
    row.prop(chosen, f"{role}_file")
    reading = getattr(chosen, f"{role}_reading")
    _draw_switched(layout, reading, "use_range", "start", "end")
    layout.prop(reading, "rate")
    if reading.rate == "OTHER":
        layout.prop(reading, "other_rate")
    _draw_switched(layout, reading, "use_person", "person")


def draw_facts(layout: Any, told: Any) -> None:
    """What a solve found its footage to be."""
    if told.name:
        width, height = told.size
        words = strings.FACTS if told.frames > 1 else strings.FACTS_STILL
        text = words.format(name=told.name, width=width, height=height, rate=told.rate, frames=told.frames,
                                    first=told.first, last=told.last)  # fmt: skip
        draw_lines(layout.column(align=True), text, "INFO")


def draw_known(layout: Any, reading: Any) -> None:
    """What the artist knows of the face in footage."""
    _draw_switched(layout, reading, "use_neutral", "neutral")
    _draw_switched(layout, reading, "use_focal", "focal")


def _draw_switched(layout: Any, reading: Any, switch: str, *fields: str) -> None:
    """A switch, and the fields that it makes count."""
    layout.prop(reading, switch)
    if getattr(reading, switch):
        column = layout.column(align=True)
        for name in fields:
            column.prop(reading, name)
