"""Runs inside the windowed Blender: fills the panel's fields and tells the artist (artist.py) what is going on.

Everything else is done from outside, with the mouse and the keyboard.
"""

import json
import os
import sys
from pathlib import Path

import bpy

FOLDER = Path(sys.argv[sys.argv.index("--") + 1])
ORDERS, STATE = FOLDER / "orders.json", FOLDER / "state.json"
obeyed = 0.0


def obey():
    """Fill fields as the artist's latest orders say: the test's stand-in for typing paths."""
    global obeyed  # noqa: PLW0603  a timer callback's only memory
    if not ORDERS.exists() or ORDERS.stat().st_mtime == obeyed:
        return
    obeyed = ORDERS.stat().st_mtime
    chosen = bpy.context.scene.expression_transfer
    orders = json.loads(ORDERS.read_text())
    if "task_file" in orders:
        addon = next(addon for addon in bpy.context.preferences.addons if addon.module.endswith("expression_transfer"))
        addon.preferences.task_file = orders.pop("task_file")
    if "preferences" in orders:
        bpy.ops.preferences.addon_show(module=orders.pop("preferences"))
    if "choose_model" in orders:
        with bpy.context.temp_override(window=bpy.context.window_manager.windows[-1]):
            bpy.ops.expression_transfer.choose_model("INVOKE_DEFAULT", filepath=orders.pop("choose_model"))
    for name, value in orders.pop("source_reading", {}).items():
        setattr(chosen.source_reading, name, value)
    for name, value in orders.items():
        setattr(chosen, name, bpy.data.objects.get(value) if name == "rig" else value)
    bpy.ops.ed.undo_push(message="Fill fields")


def workers():
    """Process ids of this Blender's children."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == os.getpid() and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def jaw():
    """Values of the head's jawOpen over the scene's frames, as its action has them."""
    keys = bpy.data.objects["Wolf3D_Head"].data.shape_keys
    if not (keys.animation_data and keys.animation_data.action):
        return []
    path = 'key_blocks["jawOpen"].value'
    bags = [bag for layer in keys.animation_data.action.layers for strip in layer.strips for bag in strip.channelbags]
    curve = next(curve for bag in bags for curve in bag.fcurves if curve.data_path == path)
    return [curve.evaluate(frame) for frame in range(1, 80)]


def state():
    window = bpy.context.window_manager.windows[0]
    area = next(area for area in window.screen.areas if area.type == "VIEW_3D")
    sidebar = next(region for region in area.regions if region.type == "UI")
    job, chosen = bpy.context.window_manager.expression_transfer, bpy.context.scene.expression_transfer
    models = bpy.context.window_manager.expression_transfer_models
    return {
        "running": job.running,
        "text": job.text,
        "message": job.message,
        "models": {model.name: model.licence for model in models.known},
        "objects": sorted(each.name for each in bpy.data.objects),
        "windows": len(bpy.context.window_manager.windows),
        "camera_view": area.spaces.active.region_3d.view_perspective == "CAMERA",
        "heavy": [name for name in ("cv2", "mediapipe", "onnxruntime", "matplotlib", "av") if name in sys.modules],
        "actions": len(bpy.data.actions),
        "jaw": jaw(),
        "workers": workers(),
        "sidebar": area.spaces.active.show_region_ui,
        "category": sidebar.active_panel_category if area.spaces.active.show_region_ui else "",
        "sidebar_left": sidebar.x,
        "sidebar_top": window.height - sidebar.y - sidebar.height,
        "obeyed": obeyed,
        "result_clip": chosen.result_clip.filepath if chosen.result_clip else "",
    }


def tick():
    obey()
    unfinished = STATE.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(state()))
    unfinished.replace(STATE)
    return 0.05


bpy.app.timers.register(tick, first_interval=0.5, persistent=True)
