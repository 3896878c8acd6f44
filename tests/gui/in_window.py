"""Runs inside the windowed Blender: fills the panel's fields and tells the artist (artist.py) what is going on.

Everything else is done from outside, with the mouse and the keyboard.
"""

import importlib
import json
import os
import statistics
import sys
import time
from pathlib import Path

import bpy
from mathutils import Quaternion

FOLDER = Path(sys.argv[sys.argv.index("--") + 1])
ORDERS, STATE = FOLDER / "orders.json", FOLDER / "state.json"
HEAD = "Wolf3D_Head"
FRAMES = range(1, 80)
kept = {"obeyed": 0.0, "jaw": [], "fps": 0.0, "panel_ms": [], "played": [], "draws": {}, "counting": False, "drawn": 0}
"""What a timer's calls remember."""


def obey():
    """Do as the artist's latest orders say."""
    if not ORDERS.exists() or ORDERS.stat().st_mtime == kept["obeyed"]:
        return
    stamp = ORDERS.stat().st_mtime
    orders = json.loads(ORDERS.read_text())
    doing = [name for name in orders if name in DEEDS]
    for name in doing:
        DEEDS[name](orders.pop(name))
    if orders:
        fill(orders)
    kept["obeyed"] = stamp
    write_state()


def fill(fields):
    """The test's stand-in for typing paths."""
    chosen = bpy.context.scene.expression_transfer
    for name, value in fields.items():
        owner = chosen.source_reading if name in {"use_range", "start", "end"} else chosen
        owner = bpy.context.scene.expression_transfer_editing if name == "linked" else owner
        setattr(owner, name, bpy.data.objects.get(value) if name == "rig" else value)
    bpy.ops.ed.undo_push(message="Fill fields")


def show_preferences(module):
    bpy.ops.preferences.addon_show(module=module)


def choose_model(path):
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[-1]):
        bpy.ops.expression_transfer.choose_model("INVOKE_DEFAULT", filepath=path)


def look_at_face(_):
    """As if the view had been turned to the head, with the character's animation at rest."""
    space = viewport().spaces.active
    space.overlay.show_bones, view = False, space.region_3d
    head = bpy.data.objects[HEAD]
    corners = [head.matrix_world @ vertex.co for vertex in head.data.vertices]
    top, low = max(corner.z for corner in corners), min(corner.z for corner in corners)
    view.view_perspective = "PERSP"
    view.view_rotation = Quaternion((0.70710678, 0.70710678, 0, 0))
    view.view_location = (0, 0, top - 0.4 * (top - low))
    view.view_distance = 2.2 * (top - low)
    bpy.ops.object.select_all(action="DESELECT")
    bpy.context.view_layer.objects.active = head
    head.select_set(True)
    viewport().tag_redraw()


def set_frame(frame):
    bpy.context.scene.frame_set(frame)


def play_keys(_):
    """The head's jawOpen over the scene's frames, as Blender evaluates it."""
    scene, before = bpy.context.scene, bpy.context.scene.frame_current
    kept["jaw"] = []
    for frame in FRAMES:
        scene.frame_set(frame)
        kept["jaw"].append(value("jawOpen"))
    scene.frame_set(before)


def value(key):
    head = bpy.data.objects[HEAD].evaluated_get(bpy.context.evaluated_depsgraph_get())
    return head.data.shape_keys.key_blocks[key].value


def time_panels(_):
    """Time every draw of every section."""
    for name in dir(bpy.types):
        if name.startswith("EXPRESSION_TRANSFER_PT_"):
            panel = getattr(bpy.types, name)
            panel.draw = timed(panel.draw, kept["draws"].setdefault(name, []))


def timed(draw, times):
    def measured(self, context):
        begun = time.perf_counter()
        draw(self, context)
        times.append(1000 * (time.perf_counter() - begun))

    return measured


