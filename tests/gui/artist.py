"""The artist at the mouse: runs beside Blender on the same screen (inside the blender52 root) and plays one session.

GUI_FOLDER=FOLDER python3 artist.py ZIP SCENE.blend LONG SOURCE PLATE RIG HEAVY MODEL
→ FOLDER/seen.json, *.png, blender.log
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from mouse import (
    DATA_PATH,
    FOLDER,
    VIEWPORT,
    click,
    drag,
    find,
    insist,
    order,
    press,
    shoot,
    state,
    wait,
    xdotool,
)

ZIP, SCENE, LONG, SOURCE, PLATE, RIG, HEAVY, MODEL = (Path(each) for each in sys.argv[1:])
BUTTON = "bpy.ops.expression_transfer.transfer("
SLIDER = '["AU12_L"]'
seen: dict[str, object] = {}


def install():
    """As Preferences > Get Extensions > Install from Disk does."""
    ran = subprocess.run(["blender", "--command", "extension", "install-file", "-r", "user_default", "-e", str(ZIP)],
                         check=False, capture_output=True, text=True)  # fmt: skip
    seen["install"] = ran.stdout + ran.stderr
    ran.check_returncode()


def open_panel():
    wait(lambda _: True)
    order(look_at_face=True)
    shoot("closed")
    press("n", lambda now: now["sidebar"])
    choose_tab()
    shoot("empty")
    order(source_file=str(LONG), rig="Wolf3D_Head", output=str(FOLDER / "out"), resume=False)
    shoot("panel")
    seen["panel"] = state()


def choose_tab():
    """Try one tab after another; a click on the chosen one folds the sidebar, and another unfolds it."""
    now = state()
    for y in range(now["sidebar_top"] + 35, now["sidebar_top"] + 420, 20):
        now = state()
        if now["category"] == "Expression" and now["sidebar_width"] > 200:
            return
        xdotool("mousemove", now["sidebar_left"] + now["sidebar_width"] - 10, y, "click", 1, pause=2)
    raise TimeoutError("no tab called Expression")


def wait_for_detection():
    wait(lambda now: now["text"].startswith("detect") or not now["running"])
    if not state()["running"]:
        raise TimeoutError(state()["message"])


def escape():
    click(BUTTON, lambda now: now["running"])
    wait_for_detection()
    shoot("running")
    xdotool("mousemove", *VIEWPORT)
    worker = state()["workers"][0]
    begun = time.monotonic()
    subprocess.run(["xdotool", "key", "Escape"], check=True)
    while Path(f"/proc/{worker}").exists() and time.monotonic() - begun < 10:  # Blender itself may be slow to redraw
        time.sleep(0.01)
    seen["escape_seconds"] = time.monotonic() - begun
    wait(lambda now: not now["running"], 10)
    shoot("escaped")
    seen["escaped"] = state()
    seen["escaped_files"] = sorted(path.name for path in (FOLDER / "out").glob(".*"))


def crash():
    click(BUTTON, lambda now: now["running"])
    wait_for_detection()
    os.kill(state()["workers"][0], signal.SIGKILL)
    wait(lambda now: not now["running"], 10)
    shoot("crashed")
    seen["crashed"] = state()
    xdotool("key", "Escape")  # closes the popup that reports it


def transfer():
    order(source_file=str(SOURCE))
    click(BUTTON, lambda now: now["running"])
    seen["seconds"] = wait(lambda now: not now["running"])
    order(play_keys=True, frame=40)
    shoot("done")
    order(frame=1)
    seen["done"] = state()


def undo_and_redo():
    xdotool("mousemove", *VIEWPORT)
    for key, name, done in (("ctrl+z", "undone", False), ("ctrl+shift+z", "redone", True)):
        xdotool("key", key)  # once: it is one step
        wait(lambda now, done=done: bool(now["actions"]) == done, 10)
        order(play_keys=True)
        shoot(name)
        seen[name] = state()


def edit():
    """An action unit's slider is dragged and keyed: the face follows, here and not elsewhere."""
    order(frame=1, linked=False)
    shoot("before_edit")
    click("editing.open_mouth", lambda now: now["open_mouth"], DATA_PATH, 0.12)
    before = state()["mouthSmileLeft"]
    drag(SLIDER, 0.3, 60, lambda now: now["mouthSmileLeft"] > before + 0.1)
    shoot("dragged")
    dragged = state()["mouthSmileLeft"]
    xdotool("mousemove", *find(SLIDER, DATA_PATH, 0.3))
    insist(lambda: xdotool("key", "i"), lambda now: now["correction_keys"])
    order(frame=2)
    order(frame=1)
    xdotool("mousemove", *VIEWPORT)
    shoot("edited")
    seen["edited"] = state() | {"before": before, "dragged": dragged}


