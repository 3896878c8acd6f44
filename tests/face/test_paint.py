"""The painted skin has a face's colours where a face has them."""

import numpy as np
from expression_transfer.core.face.library import load_builtin
from expression_transfer.core.face.paint import Complexion, painted, random_complexion

SIZE = 512


def colour_at(texture: np.ndarray, landmarks: tuple[int, ...]) -> np.ndarray:
    """Mean colour around the middle of landmarks."""
    model = load_builtin()
    corners = model.uv[model.uv_triangles[model.landmark_triangle[list(landmarks)]]]
    u, v = np.einsum("lkc,lk->lc", corners, model.landmark_weights[list(landmarks)]).mean(axis=0)
    row, column = int((1 - v) * SIZE), int(u * SIZE)
    return texture[row - 2 : row + 3, column - 2 : column + 3].mean(axis=(0, 1))


def test_brows_lips_and_pupils_are_where_the_landmarks_say() -> None:
    colours = Complexion()
    texture = painted(load_builtin(), colours, SIZE)
    assert texture.shape == (SIZE, SIZE, 3) and texture.min() >= 0 and texture.max() <= 1
    skin = colour_at(texture, (151,))
    assert np.abs(skin - colours.skin).max() < 0.1
    for brow in ((105, 52), (334, 282)):
        assert colour_at(texture, brow).mean() < 0.8 * skin.mean()
    for lip in (12, 15):
        red, green, _ = colour_at(texture, (lip,))
        assert red / green > 1.25 * skin[0] / skin[1]
    for pupil in (468, 473):
        assert colour_at(texture, (pupil,)).max() < 0.25


def test_both_sides_are_painted_alike() -> None:
    texture = painted(load_builtin(), Complexion(), SIZE)
    for right, left in (((105, 52), (334, 282)), ((50,), (280,)), ((468,), (473,))):
        assert np.abs(colour_at(texture, right) - colour_at(texture, left)).max() < 0.12


def test_the_same_seed_paints_the_same_person() -> None:
    one, two, other = (random_complexion(np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert one == two and one != other
    assert np.array_equal(painted(load_builtin(), one, 128), painted(load_builtin(), two, 128))
