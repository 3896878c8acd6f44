"""The two back ends' benchmark, on curves and landmarks whose agreement is known."""

import numpy as np
import pytest
from expression_transfer.benchmarks.backends import agreement, difference, seen_twice
from expression_transfer.core.facs.tables import ARKIT
from expression_transfer.core.landmarks.region import Region


def test_only_channels_that_act_are_compared():
    one, other = np.zeros((2, 100, 52))
    wave = np.sin(np.arange(100) / 7)
    one[:, ARKIT.index("jawOpen")] = other[:, ARKIT.index("jawOpen")] = 0.5 + 0.4 * wave
    one[:, ARKIT.index("browDownLeft")] = 0.3 + 0.2 * wave
    other[:, ARKIT.index("browDownLeft")] = 0.3 - 0.2 * wave
    other[:, ARKIT.index("cheekPuff")] = 0.05 + 0.04 * wave
    other[:, ARKIT.index("tongueOut")] = 0.5 + 0.4 * wave
    assert sorted(agreement(one, other)) == pytest.approx([-1.0, 1.0])


def test_difference_is_in_percent_of_the_eye_distance():
    one = np.zeros((3, 478, 2))
    one[:, 263] = (50, 0)
    other = one + np.array([1.5, 2.0])
    other[1] = np.nan
    assert difference(one, other) == pytest.approx(5.0)


class Spot:
    """A detector that sees the outer corner of an eye in the brightest pixel: whose eye depends on the half."""

    side = 64

    def mesh(self, crop):
        row, column = np.unravel_index(crop.sum(axis=2).argmax(), crop.shape[:2])
        points = np.full((478, 3), 0.5, np.float32)
        points[33 if column < 32 else 263, :2] = (column + 0.5) / 64, (row + 0.5) / 64
        return points, 1.0


def test_a_detector_that_knows_no_sides_agrees_with_itself_in_the_mirror():
    picture = np.zeros((64, 64, 3), np.uint8)
    picture[20, 12] = 255
    plain, mirrored = seen_twice(Spot(), picture, Region(32, 32, 64, 0.0))
    assert plain[33] == pytest.approx((12.5, 20.5), abs=1e-4)
    assert mirrored[33] == pytest.approx((12.5, 20.5), abs=1e-4)
