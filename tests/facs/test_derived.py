"""Units that follow from others, head and gaze; and that an act is told once."""

import numpy as np
import pytest
from expression_transfer.core.facs.derived import derived_units, long_closures
from expression_transfer.core.facs.events import events_of
from expression_transfer.core.facs.tables import DERIVED, UNITS


@pytest.fixture
def acting(make_performance):
    """A performance at rest but for the named units: each a value, or a curve of T."""

    def make(count=100, fps=25.0, **units):
        zeros = np.zeros((count, 3))
        acted = make_performance(
            count=count, fps=fps, units=np.zeros((count, len(UNITS))), head=zeros, position=zeros.copy(),
            gaze=np.zeros((count, 2, 2)),
        )  # fmt: skip
        for unit, value in units.items():
            acted.units[:, UNITS.index(unit)] = value
        return acted

    return make


def bump(first, last, peak, count=100):
    """Rises and falls by a straight line, 0 outside."""
    rows = np.arange(count)
    middle, half = (first + last) / 2, (last - first) / 2 + 1
    return peak * np.clip(1 - np.abs(rows - middle) / half, 0, 1)


def shown(acted, row=0):
    values = derived_units(acted)[row]
    return {name: value for name, value in zip(DERIVED, values, strict=True) if value > 1e-9}


def test_a_face_at_rest_shows_nothing(acting):
    assert shown(acting()) == {}


def test_lips_part_unless_they_are_held_together(acting):
    assert shown(acting(AU26=0.4)) == pytest.approx({"AU25": 0.4})
    assert shown(acting(AU26=0.4, AU8=1.0)) == {}
    assert shown(acting(AU10_L=0.5, AU10_R=0.5, AU16_L=0.5, AU16_R=0.5))["AU25"] == pytest.approx(0.5)


def test_a_mouth_wide_open_is_stretched(acting):
    assert shown(acting(AU26=0.8))["AU27"] == pytest.approx(0.6)


def test_a_press_of_parted_lips_is_a_tightening(acting):
    assert "AU23" not in shown(acting(AU24_L=0.8, AU24_R=0.8))
    assert shown(acting(AU24_L=0.8, AU24_R=0.8, AU26=0.3))["AU23"] == pytest.approx(0.8)


def test_a_cheek_blown_and_a_cheek_puffed(acting):
    assert "AU33_L" not in shown(acting(AU34_L=0.8))
    assert shown(acting(AU34_L=0.8, AU26=0.3))["AU33_L"] == pytest.approx(0.8)


def test_the_furrow_is_deepened_by_the_lip_and_cheek_but_not_by_a_smile(acting):
    assert shown(acting(AU10_L=0.6, AU6_L=0.5))["AU11_L"] == pytest.approx(0.5)
    assert "AU11_L" not in shown(acting(AU10_L=0.6, AU6_L=0.5, AU12_L=1.0))
    assert "AU11_L" not in shown(acting(AU10_L=0.6))


def test_only_closures_of_more_than_half_a_second_are_closed_eyes():
    times = np.arange(100) / 25.0
    blink, closed = np.zeros(100), np.zeros(100)
    blink[10:23] = closed[40:54] = 0.9
    assert not long_closures(blink, times).any()
    assert np.array_equal(long_closures(closed, times), closed)
    assert np.array_equal(long_closures(blink + closed, times), closed)


@pytest.mark.parametrize(
    ("head", "unit"),
    [
        ((0.4, 0, 0), "AU51"),  # yaw to the subject's left
        ((-0.4, 0, 0), "AU52"),
        ((0, -0.4, 0), "AU53"),
        ((0, 0.4, 0), "AU54"),  # pitch down
        ((0, 0, -0.4), "AU55"),
        ((0, 0, 0.4), "AU56"),  # roll to the subject's right
    ],
)
def test_head_turns(acting, head, unit):
    acted = acting()
    acted.head[:] = head
    assert set(shown(acted)) == {unit}
    assert 0.2 < shown(acted)[unit] < 0.7


def test_head_comes_nearer_and_goes_back(acting):
    acted = acting()
    acted.position[0] = (0.3, 0.3, 0.05)
    acted.position[1, 2] = -0.03
    assert shown(acted, 0) == pytest.approx({"AU57": 0.5})
    assert shown(acted, 1) == pytest.approx({"AU58": 0.3})


def test_eyes_turn(acting):
    acted = acting()
    acted.gaze[0] = np.deg2rad((15, -12.5))
    assert shown(acted) == pytest.approx({"AU61": 0.5, "AU63": 0.5}, abs=1e-4)
    acted.gaze[0] = np.deg2rad((-15, 12.5))
    assert shown(acted) == pytest.approx({"AU62": 0.5, "AU64": 0.5}, abs=1e-4)


def told(acted):
    return [(event.unit, event.sides) for event in events_of(acted)]


def test_a_wide_mouth_is_told_once(acting):
    units = {unit for unit, _ in told(acting(AU26=bump(20, 60, 0.5)))}
    assert units == {"AU25", "AU26"}
    units = {unit for unit, _ in told(acting(AU26=bump(20, 60, 1.0)))}
    assert units == {"AU25", "AU27"}


def test_a_blink_and_closed_eyes_are_told_apart(acting):
    lids = bump(10, 15, 1.0)
    lids[40:70] = 1.0
    assert told(acting(AU45_L=lids, AU45_R=lids)) == [("AU45", "L+R"), ("AU43", "L+R")]


def test_pressed_and_tightened_lips_are_told_apart(acting):
    press = bump(20, 60, 0.9)
    assert told(acting(AU24_L=press, AU24_R=press)) == [("AU24", "L+R")]
    parted = {unit for unit, _ in told(acting(AU24_L=press, AU24_R=press, AU26=bump(10, 70, 0.5)))}
    assert parted == {"AU23", "AU25", "AU26"}


def test_puffed_and_blown_cheeks_are_told_apart(acting):
    puff = bump(20, 60, 0.9)
    assert told(acting(AU34_R=puff)) == [("AU34", "R")]
    assert ("AU33", "R") in told(acting(AU34_R=puff, AU26=bump(10, 70, 0.5)))
