"""Named expressions in FLAME's parameters, and fits written in them: FLAME makes the fitted head again."""

from pathlib import Path

import numpy as np
import pytest
from expression_transfer.core.export.flame import flame_parameters, write_flame
from expression_transfer.core.face.flame import CODE_NAMES, JAW, Flame, read_flame
from expression_transfer.core.face.model import FaceModel, Response
from expression_transfer.core.fit.result import Camera, Fit
from expression_transfer.core.heads.flame_codes import with_flame_codes
from expression_transfer.core.reporting import SilentReporter
from flame_maker import flame_arrays
from flame_maker import write_flame as write_model

FRAMES = 6


@pytest.fixture(scope="module")
def flame(tmp_path_factory: pytest.TempPathFactory) -> Flame:
    """Expressions leave the eyeballs and joints turn them as balls: what a FaceModel takes for granted."""
    arrays = flame_arrays()
    arrays["posedirs"][..., 18:] = 0.0
    arrays["shapedirs"][arrays["weights"][:, 3:].max(axis=1) > 0.5, :, 300:] = 0.0
    return read_flame(write_model(tmp_path_factory.mktemp("flame") / "flame.npz", arrays))


def displacement(code: np.ndarray, flame: Flame) -> np.ndarray:
    """What FLAME's mean head does at 100 coefficients and the jaw's rotation."""
    nothing, still, pose = np.zeros(0), np.zeros((5, 3)), np.zeros((5, 3))
    pose[JAW] = code[100:]
    return flame.vertices(nothing, code[:100], pose) - flame.vertices(nothing, nothing, still)


def planted_codes() -> np.ndarray:
    rng = np.random.default_rng(8)
    codes = np.zeros((3, 103))
    codes[:, :100] = rng.normal(size=(3, 100)) * [[0.5], [0.0], [0.5]]
    codes[1:, 100] = 0.25, 0.1
    return codes


def head(flame: Flame, codes: np.ndarray) -> FaceModel:
    """A FaceModel of FLAME whose expressions are made of planted codes."""
    own, rng = flame.geometry(), np.random.default_rng(9)
    expression = np.array([displacement(code, flame) for code in codes], dtype=np.float32)
    fields = {**vars(own), "expression": expression, "expressions": ("jawOpen", "eyeBlink_L", "eyeBlink_R")}
    seen = rng.normal(size=(478, 3)).astype(np.float32)
    response = Response(seen, np.zeros((100, 478, 3)), np.zeros((3, 478, 3)), np.ones((478, 2)), np.zeros((0, 478, 2)))
    return FaceModel(**fields, landmark_triangle=np.zeros(478, int), landmark_weights=seen, response=response)


class Told(SilentReporter):
    lines: tuple[str, ...] = ()

    def log(self, message: str) -> None:
        self.lines = (*self.lines, message)


def test_codes_make_the_expressions_again(flame: Flame) -> None:
    told = Told()
    found = with_flame_codes(head(flame, planted_codes()), flame, flame.vertices, told)
    for code, wanted in zip(found.codes, found.expression, strict=True):
        again = displacement(code, flame)
        assert np.linalg.norm(again - wanted) < 0.05 * np.linalg.norm(wanted)
    assert np.allclose(found.codes[1, 100], 0.25, atol=0.02)
    assert "100%" in told.lines[0] or "99%" in told.lines[0]


def test_what_flame_cannot_do_is_said(flame: Flame) -> None:
    """Noise from vertex to vertex is in no coefficient."""
    odd = head(flame, planted_codes())
    rough = np.random.default_rng(10).normal(size=odd.expression.shape).astype(np.float32) * 0.003
    told = Told()
    with_flame_codes(FaceModel(**{**vars(odd), "expression": rough}), flame, flame.vertices, told)
    assert float(told.lines[0].split("tell ")[1].split("%")[0]) < 20


