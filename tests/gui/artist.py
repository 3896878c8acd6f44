"""The artist at the mouse: runs beside Blender on the same screen (inside the blender52 root) and plays one session.

python3 artist.py FOLDER ZIP SCENE.blend TASK LONG SOURCE PLATE RIG HEAVY MODEL → FOLDER/seen.json, *.png, blender.log
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

FOLDER, ZIP, SCENE, TASK, LONG, SOURCE, PLATE, RIG, HEAVY, MODEL = (Path(each) for each in sys.argv[1:])
STATE, ORDERS = FOLDER / "state.json", FOLDER / "orders.json"
REDRAW = 1.5
"""s that software OpenGL on a busy machine may need to show what happened."""
VIEWPORT = (600, 600)
TAB = (282, 255)
"""The tab "Expression" from the sidebar's upper left corner, px at 1600×1000: after Item, Tool, View, Animation."""
BUTTON = (143, 454)
"""Transfer Expression."""
ADD_HEAD = (143, 544)
"""Add Source's Head."""
seen: dict[str, object] = {}


def state():
    return json.loads(STATE.read_text())


def wait(condition, seconds=120.0):
    """Seconds until the state meets the condition."""
    begun = time.monotonic()
    while not (STATE.exists() and condition(state())):
        if time.monotonic() - begun > seconds:
            raise TimeoutError(f"{state() if STATE.exists() else 'no state'}")
        time.sleep(0.03)
    return time.monotonic() - begun


def xdotool(*arguments):
    subprocess.run(["xdotool", *map(str, arguments)], check=True)
    time.sleep(0.3)


def shoot(name):
    time.sleep(REDRAW)
    subprocess.run(["import", "-window", "root", str(FOLDER / f"{name}.png")], check=True)


def insist(act, condition):
    """Do it again where a busy Blender has missed it, as anyone would."""
    for _ in range(4):
        act()
        try:
            return wait(condition, 6.0)
        except TimeoutError:
            continue
    return wait(condition, 1.0)


def click(offset, condition):
    def act():
        now = state()
        x, y = now["sidebar_left"] + offset[0], now["sidebar_top"] + offset[1]
        for step in (2, 0):  # the button lights up under a moving mouse, then takes a press
            xdotool("mousemove", x + step, y)
        xdotool("mousedown", 1)
        xdotool("mouseup", 1)

    insist(act, condition)


def press(key, condition):
    def act():
        xdotool("mousemove", *VIEWPORT)
        xdotool("key", key)

    insist(act, condition)


def order(**fields):
    ORDERS.write_text(json.dumps(fields))
    stamp = ORDERS.stat().st_mtime
    wait(lambda now: now["obeyed"] == stamp, 10)


def install():
    """As Preferences > Get Extensions > Install from Disk does."""
    ran = subprocess.run(["blender", "--command", "extension", "install-file", "-r", "user_default", "-e", str(ZIP)],
                         check=False, capture_output=True, text=True)  # fmt: skip
    seen["install"] = ran.stdout + ran.stderr
    ran.check_returncode()


def open_panel():
    wait(lambda _: True)
    press("n", lambda now: now["sidebar"])
    click(TAB, lambda now: now["category"] == "Expression")
    order(source_file=str(LONG), rig="Wolf3D_Head", output=str(FOLDER / "out"), resume=False)
    order(task_file=str(TASK))
    shoot("panel")


def wait_for_detection():
    wait(lambda now: now["text"].startswith("detect") or not now["running"])
    if not state()["running"]:
        raise TimeoutError(state()["message"])


def escape():
    click(BUTTON, lambda now: now["running"])
    wait_for_detection()
    shoot("running")
    xdotool("mousemove", *VIEWPORT)
    begun = time.monotonic()
    subprocess.run(["xdotool", "key", "Escape"], check=True)
    wait(lambda now: not now["workers"], 10)
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
    shoot("done")
    seen["done"] = state()


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


def undo_and_redo():
    xdotool("mousemove", *VIEWPORT)
    for key, name, actions in (("ctrl+z", "undone", 0), ("ctrl+shift+z", "redone", 4)):
        xdotool("key", key)  # once: it is one step
        wait(lambda now, actions=actions: now["actions"] == actions, 10)
        shoot(name)
        seen[name] = state()


def perform_plate():
    order(rig="", plate_file=str(PLATE), source_reading={"use_range": True, "start": 1, "end": 8})
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
    xdotool("mousemove", *VIEWPORT)
    click(ADD_HEAD, lambda now: True)
    shoot("dialog")
    press("Return", lambda now: now["camera_view"])
    shoot("fitted")
    seen["fitted"] = state()
    xdotool("mousemove", *VIEWPORT)
    xdotool("key", "ctrl+z")
    wait(lambda now: now["objects"] == seen["done"]["objects"], 10)


ACTS = (
    open_panel, escape, crash, transfer, undo_and_redo, fitted_head, commands, perform_plate, face_models,
)  # fmt: skip


def main():
    install()
    with (FOLDER / "blender.log").open("w") as log:
        blender = subprocess.Popen(
            ["blender", "--gpu-backend", "opengl", "--window-geometry", "0", "0", "1600", "1000", str(SCENE),
             "--python", str(Path(__file__).with_name("in_window.py")), "--", str(FOLDER)],
            stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            for act in (
                open_panel,
                escape,
                crash,
                transfer,
                undo_and_redo,
                fitted_head,
                commands,
                perform_plate,
                face_models,
            ):
                act()
        except TimeoutError:
            shoot("timeout")
            raise
        finally:
            (FOLDER / "seen.json").write_text(json.dumps(seen))
            blender.terminate()
            blender.wait(10)


main()
