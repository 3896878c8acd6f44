"""Actions appended by name from the .blend that a hand-off writes, and played by a character and a carrier."""

import csv
from dataclasses import replace

import numpy as np
import pytest
from expression_transfer.core.errors import InputError
from expression_transfer.core.export.acting import Acting
from expression_transfer.core.export.live_link import write_arkit
from expression_transfer.core.facs.tables import UNITS
from expression_transfer.core.provenance import SOURCE_TYPE
from expression_transfer.core.reporting import SilentReporter
from expression_transfer.scene import export_job

FIRST, GONE = 1001, 7
"""The first frame's number, and the row that shows no face."""
SHAPES = {"jawOpen": "JawOpen", "mouthSmileLeft": "MouthSmileLeft", "browInnerUp": "BrowInnerUp"}
"""By shape key: the column of a Live Link Face CSV."""


@pytest.fixture
def acted(performance):
    missing = np.arange(len(performance)) == GONE
    return replace(performance, frames=FIRST + np.arange(len(performance)), missing=missing, fps=24000 / 1001)


def written(acting, folder):
    acting.save(folder / "acting.npz")
    assert export_job.main(["action", str(folder / "acting.npz"), str(folder / "action.blend")], SilentReporter()) == 0
    return folder / "action.blend"


def appended(blender, blend, *names):
    """In a new file, at the .blend's own rate and frames."""
    blender.ops.wm.read_factory_settings(use_empty=True)
    with blender.data.libraries.load(str(blend)) as (_, wanted):
        wanted.actions = list(names)
    return wanted.actions


def play(datablock, action):
    """As an artist does: the action is chosen, and, where Blender has slots and takes none by itself, the only one."""
    animation = datablock.animation_data_create()
    animation.action = action
    if getattr(animation, "action_slot", action) is None:
        (animation.action_slot,) = animation.action_suitable_slots


def test_shape_keys_act_as_live_link_face_has_it(blender, acted, tmp_path):
    write_arkit(acted, tmp_path / "arkit.csv")
    rows = list(csv.DictReader((tmp_path / "arkit.csv").open()))
    (action,) = appended(blender, written(Acting("take", acted, False), tmp_path), "take ARKit")
    mesh = blender.data.meshes.new("face")
    mesh.from_pydata([(0, 0, 0)], [], [])
    face = blender.data.objects.new("face", mesh)
    blender.context.scene.collection.objects.link(face)
    for name in ("Basis", *SHAPES):
        face.shape_key_add(name=name).value = 0.0
    play(mesh.shape_keys, action)
    for row in (0, GONE - 1, GONE + 1, len(rows) - 1):
        blender.context.scene.frame_set(FIRST + row)
        for name, column in SHAPES.items():
            assert mesh.shape_keys.key_blocks[name].value == pytest.approx(float(rows[row][column]), abs=2e-6)
    assert list(action.frame_range) == [FIRST, FIRST + len(rows) - 1]


def test_a_carrier_acts_as_was_read(blender, acted, tmp_path):
    (action,) = appended(blender, written(Acting("take", acted, False), tmp_path), "take units")
    carrier = blender.data.objects.new("carrier", None)
    blender.context.scene.collection.objects.link(carrier)
    carrier["AU12_L"], carrier["head_yaw"] = 0.0, 0.0
    play(carrier, action)
    for row in (3, GONE, 40):
        blender.context.scene.frame_set(FIRST + row)
        beside = [row - 1, row + 1] if row == GONE else [row]  # nothing is keyed where there is no face
        unit, turn = acted.units[beside, UNITS.index("AU12_L")].mean(), acted.head[beside, 0].mean()
        assert (carrier["AU12_L"], carrier["head_yaw"]) == pytest.approx((unit, turn), abs=1e-6)


def test_the_files_own_scene_has_rate_and_length(blender, acted, tmp_path):
    blender.ops.wm.open_mainfile(filepath=str(written(Acting("take", acted, False), tmp_path)))
    scene = blender.context.scene
    assert scene.render.fps / scene.render.fps_base == pytest.approx(24000 / 1001, rel=1e-6)
    assert (scene.frame_start, scene.frame_end) == (FIRST, FIRST + len(acted) - 1)


@pytest.mark.parametrize("altered", [True, False])
def test_actions_say_that_a_face_was_altered(blender, acted, tmp_path, altered):
    actions = appended(blender, written(Acting("take", acted, altered), tmp_path), "take units", "take ARKit")
    said = [action.get("digitalSourceType", "") for action in actions]
    assert said == [SOURCE_TYPE if altered else ""] * 2


def test_without_a_face_there_is_no_action(acted, tmp_path):
    with pytest.raises(InputError, match="take: shows no face"):
        written(Acting("take", replace(acted, missing=np.ones(len(acted), bool)), False), tmp_path)
    assert not (tmp_path / "action.blend").exists()
