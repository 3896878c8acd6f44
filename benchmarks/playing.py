"""Run by blender_curves.py in a windowed Blender: plays files as the play button does and prints frames a second.

`blender --factory-startup --python playing.py -- FILE.blend …`: prints a JSON object, file → frames a second.
"""

import json
import sys
import time

import bpy

FAST = 1000
"""Frames a second that are asked for: playback does what it can."""
WARM, SECONDS = 2.0, 6.0

files = sys.argv[sys.argv.index("--") + 1 :]
rates: dict[str, float] = {}
shown: list[float] = []


def note(*_: object) -> None:
    shown.append(time.perf_counter())


def start() -> None:
    """The next file, from its head's front, shaded as artists work; or the end."""
    if not files[len(rates) :]:
        print(json.dumps(rates), flush=True)
        bpy.ops.wm.quit_blender()
        return
    bpy.ops.wm.open_mainfile(filepath=files[len(rates)], load_ui=False)
    scene, window = bpy.context.scene, bpy.context.window_manager.windows[0]
    scene.render.fps, scene.sync_mode = FAST, "NONE"
    bpy.app.handlers.frame_change_post.append(note)
    area = next(each for each in window.screen.areas if each.type == "VIEW_3D")
    region = next(each for each in area.regions if each.type == "WINDOW")
    with bpy.context.temp_override(window=window, area=area, region=region):
        bpy.ops.object.select_all(action="DESELECT")
        scene.objects["Wolf3D_Head"].select_set(True)
        bpy.ops.view3d.view_axis(type="FRONT")
        bpy.ops.view3d.view_selected()
        bpy.ops.screen.animation_play()
    bpy.app.timers.register(stop, first_interval=WARM + SECONDS)


def stop() -> None:
    window = bpy.context.window_manager.windows[0]
    with bpy.context.temp_override(window=window):
        bpy.ops.screen.animation_cancel()
    end = shown[-1]
    played = [at for at in shown if at > end - SECONDS]
    rates[files[len(rates)]] = (len(played) - 1) / (played[-1] - played[0])
    bpy.app.handlers.frame_change_post.remove(note)
    shown.clear()
    bpy.app.timers.register(start, first_interval=0.5)


bpy.app.timers.register(start, first_interval=1.0)
