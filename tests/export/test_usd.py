"""USD through Pixar's own library: blend shapes, joints, transforms and the camera computed by it."""

import acting
import cv2
import numpy as np
import pytest
from expression_transfer.core.export.head_scene import head_scene
from expression_transfer.core.export.usd import write_usd
from expression_transfer.core.face.library import load_builtin
from planted_shot import planted_model

pxr = pytest.importorskip("pxr", reason="usd-core is missing: make env")

from pxr import Usd, UsdGeom, UsdShade, UsdSkel, UsdValidation, Vt  # noqa: E402


def deformed(stage, time):
    """N×3 m in the scene, face first: what the library makes of shapes and joints at a time code."""
    cache, root = UsdSkel.Cache(), UsdSkel.Root(stage.GetPrimAtPath("/shot/head/face"))
    cache.Populate(root, Usd.PrimDefaultPredicate)
    (binding,) = cache.ComputeSkelBindings(root, Usd.PrimDefaultPredicate)
    skeleton = cache.GetSkelQuery(binding.GetSkeleton())
    weights = skeleton.GetAnimQuery().ComputeBlendShapeWeights(time)
    joints = skeleton.ComputeSkinningTransforms(time)
    return np.concatenate([_skinned(target, weights, joints, time) for target in binding.GetSkinningTargets()])


def _skinned(target, weights, joints, time):
    prim = target.GetPrim()
    points = Vt.Vec3fArray(UsdGeom.Mesh(prim).GetPointsAttr().Get())
    if target.HasBlendShapes():
        shapes = UsdSkel.BlendShapeQuery(UsdSkel.BindingAPI(prim))
        mapper = target.GetBlendShapeMapper()
        parts, which, subs = shapes.ComputeSubShapeWeights(mapper.Remap(weights) if mapper else weights)
        offsets, numbers = shapes.ComputeSubShapePointOffsets(), shapes.ComputeBlendShapePointIndices()
        assert shapes.ComputeDeformedPoints(parts, which, subs, numbers, offsets, points)
    assert target.ComputeSkinnedPoints(joints, points, time)
    world = np.array(UsdGeom.Xformable(prim).ComputeLocalToWorldTransform(time))
    return np.array(points) @ world[:3, :3] + world[3, :3]


def pixels(stage, points, time, size):
    """N×2 px of points in the scene, through the camera's own frustum."""
    frustum = UsdGeom.Camera(stage.GetPrimAtPath("/shot/camera")).GetCamera(time).frustum
    clip = np.c_[points, np.ones(len(points))] @ np.array(
        frustum.ComputeViewMatrix() * frustum.ComputeProjectionMatrix()
    )
    return (clip[:, :2] / clip[:, 3:] * [1, -1] + 1) / 2 * size


def in_order(model):
    """The model's vertices in the order of the scene's parts."""
    owner = model.eyes.member[model.triangles].min(axis=1)
    return np.concatenate([np.unique(model.triangles[owner == part]) for part in range(3)])


CASES = {
    "square pixels": {},
    "zoom, shift and anamorphic": {"principal": (300.0, 195.0), "aspect": 0.5, "zoom": True},
}


@pytest.mark.parametrize("lens", CASES.values(), ids=CASES)
def test_points_and_pixels_are_the_fits(tmp_path, lens):
    model = load_builtin()
    fit = acting.acting_fit(model, **lens)
    assert write_usd(head_scene(fit, model, "take"), tmp_path / "head.usda") == []
    stage, order = Usd.Stage.Open(str(tmp_path / "head.usda")), in_order(model)
    for row in (0, 3, 8):
        expected = acting.posed(model, fit, row)[order]
        found = deformed(stage, acting.FIRST + row)
        assert np.abs(found - expected).max() < 1e-6
        seen = pixels(stage, found, acting.FIRST + row, (640, 360))
        assert np.abs(seen - acting.seen(fit, expected, row)).max() < 2e-3


@pytest.mark.slow
def test_another_models_head(ict_head, tmp_path):
    fit = acting.acting_fit(ict_head, count=2)
    write_usd(head_scene(fit, ict_head, "take"), tmp_path / "head.usda")
    found = deformed(Usd.Stage.Open(str(tmp_path / "head.usda")), acting.FIRST + 1)
    assert np.abs(found - acting.posed(ict_head, fit, 1)[in_order(ict_head)]).max() < 1e-6


def test_a_head_without_eyeballs(tmp_path):
    model = planted_model()
    fit = acting.acting_fit(model)
    write_usd(head_scene(fit, model, "take"), tmp_path / "head.usda")
    found = deformed(Usd.Stage.Open(str(tmp_path / "head.usda")), acting.FIRST + 3)
    assert np.abs(found - acting.posed(model, fit, 3)[np.unique(model.triangles)]).max() < 1e-6


def test_units_axes_and_time(tmp_path):
    model = load_builtin()
    write_usd(head_scene(acting.acting_fit(model, fps=24000 / 1001), model, "take"), tmp_path / "head.usda")
    stage = Usd.Stage.Open(str(tmp_path / "head.usda"))
    assert (UsdGeom.GetStageMetersPerUnit(stage), UsdGeom.GetStageUpAxis(stage)) == (1, "Y")
    assert stage.GetTimeCodesPerSecond() == stage.GetFramesPerSecond() == pytest.approx(24000 / 1001, rel=1e-8)
    assert (stage.GetStartTimeCode(), stage.GetEndTimeCode()) == (1001, 1009)
    place = UsdGeom.Xformable(stage.GetPrimAtPath("/shot/head")).GetOrderedXformOps()[0]
    assert place.GetTimeSamples() == [1001, 1002, 1003, 1004, 1006, 1007, 1008, 1009]  # no face in 1005
    camera = UsdGeom.Camera(stage.GetPrimAtPath("/shot/camera")).GetCamera(1001)
    tenths_of_metres = camera.horizontalAperture / 10
    assert tenths_of_metres == pytest.approx(0.036)


@pytest.mark.parametrize("textured", [False, True], ids=["plain", "textured"])
def test_pixars_validators_find_nothing(tmp_path, textured):
    model, picture = load_builtin(), tmp_path / "baked" / "texture.png"
    picture.parent.mkdir()
    cv2.imwrite(str(picture), np.full((8, 8, 3), 128, np.uint8))
    scene = head_scene(acting.acting_fit(model), model, "take", picture if textured else None)
    write_usd(scene, tmp_path / "head.usda")
    stage = Usd.Stage.Open(str(tmp_path / "head.usda"))
    checks = UsdValidation.ValidationRegistry().GetOrLoadAllValidators()
    assert [error.GetMessage() for error in UsdValidation.ValidationContext(checks).Validate(stage)] == []
    lips = UsdShade.MaterialBindingAPI(stage.GetPrimAtPath("/shot/head/face/face/lips")).ComputeBoundMaterial()[0]
    source = lips.ComputeSurfaceSource()[0].GetInput("diffuseColor")
    file = source.GetConnectedSources()[0][0].source.GetInput("file").Get() if textured else None
    assert (file.resolvedPath if textured else source.Get()) == (
        str(tmp_path / "head_texture.png") if textured else pytest.approx((0.45, 0.16, 0.14))
    )
