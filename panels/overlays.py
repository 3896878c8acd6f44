"""Over the frame in the clip and image editors: landmarks and confidence, and the tab that switches them."""
# mypy: disallow-subclassing-any=False

from typing import Any

import bpy
import numpy as np

from ..core.conventions import Array
from ..scene import marks, settings, strings, summary
from .section import draw_facts

_MARK = 1.5
"""Half a landmark's side, px of a screen at usual scale."""
_STRIP = 8.0
"""Height of the strip of confidence, px at usual scale."""
_LABEL, _LABEL_HEIGHT = 12.0, 34.0
"""Size and place of the words, px at usual scale: above Blender's own frame number."""
_CORNERS = np.array([[0, 0], [1, 0], [1, 1], [0, 0], [1, 1], [0, 1]])
"""Two triangles that make a rectangle."""


class _Editor:
    """The tab in an editor of footage."""

    bl_region_type = "UI"
    bl_category = strings.TAB
    bl_translation_context = strings.CONTEXT
    bl_label = strings.SOLVE
    layout: Any

    def draw(self, context: Any) -> None:
        chosen, shown = settings.of_scene(context.scene), marks.shown_in(context.space_data, context.scene)
        role = None if shown is None else marks.solved_role(shown, context.scene)
        column = self.layout.column()
        column.prop(chosen, "show_landmarks")
        column.prop(chosen, "show_confidence")
        column.operator("expression_transfer.pick_person", icon="EYEDROPPER")
        column.operator("expression_transfer.neutral_here", icon="USER")
        if role is not None:
            draw_facts(self.layout, summary.both(context.scene)[role])
            return
        if shown is not None:
            column.label(text=strings.OTHER_FOOTAGE, icon="INFO")
        row = column.row(align=True)
        for role_item, label, _ in strings.ROLES:
            row.operator("expression_transfer.show_footage", text=label, icon="FILE_MOVIE").role = role_item


class ClipOverlayPanel(_Editor, bpy.types.Panel):
    bl_idname = "EXPRESSION_TRANSFER_PT_clip_overlay"
    bl_space_type = "CLIP_EDITOR"


class ImageOverlayPanel(_Editor, bpy.types.Panel):
    bl_idname = "EXPRESSION_TRANSFER_PT_image_overlay"
    bl_space_type = "IMAGE_EDITOR"


def _draw_overlay() -> None:
    """Blender calls it after it has drawn the editor."""
    context = bpy.context
    chosen = settings.of_scene(context.scene)
    shown = marks.shown_in(context.space_data, context.scene)
    if shown is None or not (chosen.show_landmarks or chosen.show_confidence):
        return
    role = marks.solved_role(shown, context.scene)
    solved = None if role is None else marks.marks_of(summary.solve_folder(chosen, role))
    if solved is None:
        return
    row, scale = solved.row(shown.number), context.preferences.system.ui_scale
    if chosen.show_landmarks and row is not None:
        _draw_landmarks(solved, row, context.region, scale)
    if chosen.show_confidence:
        _draw_strip(solved, shown.number, context)
        _draw_label(solved, row, shown.number, scale)


def _draw_landmarks(solved: marks.Marks, row: int, region: Any, scale: float) -> None:
    points = solved.points[row][~np.isnan(solved.points[row, :, 0])]
    corner, across = _picture(region)
    middles = corner + points * across
    _draw_rectangles(middles - _MARK * scale, middles + _MARK * scale, marks.colours(solved)[[row]])


def _picture(region: Any) -> tuple[Array, Array]:
    """Px of the region: the picture's lower left corner, and its width and height.

    view_to_region rounds to whole px: a far point keeps the scale exact.
    """
    far, to_region = 64, region.view2d.view_to_region
    corner = np.array(to_region(0, 0, clip=False), np.float64)
    return corner, (np.array(to_region(far, far, clip=False), np.float64) - corner) / far


def _draw_strip(solved: marks.Marks, number: int, context: Any) -> None:
    """Every frame of the shot where Blender's own strip below the footage has it."""
    scene, region = context.scene, context.region
    per_frame = region.width / (scene.frame_end - scene.frame_start + 1)
    rows = np.unique(np.linspace(0, len(solved.frames) - 1, min(len(solved.frames), region.width)).round().astype(int))
    frames = solved.frames[rows] - number + scene.frame_current  # editors of footage show a frame a frame of the scene
    left = (frames - scene.frame_start) * per_frame
    right = np.append(left[1:], left[-1] + per_frame)
    height = _STRIP * context.preferences.system.ui_scale
    low, high = np.stack([left, np.zeros(len(rows))], axis=1), np.stack([right, np.full(len(rows), height)], axis=1)
    _draw_rectangles(low, high, marks.colours(solved)[rows])


def _draw_rectangles(low: Array, high: Array, colours: Array) -> None:
    """N rectangles between corners (N×2 px), in N×3 colours or in 1×3."""
    import gpu  # noqa: PLC0415  a Blender without a screen has none
    from gpu_extras.batch import batch_for_shader  # noqa: PLC0415

    corners = low[:, None] + (high - low)[:, None] * _CORNERS
    positions = np.zeros((corners.shape[0] * 6, 3), np.float32)
    positions[:, :2] = corners.reshape(-1, 2)
    rgba = np.ones((len(positions), 4), np.float32)
    rgba[:, :3] = np.repeat(np.broadcast_to(colours, (len(low), 3)), 6, axis=0)
    shader = gpu.shader.from_builtin("FLAT_COLOR")
    batch_for_shader(shader, "TRIS", {"pos": positions, "color": rgba}).draw(shader)


def _draw_label(solved: marks.Marks, row: int | None, number: int, scale: float) -> None:
    import blf  # noqa: PLC0415  as gpu

    blf.size(0, _LABEL * scale)
    blf.color(0, 1.0, 1.0, 1.0, 1.0)
    blf.position(0, 8.0 * scale, _LABEL_HEIGHT * scale, 0.0)
    blf.draw(0, _words(solved, row, number))


def _words(solved: marks.Marks, row: int | None, number: int) -> str:
    if row is None:
        return strings.NOT_SOLVED_HERE.format(number=number)
    if not np.isnan(solved.confidence[row]):
        return strings.CONFIDENCE_HERE.format(confidence=solved.confidence[row])
    return strings.BRIDGED_HERE if solved.bridged[row] else strings.MISSING_HERE


_CLASSES = (ClipOverlayPanel, ImageOverlayPanel)
_handlers: list[tuple[Any, Any]] = []


def register() -> None:
    for cls in _CLASSES:
        bpy.utils.register_class(cls)
    for space in (bpy.types.SpaceClipEditor, bpy.types.SpaceImageEditor):
        handler = space.draw_handler_add(_draw_overlay, (), "WINDOW", "POST_PIXEL")
        _handlers.append((space, handler))


def unregister() -> None:
    for space, handler in _handlers:
        space.draw_handler_remove(handler, "WINDOW")
    _handlers.clear()
    for cls in reversed(_CLASSES):
        bpy.utils.unregister_class(cls)