def stop_timing(_):
    kept["panel_ms"] = {name: [statistics.median(times), len(times)] for name, times in kept["draws"].items() if times}


def count_frames(on):
    """How many frames a second are played, with no rate to hold them back."""
    scene, kept["counting"] = bpy.context.scene, on
    if on:
        kept["rate"], scene.render.fps = scene.render.fps, 240
        kept["played"].clear()
        bpy.app.handlers.frame_change_post.append(note_frame)
        return
    scene.render.fps = kept["rate"]
    bpy.app.handlers.frame_change_post.remove(note_frame)
    played = kept["played"]
    kept["fps"] = (len(played) - 1) / (played[-1] - played[0]) if len(played) > 1 else 0.0


def note_frame(*_):
    kept["played"].append(time.perf_counter())


def bake(on):
    """Baked keys instead of drivers, and back."""
    name = next(addon.module for addon in bpy.context.preferences.addons if "expression_transfer" in addon.module)
    driving = importlib.import_module(f"{name}.scene.driving")
    characters = importlib.import_module(f"{name}.scene.jobs")
    head = bpy.data.objects[HEAD]
    character = characters.find_character(bpy.context.scene.objects, head)
    if on:
        driving.bake(character.carrier, list(map(float, FRAMES)))
    else:
        driving.connect(character.carrier, character.map)


DEEDS = {
    "preferences": show_preferences, "choose_model": choose_model, "look_at_face": look_at_face, "frame": set_frame,
    "play_keys": play_keys, "time_panels": time_panels, "stop_timing": stop_timing, "count_frames": count_frames,
    "bake": bake, "nothing": bool,
}  # fmt: skip


def note_draw():
    kept["drawn"] += 1


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


def viewport():
    window = bpy.context.window_manager.windows[0]
    return next(area for area in window.screen.areas if area.type == "VIEW_3D")


def carrier():
    return next((each for each in bpy.data.objects if "AU12_L" in each), None)


def correction_keys():
    """Keys of AU12_L in the carrier's active action."""
    animation = carrier().animation_data if carrier() else None
    if animation is None or animation.action is None:
        return 0
    bags = [bag for layer in animation.action.layers for strip in layer.strips for bag in strip.channelbags]
    curves = [curve for bag in bags for curve in bag.fcurves if curve.data_path == '["AU12_L"]']
    return sum(len(curve.keyframe_points) for curve in curves)


def state():
    window, area = bpy.context.window_manager.windows[0], viewport()
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
        "takes": len(carrier().animation_data.nla_tracks) if carrier() and carrier().animation_data else 0,
        "correction_keys": correction_keys(),
        "open_mouth": bpy.context.scene.expression_transfer_editing.open_mouth,
        "mouthSmileLeft": value("mouthSmileLeft") if HEAD in bpy.data.objects else 0.0,
        "jaw": kept["jaw"],
        "fps": kept["fps"],
        "panel_ms": kept["panel_ms"],
        "drawn": kept["drawn"],
        "workers": workers(),
        "sidebar": area.spaces.active.show_region_ui,
        "category": sidebar.active_panel_category if area.spaces.active.show_region_ui else "",
        "sidebar_left": sidebar.x,
        "sidebar_width": sidebar.width,
        "sidebar_height": sidebar.height,
        "sidebar_top": window.height - sidebar.y - sidebar.height,
        "clipboard": bpy.context.window_manager.clipboard,
        "obeyed": kept["obeyed"],
        "result_clip": chosen.result_clip.filepath if chosen.result_clip else "",
    }


def tick():
    obey()
    if kept["counting"]:
        return 0.5  # and leave the time to the playback
    write_state()
    return 0.03


def write_state():
    unfinished = STATE.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(state()))
    unfinished.replace(STATE)


bpy.types.SpaceView3D.draw_handler_add(note_draw, (), "WINDOW", "POST_PIXEL")
bpy.app.timers.register(tick, first_interval=0.5, persistent=True)
