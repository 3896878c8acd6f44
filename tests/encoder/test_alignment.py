import numpy as np
import pytest
from expression_transfer.core.conventions import CAMERA_FROM_FACE, Array, rotation_matrices
from expression_transfer.core.encoder.alignment import STEADY, align


def face() -> Array:
    """478×3 in eye distances: the steady landmarks where the template has them, the others anywhere."""
    points = np.random.default_rng(0).normal(size=(478, 3))
    points[list(STEADY)] = list(STEADY.values())
    return points


def pictured(
    points: Array, turn: tuple[float, float, float], scale: float, origin: tuple[float, float, float]
) -> Array:
    rotation = CAMERA_FROM_FACE @ rotation_matrices(np.array(turn))
    return np.asarray(scale * points @ rotation.T + np.array(origin))


@pytest.mark.parametrize("turn", [(0, 0, 0), (0.2, -0.6, 0.3), (0, 0, 2.5)])
def test_landmarks_of_any_pose_come_back_to_the_front(turn: tuple[float, float, float]) -> None:
    aligned = align(pictured(face(), turn, 87.0, (300, 200, 10))[None])
    np.testing.assert_allclose(aligned.scale, [87.0], rtol=1e-9)
    np.testing.assert_allclose(aligned.front(pictured(face(), turn, 87.0, (300, 200, 10))[None])[0], face(), atol=1e-6)


def test_a_frame_without_a_face_stays_unknown_and_spoils_no_other() -> None:
    points = np.stack([np.full((478, 3), np.nan), pictured(face(), (0, 0, 0), 50.0, (100, 100, 0))])
    aligned = align(points)
    assert np.isnan(aligned.front(points)[0]).all()
    np.testing.assert_allclose(aligned.front(points)[1], face(), atol=1e-6)
