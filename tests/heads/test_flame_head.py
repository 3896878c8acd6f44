"""A face in FLAME's layout, made ready as a user's file is: named expressions, codes, eyes."""

import numpy as np
import pytest
from expression_transfer.core.face.flame import Flame, read_flame
from expression_transfer.core.face.geometry import Geometry
from expression_transfer.core.face.library import load_builtin
from expression_transfer.core.heads.carry import with_expressions
from expression_transfer.core.heads.embedding import Embedding
from expression_transfer.core.heads.flame_codes import with_flame_codes
from expression_transfer.core.heads.nearest import nearest_places
from expression_transfer.core.reporting import SilentReporter
from flame_maker import write_flame
from flame_of_builtin import flame_of


@pytest.fixture(scope="module")
def flame(tmp_path_factory: pytest.TempPathFactory) -> Flame:
    return read_flame(write_flame(tmp_path_factory.mktemp("flame") / "flame2023.npz", flame_of(load_builtin())))


@pytest.fixture(scope="module")
def ready(flame: Flame) -> Geometry:
    """With the landmarks where the detector sees them on the built-in head."""
    model, bare = load_builtin(), flame.geometry()
    seen = model.response.mean.astype(np.float64)
    places = nearest_places(seen, np.zeros_like(seen), bare.mean.astype(np.float64), bare.triangles, 0.0)
    sure, weights = np.ones(len(seen), np.float32), places.weights.astype(np.float32)
    placed = Embedding(places.triangle.astype(np.int32), weights, sure, 0 * sure)
    return with_flame_codes(with_expressions(bare, placed, model), flame, flame.vertices, SilentReporter())


@pytest.mark.slow
def test_the_builtin_head_carried_to_itself_in_flames_topology(flame: Flame, ready: Geometry) -> None:
    """FLAME's file was made from the built-in head, so its expressions are known (as coefficients, exactly)."""
    model = load_builtin()
    skin = np.unique(ready.triangles[ready.part == 0])
    modes = np.swapaxes(flame.bases[300:354].reshape(54, 3, -1), 1, 2)[:, skin].reshape(54, -1).astype(np.float64)
    carried = ready.expression[:, skin].reshape(54, -1).astype(np.float64)
    moving = [name not in ("tongueOut",) for name in ready.expressions]
    inside = carried @ np.linalg.pinv(modes) @ modes
    assert ready.expressions == model.expressions
    error = np.linalg.norm(inside - carried, axis=1)[moving] / np.linalg.norm(carried, axis=1)[moving]
    assert np.median(error) < 0.2 and error.max() < 0.45


@pytest.mark.slow
def test_codes_make_most_of_every_expression(flame: Flame, ready: Geometry) -> None:
    skin, still = np.unique(ready.triangles[ready.part == 0]), np.zeros((5, 3))
    rest = flame.vertices(np.zeros(0), np.zeros(0), still)
    for name, code, moved in zip(ready.expressions, ready.codes, ready.expression, strict=True):
        pose = still.copy()
        pose[2] = code[100:]
        missing = (flame.vertices(np.zeros(0), code[:100], pose) - rest - moved)[skin]
        assert np.sum(missing**2) <= 0.3 * np.sum(moved[skin] ** 2), name


@pytest.mark.slow
def test_eyeballs_stay_and_turn(ready: Geometry) -> None:
    ball = ready.eyes.member == 1
    assert not ready.expression[:, ready.eyes.member > 0].any()
    turned = ready.shape(np.zeros(100), np.zeros(54), np.array([[0.3, 0.0], [0.0, 0.0]]))
    reach = np.linalg.norm(turned[ball] - ready.eyes.centre[0], axis=1)
    assert np.allclose(reach, ready.eyes.radius, rtol=0.01)
