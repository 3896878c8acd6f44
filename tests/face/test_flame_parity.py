"""FLAME's forward pass against smplx's, on a synthetic file in FLAME's exact layout. `make test-torch` runs it."""

import pickle
from pathlib import Path

import numpy as np
import pytest
from expression_transfer.core.face.flame import Flame, read_flame
from expression_transfer.core.face.flame_engines import forward_of
from flame_maker import flame_arrays

MISSING = "is missing (smplx and torch have an environment of their own: `make test-torch`)"
torch = pytest.importorskip("torch", reason=f"torch {MISSING}")
smplx = pytest.importorskip("smplx", reason=f"smplx {MISSING}")

DRAWS = 200
NAMES = ("betas", "expression", "global_orient", "neck_pose", "jaw_pose", "leye_pose", "reye_pose")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As smplx wants it: FLAME_NEUTRAL.pkl, and a landmark file that plays no part here."""
    folder = tmp_path_factory.mktemp("flame")
    (folder / "FLAME_NEUTRAL.pkl").write_bytes(pickle.dumps(flame_arrays(), protocol=2))
    landmarks = {"lmk_face_idx": np.zeros(51, dtype=np.int64), "lmk_b_coords": np.full((51, 3), 1 / 3)}
    (folder / "flame_static_embedding.pkl").write_bytes(pickle.dumps(landmarks))
    return folder


@pytest.fixture(scope="module")
def flame(folder: Path) -> Flame:
    return read_flame(folder / "FLAME_NEUTRAL.pkl")


def draws() -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(7)
    return [(rng.normal(size=300), rng.normal(size=100), 0.5 * rng.normal(size=(5, 3))) for _ in range(DRAWS)]


def test_vertices_equal_smplx(folder: Path, flame: Flame) -> None:
    layer = smplx.FLAME(str(folder), num_betas=300, num_expression_coeffs=100, use_face_contour=False)
    worst = 0.0
    for shape, expression, pose in draws():
        rows = zip(NAMES, (shape, expression, *pose), strict=True)
        with torch.no_grad():
            answer = layer(**{name: torch.tensor(row[None], dtype=torch.float32) for name, row in rows})
        worst = max(worst, float(np.abs(answer.vertices[0].numpy() - flame.vertices(shape, expression, pose)).max()))
    assert worst < 1e-6


def test_smplx_as_the_engine_gives_the_same(flame: Flame) -> None:
    forward = forward_of(flame, "smplx")
    for shape, expression, pose in draws()[:20]:
        found = forward(shape[:100], expression[:50], pose)
        assert np.abs(found - flame.vertices(shape[:100], expression[:50], pose)).max() < 1e-6
