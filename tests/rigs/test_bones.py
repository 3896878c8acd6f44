"""Bones by their names, and what they have to do; oracles: published bone names, rotation matrices multiplied out."""

import math

import numpy as np
import pytest
from expression_transfer.core.conventions import rotation_matrices, yaw_pitch_roll
from expression_transfer.core.face.recognise import read_geometry
from expression_transfer.core.rigs import bone_names, bones
from scipy.spatial.transform import Rotation

RIGS = {
    "Rigify": "head neck torso jaw jaw_master master_eye.L eye.L eye.R eyes MCH-eye.L MCH-eye.R DEF-jaw DEF-spine.006",
    "Rigify meta-rig": "spine spine.004 spine.006 face jaw eye.L eye.R lid.T.L",
    "Auto-Rig Pro": "c_eye.l c_eye.r c_eye_target.x c_jawbone.x c_head.x c_neck.x head.x",
    "Ready Player Me, Mixamo, VRM": "Hips Neck Head HeadTop_End LeftEye RightEye LeftShoulder",
    "VRoid": "J_Bip_C_Hips J_Bip_C_Neck J_Bip_C_Head J_Adj_L_FaceEye J_Adj_R_FaceEye",
    "Character Creator": "CC_Base_L_Eye CC_Base_R_Eye CC_Base_JawRoot CC_Base_Head CC_Base_NeckTwist01",
    "MetaHuman": "pelvis neck_01 neck_02 head FACIAL_L_Eye FACIAL_R_Eye FACIAL_C_Jaw FACIAL_L_EyelidUpperA",
    "Unreal mannequin": "root pelvis spine_01 neck_01 head",
    "Daz Genesis 9": "hip neck1 neck2 head lowerjaw l_eye r_eye",
    "Daz Genesis 8": "hip neckLower neckUpper head lowerJaw upperFaceRig lEye rEye",
    "MikuMikuDance": "センター 首 頭 左目 右目 両目",
}  # fmt: skip
EYES = {
    "Rigify": "eye.L", "Auto-Rig Pro": "c_eye.l", "MetaHuman": "FACIAL_L_Eye", "Daz Genesis 8": "lEye",
    "VRoid": "J_Adj_L_FaceEye", "Daz Genesis 9": "l_eye", "MikuMikuDance": "左目", "Unreal mannequin": None,
}  # fmt: skip


@pytest.mark.parametrize("family", RIGS)
def test_each_familys_bones_are_found(family):
    rig = RIGS[family].split()
    assert bone_names.family_of(rig) == family
    if family in EYES:
        assert bone_names.match(rig).get("EYE_L", (None,))[0] == EYES[family]


def test_controls_go_before_bones_that_follow():
    found = bone_names.match(RIGS["Rigify"].split())
    assert {role: names[0] for role, names in found.items()} == {
        "EYE_L": "eye.L", "EYE_R": "eye.R", "JAW": "jaw_master", "HEAD": "head", "NECK": "neck",
    }  # fmt: skip


def test_namespaces_and_spelling_do_not_matter():
    found = bone_names.match(["mixamorig:Head", "mixamorig:Neck", "mixamorig:LeftEye", "MIXAMORIG:RIGHTEYE"])
    assert found["HEAD"] == ("mixamorig:Head",)
    assert found["EYE_R"] == ("MIXAMORIG:RIGHTEYE",)


def test_bones_that_only_sound_alike_are_left():
    assert bone_names.match(["EyelidUpper_L", "headset", "HeadTop_End", "jawline", "neckerchief"]) == {}
    assert bone_names.family_of(["Bone", "Bone.001"]) is None


@pytest.mark.parametrize(
    ("left", "right"),
    [("LeftArm", "RightArm"), ("arm_l", "arm_r"), ("arm.L", "arm.R"), ("J_Bip_L_Arm", "J_Bip_R_Arm"),
     ("lEye", "rEye"), ("armL", "armR"), ("左目", "右目")],
)  # fmt: skip
def test_pairs(left, right):
    assert bone_names.pairs([right, "Lower", "pelvis", left]) == [(left, right)]


def random_rotation(seed):
    return rotation_matrices(np.random.default_rng(seed).normal(size=3))


def matrix_of(quaternion):
    w, vector = quaternion[0], quaternion[1:]
    angle = 2 * math.atan2(np.linalg.norm(vector), w)
    return rotation_matrices(vector / max(np.linalg.norm(vector), 1e-12) * angle)


