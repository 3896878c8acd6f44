"""FACS codes → channels → ARKit and back, over random faces: nothing is lost, and nothing counted twice."""

import numpy as np
import pytest
from expression_transfer.core.facs.codes import gaze_from_codes, head_from_codes, units_from_codes
from expression_transfer.core.facs.convert import arkit_weights, gaze_from_weights, shapes_from_arkit
from expression_transfer.core.facs.derived import derived_units
from expression_transfer.core.facs.tables import ACTION_UNITS, ARKIT, CENTRAL, DERIVED, GAZE_SHAPES, UNIT_SHAPES, UNITS

BAR = 0.02


def codes_of(performance):
    """What a coder would write down: every code's strength, the mean of its sides."""
    names = (*UNITS, *DERIVED)
    curves = np.column_stack([performance.units, derived_units(performance)])
    by_code = {}
    for unit in ACTION_UNITS:
        columns = [column for column, name in enumerate(names) if name.split("_")[0] == unit.code]
        by_code[unit.code] = curves[:, columns].mean(axis=1)
    return by_code | {name: curves[:, names.index(name)] for name in CENTRAL}


@pytest.fixture
def symmetrical(make_performance):
    """Faces whose sides do the same, in which about a third of the units act; eyes look alike, head within range."""
    acted = make_performance(count=400, seed=8)
    acted.units[:] *= np.random.default_rng(1).random(acted.units.shape) < 0.35
    for unit in UNITS:
        if unit.endswith("_L") and unit not in CENTRAL:
            acted.units[:, UNITS.index(unit[:-1] + "R")] = acted.units[:, UNITS.index(unit)]
    acted.gaze[:, 1] = acted.gaze[:, 0]
    np.clip(acted.head, -0.7, 0.7, out=acted.head)
    return acted


def test_all_codes_together_give_the_units_back(symmetrical):
    """Derived codes stand in the sheet beside those they come from: the face must not act more for it."""
    back = units_from_codes(codes_of(symmetrical))
    assert np.abs(back - symmetrical.units).max() <= BAR


def test_codes_to_arkit_and_back(symmetrical, make_performance):
    codes = codes_of(symmetrical)
    acted = make_performance(count=400, units=units_from_codes(codes), gaze=gaze_from_codes(codes))
    shapes = shapes_from_arkit(arkit_weights(acted))
    units = np.stack([shapes[shape] for shape in UNIT_SHAPES.values()], axis=1)
    again = codes_of(make_performance(
        count=400, units=units, gaze=gaze_from_weights(shapes), head=symmetrical.head, position=symmetrical.position,
    ))  # fmt: skip
    for code, values in codes.items():
        assert np.abs(again[code] - values).max() <= BAR, code


def test_head_and_gaze_come_back(symmetrical):
    np.clip(symmetrical.position, -0.09, 0.09, out=symmetrical.position)
    codes = codes_of(symmetrical)
    head, position = head_from_codes(codes)
    assert np.abs(head - symmetrical.head).max() < 1e-9
    assert np.abs(position[:, 2] - symmetrical.position[:, 2]).max() < 1e-9
    assert np.abs(gaze_from_codes(codes) - symmetrical.gaze).max() < 1e-9


def test_random_arkit_weights_come_back(make_performance):
    """All 52, where an eye looks one way at a time."""
    weights = np.random.default_rng(4).uniform(0, 1, (300, len(ARKIT)))
    shapes = shapes_from_arkit(weights)
    for name in GAZE_SHAPES:
        against = name.replace("In", "Out").replace("Up", "Down")
        if against != name:
            weights[:, ARKIT.index(_arkit(name))] *= shapes[name] > shapes[against]
            weights[:, ARKIT.index(_arkit(against))] *= shapes[against] >= shapes[name]
    shapes = shapes_from_arkit(weights)
    units = np.stack([shapes[shape] for shape in UNIT_SHAPES.values()], axis=1)
    acted = make_performance(count=300, units=units, gaze=gaze_from_weights(shapes))
    assert np.abs(arkit_weights(acted) - weights).max() <= BAR


def _arkit(shape):
    return shape.replace("_L", "Left").replace("_R", "Right")


@pytest.mark.parametrize(
    ("code", "strength", "moved"),
    [
        ("AU27", 0.4, {"AU26": 0.7}),
        ("AU25", 0.3, {"AU26": 0.3}),
        ("AU43", 0.9, {"AU45_L": 0.9, "AU45_R": 0.9}),
        ("AU23", 0.5, {"AU24_L": 0.5, "AU24_R": 0.5}),
        ("AU33", 0.5, {"AU34_L": 0.5, "AU34_R": 0.5}),
        ("AU28", 0.5, {"AU28_upper": 0.5, "AU28_lower": 0.5}),
        ("AU17", 0.5, {"AU17": 0.5}),
        ("AU30_L", 0.5, {"AU30_L": 0.5}),
        ("AU12", 0.8, {"AU12_L": 0.8, "AU12_R": 0.8}),
    ],
)
def test_a_code_alone_moves_what_it_stands_for(code, strength, moved):
    units = units_from_codes({code: np.array([strength])})[0]
    assert {unit: value for unit, value in zip(UNITS, units, strict=True) if value > 0} == pytest.approx(moved)


def test_two_codes_for_one_movement_move_it_once():
    both = units_from_codes({"AU26": np.array([0.7]), "AU27": np.array([0.4]), "AU25": np.array([0.7])})[0]
    assert both[UNITS.index("AU26")] == pytest.approx(0.7)
    lids = units_from_codes({"AU43": np.array([0.6]), "AU45": np.array([0.9])})[0]
    assert lids[UNITS.index("AU45_L")] == pytest.approx(0.9)
