"""Bones of real rigs: Rigify's, as it generates them itself with either face, and Ready Player Me's."""

import subprocess
import sys

import numpy as np
import pytest

bpy = pytest.importorskip("bpy", reason="bpy is missing: make env, or make test-blender")

import expression_transfer  # noqa: E402
from boned import UPRIGHT, WITHIN, add_ball, connect, off, place, points, set_channels  # noqa: E402
from expression_transfer.core.rigs.bones import JAW_OPEN, rotation  # noqa: E402
from expression_transfer.scene import bones, rig_files  # noqa: E402

GENERATE = """
import os, sys
import bpy, addon_utils

for generation in ("legacy", "new"):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    addon_utils.enable("rigify", default_set=True)
    bpy.ops.object.armature_human_metarig_add()
    meta = bpy.context.object
    if generation == "new":
        bpy.ops.object.mode_set(mode="POSE")
        bpy.ops.pose.rigify_upgrade_face()
        bpy.ops.object.mode_set(mode="OBJECT")
    bpy.ops.pose.rigify_generate()
    bpy.data.objects.remove(meta)
    bpy.ops.wm.save_as_mainfile(filepath=os.path.join(sys.argv[1], generation + ".blend"))
os._exit(0)
"""
"""In a process of its own: Rigify keeps bpy from ending."""


@pytest.fixture
def extension(blender):
    expression_transfer.register()
    yield blender
    expression_transfer.unregister()


@pytest.fixture(scope="module")
def rigify(tmp_path_factory):
    """The human rig as Rigify generates it, with the face of 2016 ('legacy') and that of 2021 ('new'), as files."""
    folder = tmp_path_factory.mktemp("rigify")
    command = [sys.executable, "-c", GENERATE, str(folder)]
    said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    files = {generation: folder / f"{generation}.blend" for generation in ("legacy", "new")}
    assert all(file.exists() for file in files.values()), said.stdout + said.stderr
    return files


DEFORMED = {
    "legacy": {"eye.L": "ORG-eye.L", "eye.R": "ORG-eye.R"},
    "new": {"eye.L": "DEF-eye.L", "eye.R": "DEF-eye.R"},
}  # fmt: skip


@pytest.mark.parametrize("generation", ["legacy", "new"])
def test_rigify(extension, rigify, generation):
    bpy.ops.wm.open_mainfile(filepath=str(rigify[generation]))
    rig = next(each for each in bpy.data.objects if each.type == "ARMATURE")
    world = place(rig, (0.2, 0.1, 1.0))
    followers = DEFORMED[generation] | {"head": "DEF-spine.006", "jaw": "DEF-jaw"}
    for name in followers.values():
        rig.data.bones[name].use_deform = True
    balls = {part: add_ball(rig, name, rig.data.bones[name].head_local) for part, name in followers.items()}
    _, connection = connect(rig)
    assert set(connection.connected) == {"eye.L", "eye.R", "head", "jaw_master"}
    before = {part: points(ball) for part, ball in balls.items()}
    set_channels(rig, gaze_L_yaw=0.4, gaze_L_pitch=-0.25, gaze_R_yaw=-0.1, gaze_R_pitch=0.2)
    for part, angles in (("eye.L", (0.4, -0.25, 0)), ("eye.R", (-0.1, 0.2, 0))):
        assert looks_off(balls[part], before[part], rotation(np.array(angles)), world) < WITHIN
    set_channels(rig, gaze_L_yaw=0.0, gaze_L_pitch=0.0, head_yaw=0.5, head_pitch=0.3, head_roll=-0.2)
    assert off(balls["head"], before["head"], rotation(np.array([0.5, 0.3, -0.2])), world) < WITHIN
    assert off(balls["eye.L"], before["eye.L"], rotation(np.array([0.5, 0.3, -0.2])), world) < WITHIN
    set_channels(rig, head_yaw=0.0, head_pitch=0.0, head_roll=0.0, AU26=1.0)
    assert off(balls["jaw"], before["jaw"], rotation(np.array([0, JAW_OPEN, 0])), world) < WITHIN


def looks_off(ball, before, turn, world):
    """rad between where a ball looks and where it shall; Rigify's eyes also roll a little as they look askance."""
    frame = world @ UPRIGHT
    old, new = before - before.mean(0), points(ball) - points(ball).mean(0)
    seen = np.linalg.lstsq(old, new, rcond=None)[0].T
    return float(np.arccos(np.clip((seen @ frame[:, 2]) @ (frame @ turn)[:, 2], -1, 1)))


def test_brunette(extension, shared):
    """It has bones for the eyes, which keys of the eyeballs turn as well, and none for the jaw."""
    rig_files.open_rig(shared / "rigs" / "brunette-t.glb")
    rig = bpy.data.objects["Armature"]
    eye = bpy.data.objects["EyeLeft"]
    _, connection = connect(rig)
    assert set(connection.connected) == {"LeftEye", "RightEye", "Head"}
    assert bones.eyeballs(rig) == {"EyeLeft", "EyeRight"}
    before = points(eye)
    set_channels(rig, gaze_L_yaw=0.4, gaze_L_pitch=0.1)
    assert off(eye, before, rotation(np.array([0.4, 0.1, 0]))) < WITHIN
    set_channels(rig, gaze_L_yaw=0.0, gaze_L_pitch=0.0, head_yaw=0.5)
    assert off(eye, before, rotation(np.array([0.5, 0, 0]))) < WITHIN
