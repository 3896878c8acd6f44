"""What is on the screen."""

import bpy


def redraw() -> None:
    """Have the areas drawn again that show this extension's panels."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type in {"VIEW_3D", "PREFERENCES"}:
                area.tag_redraw()
