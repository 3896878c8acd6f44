"""Scenes through the command line: of a result, of a solve, with characters beside them, with and without Blender."""

import importlib.util
import json
import shutil

import numpy as np
import pytest
from expression_transfer.core.errors import Cancelled
from expression_transfer.core.face.library import load_builtin
from expression_transfer.core.facs.performance import Performance
from expression_transfer.core.fit.result import Fit
from expression_transfer.core.hand_off import blender, scenes
from expression_transfer.core.hand_off.handed import begin
from expression_transfer.core.reporting import SilentReporter
from expression_transfer.core.shot import Run

pxr = pytest.importorskip("pxr", reason="usd-core is missing: make env")

from pxr import Usd, UsdSkel  # noqa: E402


@pytest.fixture
def bpy():
    return pytest.importorskip("bpy", reason="bpy is missing: make env")


def weights_in(path, frame):
    """Weights by shape."""
    stage = Usd.Stage.Open(str(path))
    animation = UsdSkel.Animation(stage.GetPrimAtPath("/shot/head/face/skeleton/animation"))
    names = animation.GetBlendShapesAttr().Get()
    return dict(zip(names, animation.GetBlendShapeWeightsAttr().Get(frame), strict=True))


def test_a_result_acts_as_wanted_and_a_solve_as_it_was(run, made, tmp_path):
    assert run("export", "usd", made, "-o", tmp_path / "wanted").status == 0
    assert run("export", "usd", made / "target", "-o", tmp_path / "own").status == 0
    wanted, own = (weights_in(tmp_path / name / "fitted_head.usda", 5) for name in ("wanted", "own"))
    fit, result = Fit.load(made / "target" / "fit.npz"), begin(made, tmp_path, Run(SilentReporter())).result
    row = list(fit.frames).index(5)
    for weights, expression in ((own, fit.expression), (wanted, result.expression)):
        np.testing.assert_allclose(list(weights.values()), expression[row], atol=1e-6)
    assert abs(wanted["mouthSmileLeft"] - own["mouthSmileLeft"]) > 0.01


def test_the_solves_texture_goes_along(run, made, tmp_path):
    solve = shutil.copytree(made / "target", tmp_path / "solve")
    (solve / "texture").mkdir()
    picture = tmp_path / "solve" / "texture" / "texture.png"
    picture.write_bytes(b"\x89PNG painted")
    for kind in ("gltf", "usd"):
        assert run("export", kind, solve, "-o", tmp_path / "out").status == 0
    assert (tmp_path / "out" / "fitted_head_texture.png").read_bytes() == picture.read_bytes()
    assert picture.read_bytes() in (tmp_path / "out" / "fitted_head.glb").read_bytes()


@pytest.mark.parametrize("kind", ["fbx", "abc"])
def test_what_blender_writes(run, bpy, made, tmp_path, kind):
    ran = run("export", kind, made / "target", "-o", tmp_path / "out")
    assert ran.status == 0 and f"holds fitted_head.{kind}" in ran.last
    begins = {"fbx": b"Kaydara FBX Binary", "abc": b"Ogawa"}[kind]
    assert (tmp_path / "out" / f"fitted_head.{kind}").read_bytes().startswith(begins)
    assert json.loads((tmp_path / "out" / "export.json").read_text())[kind]["files"] == [f"fitted_head.{kind}"]


def test_without_blender_it_says_so_and_the_others_still_work(run, made, tmp_path, monkeypatch):
    monkeypatch.delenv(blender.VARIABLE, raising=False)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    ran = run("export", "fbx", made / "target", "-o", tmp_path / "out")
    assert ran.status == 2 and "fitted_head.fbx: needs Blender; run `blender --command" in ran.last
    assert not (tmp_path / "out" / "fitted_head.fbx").exists()
    solve = shutil.copytree(made / "target", tmp_path / "solve")
    (solve / "hero.blend").touch()
    (solve / "hero.json").touch()
    ran = run("export", "gltf", solve, "-o", tmp_path / "out")
    assert ran.status == 0 and "hero.blend: not exported, which needs Blender" in ran.err


def test_a_cancelled_export_leaves_nothing(bpy, made, tmp_path):
    class Cancelling(SilentReporter):
        asked = 0

        def check(self):
            self.asked += 1
            if self.asked > 2:
                raise Cancelled("cancelled")

    (tmp_path / "out").mkdir()
    with pytest.raises(Cancelled):
        scenes.exporter("fbx")(begin(made / "target", tmp_path / "out", Run(Cancelling())))
    assert not list((tmp_path / "out").iterdir())


def test_characters_go_along(run, bpy, made, tmp_path):
    """A head that was driven into a solve's folder, as `transfer` leaves characters."""
    from expression_transfer.scene.jobs import save_head_blend  # noqa: PLC0415

    solve = shutil.copytree(made / "target", tmp_path / "solve")
    fit = Fit.load(solve / "fit.npz")
    save_head_blend(Performance.load(solve / "performance.npz"), load_builtin(), solve / "hero.blend", fit.identity)
    (solve / "hero.json").write_text("{}")
    ran = run("export", "gltf", solve, "-o", tmp_path / "out")
    assert ran.status == 0 and "fitted_head.glb, hero.glb" in ran.last
    assert (tmp_path / "out" / "hero.glb").read_bytes().startswith(b"glTF")
    ran = run("export", "abc", solve / "hero.blend", "-o", tmp_path / "alone")
    assert ran.status == 0 and ran.last.endswith("holds hero.abc")
    ran = run("export", "livelink", solve / "hero.blend", "-o", tmp_path / "alone")
    assert ran.status == 2 and ran.last.endswith(
        "hero.blend: is a character, which can be exported as gltf, usd, fbx, abc"
    )