def test_rotation_is_that_of_the_conventions():
    angles = np.array([0.3, -0.2, 0.15])
    turn = bones.quaternion(angles / 2)
    np.testing.assert_allclose(matrix_of(turn), bones.rotation(angles), atol=1e-12)
    vector = turn[1:] / np.linalg.norm(turn[1:]) * 2 * math.acos(turn[0])
    np.testing.assert_allclose(yaw_pitch_roll(vector), angles, atol=1e-12)


def value(terms, angles):
    """The driver's expression itself, as Blender would work it out."""
    names = tuple(f"v{index}" for index in range(len(angles)))
    text = "".join(term.text(names) for term in terms)
    assert len(text) < 256
    return eval(text, {"cos": math.cos}, dict(zip(names, angles, strict=True)))


@pytest.mark.parametrize("seed", range(5))
def test_a_turn_in_any_axes_from_any_rest(seed):
    axes, strengths = random_rotation(seed), np.array([1.0, 0.8, 0.6])
    rest = bones.quaternion(np.random.default_rng(seed).normal(size=3))
    angles = np.random.default_rng(100 + seed).uniform(-0.8, 0.8, 3)
    turned = np.array([value(terms, angles) for terms in bones.turning(axes, rest, strengths)])
    expected = axes @ bones.rotation(angles * strengths) @ axes.T @ matrix_of(rest)
    np.testing.assert_allclose(matrix_of(turned / np.linalg.norm(turned)), expected, atol=1e-4)


def test_a_turn_about_the_bones_own_axis_is_one_product():
    sums = bones.turning(np.eye(3), np.array([1.0, 0, 0, 0]), np.array([1.0, 0.0, 0.0]))
    assert [len(terms) for terms in sums] == [1, 0, 1, 0]


@pytest.mark.parametrize("seed", range(3))
def test_a_target_goes_where_the_eye_shall_look(seed):
    axes, rest = random_rotation(seed), np.array([0.1, 0.2, 0.3])
    arm = np.array([0.02, 0.01, 0.6])
    gaze = np.array([0.3, -0.2, 0.0])
    place = np.array([value(terms, gaze) for terms in bones.aiming(axes, rest, arm, np.array([1.0, 1.0, 0.0]))])
    np.testing.assert_allclose(axes.T @ (place - rest) + arm, bones.rotation(gaze) @ arm, atol=1e-4)


def test_face_axes_are_a_right_handed_frame():
    axes = bones.face_axes(np.array([2.0, 0, 0]), np.array([0.5, 0.1, 1.0]))
    np.testing.assert_allclose(axes.T @ axes, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(axes[:, 2], np.cross(axes[:, 0], axes[:, 1]))
    np.testing.assert_allclose(bones.face_axes(np.array([1.0, 0, 0]), np.array([0, 0, 1.0]))[:, 2], [0, -1, 0])
    np.testing.assert_allclose(bones.nearest_axis(np.array([0.1, -0.2, -3.0]), 0.1), [0, 0, -1])
    np.testing.assert_allclose(bones.nearest_axis(np.array([0.3, 0.0, 0.4]), 0.1), [0.6, 0, 0.8])


def test_the_jaw_moves_as_ict_facekits(shared):
    """Its lower teeth are rigid: SciPy finds their turn."""
    archive = shared / "models" / "ICT-FaceKit-master.zip"
    if not archive.exists():
        pytest.skip(f"{archive} is missing")
    head = read_geometry(archive)
    teeth = np.unique(head.triangles[head.part == head.parts.index("teeth_lower")])
    rest = head.mean[teeth]
    moves = {name: head.expression[head.expressions.index(name)][teeth] for name in ("jawOpen", "jawForward")}
    turned, miss = Rotation.align_vectors(
        rest + moves["jawOpen"] - (rest + moves["jawOpen"]).mean(0), rest - rest.mean(0)
    )
    assert miss / np.sqrt(len(teeth)) < 2e-4
    np.testing.assert_allclose(turned.as_rotvec(), [bones.JAW_OPEN, 0, 0], atol=2e-3)
    assert moves["jawForward"].mean(0)[2] == pytest.approx(bones.JAW_THRUST, abs=1e-4)
    sideways = head.expression[head.expressions.index("jawLeft")][teeth].mean(0)
    assert np.arctan2(sideways[0], 0.085) == pytest.approx(bones.JAW_SIDEWAYS, abs=2e-3)