def shot(model: FaceModel, expression: np.ndarray) -> Fit:
    rng = np.random.default_rng(11)
    moved = rng.normal(size=(FRAMES, 3)) * [0.05, 0.05, 0.1] + [0, 0, 0.6]
    none = np.zeros(FRAMES)
    return Fit(
        model=model.name, expressions=model.expressions,
        camera=Camera(640, 480, none + 700, np.array([320.0, 240]), np.zeros(2), 1.0),
        identity=rng.normal(size=100), rotation=0.4 * rng.normal(size=(FRAMES, 3)), translation=moved,
        expression=expression, variance=np.zeros((FRAMES, 3), np.float32), gaze=0.3 * rng.normal(size=(FRAMES, 2, 2)),
        offset=np.zeros((478, 3)), residual=none, confidence=none, visible=none > 0, bridged=none > 0,
        frames=np.arange(FRAMES), times=none, fps=25.0,
    )  # fmt: skip


def worst_distance(fit: Fit, model: FaceModel, flame: Flame) -> float:
    """m: between the fitted head in camera space and FLAME's at the written parameters."""
    rows = flame_parameters(fit, model)
    names = ("global_orient", "neck_pose", "jaw_pose", "leye_pose", "reye_pose")
    worst = 0.0
    for frame in range(FRAMES):
        pose = np.array([rows[name][frame] for name in names])
        theirs = flame.vertices(rows["betas"][0], rows["expression"][frame], pose) + rows["transl"][frame]
        ours = fit.to_camera(model.shape(fit.identity, fit.expression[frame], fit.gaze[frame]), frame)
        worst = max(worst, float(np.abs(theirs - ours).max()))
    return worst


def test_flame_makes_the_fitted_head(flame: Flame) -> None:
    """Exactly where expressions are coefficients; nearly where the jaw turns, which a FaceModel makes straight."""
    codes = planted_codes()
    codes[:, 100:] = 0.0
    model = with_flame_codes(head(flame, codes), flame, flame.vertices, SilentReporter())
    model = FaceModel(**{**vars(model), "codes": codes})
    full = np.pad(codes[:, :100], ((0, 0), (300, 0)))
    root = type(model.root)(**{**vars(model.root), "expression": (full @ flame.joint_bases)[:, :3]})
    weights = np.random.default_rng(12).uniform(size=(FRAMES, 3))
    assert worst_distance(shot(model, weights), FaceModel(**{**vars(model), "root": root}), flame) < 2e-6
    jaw = with_flame_codes(head(flame, planted_codes()), flame, flame.vertices, SilentReporter())
    opened = np.linspace(0, 1, FRAMES)[:, None] * np.array([0.0, 1.0, 0.0])
    assert worst_distance(shot(jaw, opened), jaw, flame) < 0.004


def test_the_file_has_smplx_names_and_rows(flame: Flame, tmp_path: Path) -> None:
    model = with_flame_codes(head(flame, planted_codes()), flame, flame.vertices, SilentReporter())
    write_flame(shot(model, np.zeros((FRAMES, 3))), model, tmp_path / "flame.npz")
    rows = np.load(tmp_path / "flame.npz", allow_pickle=False)
    assert rows["betas"].shape == (1, 300) and rows["expression"].shape == (FRAMES, 100)
    poses = ("global_orient", "neck_pose", "jaw_pose", "leye_pose", "reye_pose", "transl")
    assert all(rows[name].shape == (FRAMES, 3) for name in poses)
    assert len(model.code_names) == len(CODE_NAMES) == 103


def test_a_model_with_codes_saves_itself(flame: Flame, tmp_path: Path) -> None:
    model = with_flame_codes(head(flame, planted_codes()), flame, flame.vertices, SilentReporter())
    model.save(tmp_path / "model.npz")
    again = FaceModel.load(tmp_path / "model.npz")
    assert np.array_equal(again.codes, model.codes) and np.array_equal(again.root.joint, model.root.joint)
