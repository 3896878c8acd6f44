"""Mouse and keyboard on the screen that Blender is on, and what Blender says of itself (in_window.py)."""

import json
import os
import subprocess
import time
from contextlib import suppress
from pathlib import Path

FOLDER = Path(os.environ["GUI_FOLDER"])
STATE, ORDERS = FOLDER / "state.json", FOLDER / "orders.json"
REDRAW = 1.5
"""s that software OpenGL on a busy machine may need to show what happened."""
VIEWPORT = (600, 600)
STEP, TURNS = 12, 8
"""px between two looks down the sidebar, less than a button is high; turns of the wheel to its next page."""
COMMAND, DATA_PATH = "ctrl+c", "ctrl+shift+alt+c"
"""Blender's shortcuts that copy a button's Python command, and a field's data path."""
_places: dict[str, tuple[int, int]] = {}


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


def xdotool(*arguments, pause=0.3):
    subprocess.run(["xdotool", *map(str, arguments)], check=True)
    time.sleep(pause)


def shoot(name):
    time.sleep(REDRAW)
    subprocess.run(["import", "-window", "root", str(FOLDER / f"{name}.png")], check=True)


def insist(act, condition, seconds=6.0):
    """Do it again where a busy Blender has missed it or hasn't drawn yet, as anyone would."""
    for _ in range(3):
        with suppress(TimeoutError):
            act()
            return wait(condition, seconds)
    act()
    return wait(condition, seconds)


def order(**fields):
    """Have in_window.py do what no artist would do with the mouse, such as type long paths."""
    whole = ORDERS.with_suffix(".new")
    whole.write_text(json.dumps(fields))
    whole.replace(ORDERS)  # Blender looks at any moment, and one look at half a file ends its timer
    stamp = ORDERS.stat().st_mtime
    wait(lambda now: now["obeyed"] == stamp, 60)


def press(key, condition, at=VIEWPORT):
    def act():
        xdotool("mousemove", *at)
        xdotool("key", key)

    insist(act, condition)


def click(wanted, condition, shortcut=COMMAND, across=0.5):
    """Press the button whose Python command (or the switch whose data path) holds this, until the condition holds."""

    def act():
        x, y = find(wanted, shortcut, across)
        for step in (2, 0):  # the button lights up under a moving mouse, then takes a press
            xdotool("mousemove", x + step, y)
        xdotool("mousedown", 1)
        xdotool("mouseup", 1)

    insist(act, condition)


def drag(wanted, across, far, condition):
    """Drag the slider with a data path, `far` px to the right."""

    def act():
        x, y = find(wanted, DATA_PATH, across)
        xdotool("mousemove", x, y)
        xdotool("mousedown", 1)
        for part in range(1, 9):
            xdotool("mousemove", x + far * part // 8, y, pause=0.08)
        xdotool("mouseup", 1)

    insist(act, condition)


def find(wanted, shortcut=COMMAND, across=0.5):
    """Where a button or field is in the sidebar, so far across it (0–1), whatever the panel looks like: Blender is
    asked what lies under the mouse, where it was before, then line by line and page by page.
    """
    if wanted in _places and is_at(*_places[wanted], wanted, shortcut):
        return _places[wanted]
    now = state()
    top, x = now["sidebar_top"], now["sidebar_left"] + round(across * now["sidebar_width"])
    xdotool("mousemove", x, top + 200, pause=0.1)
    xdotool("click", "--repeat", 80, "--delay", 5, 4, pause=0.5)
    for _ in range(12):
        for y in range(top + 20, top + now["sidebar_height"] - 10, STEP):
            if is_at(x, y, wanted, shortcut):
                _places[wanted] = x, y
                return x, y
        xdotool("click", "--repeat", TURNS, "--delay", 30, 5, pause=0.6)
        order(nothing=True)
    shoot("not_found")
    raise TimeoutError(f"{wanted} is not in the panel")


def is_at(x, y, wanted, shortcut):
    """Whether Blender copies what is wanted from under the mouse."""
    xdotool("mousemove", x, y, "sleep", 0.05, "key", shortcut, pause=0.05)
    order(nothing=True)  # a busy Blender is waited for
    return wanted in state()["clipboard"]
