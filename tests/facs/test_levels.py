import numpy as np
import pytest
from expression_transfer.core.facs.levels import EDGES, LEVELS, NAMES, five_point, level, levels


@pytest.mark.parametrize(
    ("value", "letter"),
    [(0.0, ""), (0.0999, ""), (0.1, "A"), (0.2, "A"), (0.217, "B"), (0.3, "B"), (0.334, "C"), (0.6, "C"), (0.622, "D"),
     (0.9, "D"), (0.91, "E"), (1.0, "E"), (1.4, "E")],
)  # fmt: skip
def test_letter_of_an_intensity(value, letter):
    assert level(value) == letter


def test_marked_and_severe_cover_more_than_the_rest():
    """FACS 2002: the levels are no equal steps."""
    widths = dict(zip(LEVELS, np.diff([*EDGES, 1.0]), strict=True))
    assert min(widths["C"], widths["D"]) > 2 * max(widths["A"], widths["B"], widths["E"])
    assert len(NAMES) == len(LEVELS) == len(EDGES)


def test_rounded_five_point_scale_is_the_level():
    values = np.linspace(0, 1, 2001).reshape(3, 667)
    numbers = np.array(["", *LEVELS])[np.floor(five_point(values) + 0.5).astype(int)]
    assert np.array_equal(numbers, levels(values))


def test_five_point_scale_rises_from_nought_to_five():
    values = five_point(np.linspace(0, 1, 101))
    assert (values[0], values[-1]) == (0.0, 5.0)
    assert np.all(np.diff(values) > 0)
    assert five_point(np.array([1.7]))[0] == 5.0
