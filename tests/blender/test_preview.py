"""The preview's session, stepped as its timer does it: what it asks, what it shows, how it ends."""

import functools
import time
from pathlib import Path

import expression_transfer
import numpy as np
import pytest
from expression_transfer.core.errors import ExpressionTransferError
from expression_transfer.core.facs.tables import UNITS
from expression_transfer.core.process import WorkerProcess
from expression_transfer.scene import fitted, layers, strings

FAKE = Path(__file__).with_name("fake_solver.py")
FRAMES = np.arange(60) * 24 / 30 + 1
JAW = UNITS.index("AU26")


@pytest.fixture
def session(blender, performance, tmp_path, monkeypatch):
    """A head with a take in a scene of another frame rate, and the session that watches it."""
    expression_transfer.register()
    from expression_transfer.operators import preview  # noqa: PLC0415  needs bpy

    monkeypatch.setattr(preview, "WorkerProcess", functools.partial(WorkerProcess, bootstrap=FAKE))
    performance.save(tmp_path / "solve" / "performance.npz")
    head = blender.data.objects.new("Head", None)
    blender.context.scene.collection.objects.link(head)
    head[fitted.SOLVE] = str(tmp_path / "solve")
    layers.put_solve(head, performance, FRAMES, "Take")
    blender.context.scene.frame_set(5)
    made = preview.Session(head, {})
    yield made
    made.stop()
    expression_transfer.unregister()


def step_until(bpy, session, done, seconds=20.0):
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until
        session.step(bpy.context.scene)
        time.sleep(0.01)


def shown(bpy):
    """H×W×4 of 0–255, top row first; None where there is no picture."""
    image = bpy.data.images.get(strings.PREVIEW_NAME)
    if image is None:
        return None
    pixels = np.empty(len(image.pixels), dtype=np.float32)
    image.pixels.foreach_get(pixels)
    return np.rint(pixels.reshape(image.size[1], image.size[0], 4)[::-1] * 255).astype(int)


def brightness(bpy):
    picture = shown(bpy)
    return None if picture is None else picture[2, 5, 0]


def test_it_follows_frame_slider_and_undo(blender, session, performance):
    scene, head = blender.context.scene, blender.data.objects["Head"]
    own = performance.units[5, JAW]
    step_until(blender, session, lambda: brightness(blender) == round(own * 255))
    assert shown(blender)[0, 0].tolist() == [5, 5, 5, 255]  # the source's frame, not the scene's
    head["AU26"] -= 0.3  # moved and not keyed
    step_until(blender, session, lambda: brightness(blender) == round((own - 0.3) * 255))
    scene.frame_set(9)
    step_until(blender, session, lambda: brightness(blender) == round(performance.units[10, JAW] * 255))
    assert blender.context.window_manager.expression_transfer_preview.text == strings.PREVIEW_NO_EDITOR
    blender.data.images.remove(blender.data.images[strings.PREVIEW_NAME])  # as an undo does
    step_until(blender, session, lambda: shown(blender) is not None)
    assert brightness(blender) == round(performance.units[10, JAW] * 255)


def test_before_and_after_are_wiped(blender, session, performance):
    state = blender.context.window_manager.expression_transfer_preview
    bright = round(performance.units[5, JAW] * 255)
    step_until(blender, session, lambda: shown(blender) is not None)
    for compare, wipe, columns in (
        ("AFTER", 0.5, [bright] * 8),
        ("BEFORE", 0.5, [0] * 8),
        ("WIPE", 0.5, [0, 0, 0, 255, bright, bright, bright, bright]),
        ("WIPE", 0.0, [bright] * 8),
        ("WIPE", 1.0, [0] * 7 + [255]),
    ):
        state.compare, state.wipe = compare, wipe
        assert shown(blender)[2, :, 0].tolist() == columns


def test_a_worker_that_went_to_sleep_is_woken_by_the_next_change(blender, session, performance):
    head, own = blender.data.objects["Head"], performance.units[5, JAW]
    step_until(blender, session, lambda: shown(blender) is not None)
    step_until(blender, session, lambda: session._worker is None)
    head["AU26"] -= 0.2
    step_until(blender, session, lambda: brightness(blender) == round((own - 0.2) * 255))


@pytest.mark.parametrize(
    ("value", "words"), [(1.5, "The preview ended: no such frame"), (0.5, "stopped with status 3")]
)
def test_failures_and_crashes_are_one_line(blender, session, value, words):
    blender.data.objects["Head"]["AU26"] = value
    with pytest.raises(ExpressionTransferError, match=words):
        step_until(blender, session, lambda: False)


def test_a_head_that_was_removed_ends_it(blender, session):
    blender.data.objects.remove(blender.data.objects["Head"])
    with pytest.raises(ExpressionTransferError, match="fitted head"):
        session.step(blender.context.scene)
