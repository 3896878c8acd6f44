"""Run by blender_curves.py in a windowed Blender: how long the tab's panels take to draw.

`blender --factory-startup --python drawing.py -- FOLDER FILE.blend`: the package lies in FOLDER as expression_transfer;
prints a JSON object, panel → milliseconds a draw, median.
"""

import importlib
import json
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import bpy

FOLDER, FILE = sys.argv[sys.argv.index("--") + 1 :]
TIMES = 20

took: dict[str, list[float]] = defaultdict(list)


def timed(panel: Any) -> Callable[[Any, Any], None]:
    """The panel's draw, with what it takes noted."""
    draw = panel.draw

    def measured(self: Any, context: Any) -> None:
        begun = time.perf_counter()
        draw(self, context)
        took[panel.bl_idname].append(1000 * (time.perf_counter() - begun))

    return measured


def start() -> None:
    """A driven character is chosen, the tab is open, its sections too."""
    sys.path.insert(0, FOLDER)
    package = importlib.import_module("expression_transfer")
    importlib.import_module("expression_transfer.panels")
    for panel in bpy.types.Panel.__subclasses__():  # before Blender knows them
        if getattr(panel, "bl_category", "") == "Expression" and panel.bl_space_type == "VIEW_3D":
            panel.draw = timed(panel)
    package.register()
    bpy.ops.wm.open_mainfile(filepath=FILE, load_ui=False)
    scene, window = bpy.context.scene, bpy.context.window_manager.windows[0]
    scene.expression_transfer.rig = scene.objects["Wolf3D_Head"]
    area = next(each for each in window.screen.areas if each.type == "VIEW_3D")
    with bpy.context.temp_override(window=window, area=area):
        bpy.context.view_layer.objects.active = scene.objects["Armature"]
        bpy.ops.expression_transfer.connect_rig()
        area.spaces.active.show_region_ui = True
    bpy.app.timers.register(look, first_interval=1.0)


def look() -> float | None:
    window = bpy.context.window_manager.windows[0]
    area = next(each for each in window.screen.areas if each.type == "VIEW_3D")
    sidebar = next(each for each in area.regions if each.type == "UI")
    if sidebar.active_panel_category != "Expression":
        sidebar.active_panel_category = "Expression"
    if max(map(len, took.values()), default=0) < TIMES:
        sidebar.tag_redraw()
        return 0.02
    print(json.dumps({name: statistics.median(each) for name, each in took.items()}), flush=True)
    bpy.ops.wm.quit_blender()
    return None


bpy.app.timers.register(start, first_interval=1.0)
