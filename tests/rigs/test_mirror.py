"""Partners by geometry, with the sided names of the built-in head as oracle; it never sees them."""

import numpy as np
import pytest
from expression_transfer.core.face.library import load_builtin
from expression_transfer.core.rigs.mirror import partners
from expression_transfer.core.rigs.names import other_side


@pytest.fixture(scope="module")
def head():
    model = load_builtin()
    moved = dict(zip(model.expressions, model.expression.astype(float), strict=True))
    return model.mean.astype(float), moved


def test_every_expression_finds_its_other_side(head):
    rest, moved = head
    assert partners(rest, moved) == {name: other_side(name, moved) for name in moved}


def test_whichever_axis_the_sides_lie_along_and_however_large_the_mesh(head):
    rest, moved = head
    turned = {name: 40.0 * np.roll(move, 1, axis=1) for name, move in moved.items()}
    found = partners(40.0 * np.roll(rest, 1, axis=1) + [1.0, -30.0, 7.0], turned)
    assert found == {name: other_side(name, moved) for name in moved}


def test_a_key_without_a_partner_is_left_out(head):
    rest, moved = head
    gone = {"mouthSmile_R", "mouthDimple_R", "mouthPress_R"}
    found = partners(rest, {name: move for name, move in moved.items() if name not in gone})
    assert "mouthSmile_L" not in found


def test_nothing_moves():
    assert partners(np.zeros((3, 3)), {"still": np.zeros((3, 3))}) == {}
    assert partners(np.zeros((3, 3)), {}) == {}
