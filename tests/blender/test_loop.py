"""Loop by its button: which frames it changes, how it is undone, and what it reports."""

import expression_transfer
import numpy as np
import pytest
from expression_transfer.operators.editing import told
from expression_transfer.scene import layers

FRAMES = np.arange(1.0, 71.0)
"""Ten more than the take has."""


@pytest.fixture
def carrier(blender, performance):
    """An object with a take on frames 1 to 60, chosen; the jaw ticked, frames 20 to 40 the preview range."""
    expression_transfer.register()
    scene = blender.context.scene
    carrier = blender.data.objects.new("Rig", None)
    scene.collection.objects.link(carrier)
    blender.context.view_layer.objects.active = carrier
    layers.put_solve(carrier, performance, FRAMES[:60], "take")
    blender.ops.expression_transfer.tick_units(group="jaw")
    scene.use_preview_range, scene.frame_preview_start, scene.frame_preview_end = True, 20, 40
    yield carrier
    expression_transfer.unregister()


def shown(carrier):
    return np.array(list(layers.evaluated(carrier, FRAMES).values()))


def changed(before, after):
    return FRAMES[np.abs(after - before).max(axis=0) > 1e-6]


@pytest.mark.parametrize(("rounds", "end"), [(1, 60), (3, 55)])
def test_it_changes_its_last_frames_and_what_follows_in_the_scene(blender, carrier, rounds, end):
    before, scene = shown(carrier), blender.context.scene
    scene.frame_end = end
    assert blender.ops.expression_transfer.loop_units(rounds=rounds, blend=4) == {"FINISHED"}
    frames = changed(before, shown(carrier))
    assert (frames.min(), frames.max()) == (37, end)
    scene.frame_preview_end = end
    blender.ops.expression_transfer.reset_units()
    np.testing.assert_allclose(shown(carrier), before, atol=2e-6)


def test_where_the_scene_ends_nothing_is_changed(blender, carrier):
    before = shown(carrier)
    blender.context.scene.frame_end = 40
    with pytest.raises(RuntimeError, match="ends where the scene does; set a shorter preview range"):
        blender.ops.expression_transfer.loop_units()
    np.testing.assert_array_equal(shown(carrier), before)


@pytest.mark.parametrize(("count", "said"), [(1, "1 channel edited"), (2, "2 channels edited")])
def test_what_was_edited_is_counted(count, said):
    assert told(count, (3, 5)) == f"{said}, frames 3 to 5"
