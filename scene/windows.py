"""What is on the screen."""

from typing import Any

import bpy


def look_through(context: Any, chosen: Any, camera: Any) -> None:
    """Select an object alone, and show what a camera of the scene sees in the 3D views, or in the one at hand."""
    for other in context.selected_objects:
        other.select_set(False)
    chosen.select_set(True)
    context.view_layer.objects.active = chosen
    if camera is None:
        return
    context.scene.camera = camera
    views = [context.space_data] if getattr(context, "region_data", None) is not None else _views(context)
    for view in views:
        view.region_3d.view_perspective = "CAMERA"
        view.overlay.show_overlays = True  # the camera's background is one


def _views(context: Any) -> list[Any]:
    areas = context.screen.areas if context.screen is not None else []
    return [area.spaces.active for area in areas if area.type == "VIEW_3D"]


def redraw() -> None:
    """Have the areas drawn again that show this extension's panels."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type in {"VIEW_3D", "PREFERENCES", "CLIP_EDITOR", "IMAGE_EDITOR"}:
                area.tag_redraw()