def measure():
    """How long the tab takes to draw, and how fast a driven and a baked character plays."""
    order(time_panels=True)
    for line in range(30):
        xdotool("mousemove", state()["sidebar_left"] + 100, 200 + 10 * line, pause=0.1)
    order(stop_timing=True)
    seen["panel_ms"], seen["fps"] = state()["panel_ms"], {"driven": [], "baked": []}
    for _ in range(2):
        for name in ("driven", "baked"):
            order(bake=name == "baked")
            seen["fps"][name].append(played())


def played():
    """Frames a second, of at least five frames."""
    order(count_frames=True)
    xdotool("mousemove", *VIEWPORT, "key", "space", pause=8)
    xdotool("key", "space")
    order(count_frames=False)
    return state()["fps"]


def commands():
    """The command line through Blender, good and bad."""
    performance = str(FOLDER / "out" / "performance.npz")
    for name, rig in (("command", RIG), ("bad_command", FOLDER / "none.glb")):
        ran = subprocess.run(
            ["blender", "--command", "expression_transfer", "rig", performance, str(rig),
             "-o", str(FOLDER / f"{name}.blend")],
            check=False, capture_output=True, text=True,
        )  # fmt: skip
        seen[name] = {"status": ran.returncode, "said": ran.stdout + ran.stderr}


def perform_plate():
    order(rig="", plate_file=str(PLATE), use_range=True, start=1, end=8)
    click(BUTTON, lambda now: now["running"])
    wait(lambda now: not now["running"])
    shoot("plate")
    seen["plate"] = state()


def face_models():
    """Preferences: a model that takes a minute is given up, another is added."""
    order(preferences="bl_ext.user_default.expression_transfer")
    wait(lambda now: now["windows"] == 2)
    shoot("preferences")
    choose_model(HEAVY, lambda now: now["running"] and now["workers"])
    shoot("adding")
    xdotool("search", "--name", "Preferences", "windowfocus")  # there is no window manager that would
    xdotool("key", "Escape")
    wait(lambda now: not now["running"], 10)
    seen["given_up"] = state()
    choose_model(MODEL, lambda now: "Ann" in now["models"])
    shoot("added")
    seen["added"] = state()


def choose_model(path, condition):
    """In the file browser, which comes in a window of its own."""
    order(choose_model=str(path))
    wait(lambda now: now["windows"] == 3)
    shoot(f"choose_{path.stem}")
    insist(lambda: xdotool("key", "Return"), condition)


def fitted_head():
    before = state()["objects"]
    click("bpy.ops.expression_transfer.show_fitted_head(", lambda now: now["camera_view"])
    drawn = state()["drawn"]
    wait(lambda now: now["drawn"] > drawn + 1, 30)  # the footage is opened first
    shoot("fitted")
    seen["fitted"] = state()
    xdotool("mousemove", *VIEWPORT)
    xdotool("key", "ctrl+z")
    wait(lambda now: now["objects"] == before, 10)
    order(look_at_face=True)  # an undo leaves the view where it was


ACTS = {act.__name__: act for act in (
    open_panel, escape, crash, transfer, undo_and_redo, edit, measure, fitted_head, commands, perform_plate,
    face_models,
)}  # fmt: skip


def main():
    install()
    with (FOLDER / "blender.log").open("w") as log:
        blender = subprocess.Popen(
            ["blender", "--gpu-backend", "opengl", "--window-geometry", "0", "0", "1600", "1000", str(SCENE),
             "--python", str(Path(__file__).with_name("in_window.py")), "--", str(FOLDER)],
            stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            for name in os.environ.get("GUI_ACTS", ",".join(ACTS)).split(","):
                begun = time.monotonic()
                ACTS[name]()
                seen.setdefault("acts", {})[name] = round(time.monotonic() - begun, 1)
        except TimeoutError:
            shoot("timeout")
            raise
        finally:
            (FOLDER / "seen.json").write_text(json.dumps(seen))
            blender.terminate()
            blender.wait(10)


main()
