import numpy as np
import pytest
from expression_transfer.core.facs.convert import (
    arkit_weights,
    gaze_from_weights,
    shape_weights,
    shapes_from_arkit,
    units_from_shapes,
)
from expression_transfer.core.facs.tables import ARKIT, GAZE_SHAPES, SHAPES, UNIT_SHAPES, UNITS
from expression_transfer.core.fit.lids import gaze_weights


def column(name):
    return GAZE_SHAPES.index(name)


def test_performance_to_model_weights_and_back(make_performance):
    acted = make_performance()
    assert np.array_equal(units_from_shapes(shape_weights(acted, SHAPES), SHAPES), acted.units)


def test_a_model_with_few_shapes_in_another_order(make_performance):
    acted = make_performance()
    few = ("jawOpen", "unheardOf", "mouthSmile_R")
    weights = shape_weights(acted, few)
    assert np.array_equal(weights[:, 0], acted.units[:, UNITS.index("AU26")])
    assert not weights[:, 1].any()
    back = units_from_shapes(weights, few)
    assert np.array_equal(back[:, UNITS.index("AU12_R")], acted.units[:, UNITS.index("AU12_R")])
    assert not back[:, UNITS.index("AU12_L")].any()


def test_performance_to_arkit_and_back(make_performance):
    acted = make_performance()
    for merged in ("AU1", "AU34"):  # one ARKit shape stands for both sides: equal sides survive
        acted.units[:, UNITS.index(f"{merged}_R")] = acted.units[:, UNITS.index(f"{merged}_L")]
    shapes = shapes_from_arkit(arkit_weights(acted))
    back = np.stack([shapes[shape] for shape in UNIT_SHAPES.values()], axis=1)
    assert np.abs(back - acted.units).max() < 1e-12
    assert np.abs(gaze_from_weights(shapes) - acted.gaze).max() < 1e-12


def test_a_merged_shape_is_the_mean_of_its_sides(make_performance):
    acted = make_performance(count=1)
    acted.units[0, [UNITS.index("AU1_L"), UNITS.index("AU1_R")]] = [0.2, 0.8]
    assert arkit_weights(acted)[0, ARKIT.index("browInnerUp")] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("yaw", "pitch", "moved"),
    [
        (0.3, 0.0, {"eyeLookOut_L", "eyeLookIn_R"}),  # to the subject's left
        (-0.3, 0.0, {"eyeLookIn_L", "eyeLookOut_R"}),
        (0.0, 0.2, {"eyeLookDown_L", "eyeLookDown_R"}),
        (0.0, -0.2, {"eyeLookUp_L", "eyeLookUp_R"}),
    ],
)
def test_which_shapes_go_with_a_gaze(yaw, pitch, moved):
    weights = gaze_weights(np.full((1, 2, 2), [yaw, pitch]))[0]
    assert {name for name, weight in zip(GAZE_SHAPES, weights, strict=True) if weight > 0} == moved


def test_gaze_of_thirty_degrees_is_weight_one():
    weights = gaze_weights(np.full((1, 2, 2), [np.deg2rad(30), np.deg2rad(25)]))[0]
    assert weights[column("eyeLookOut_L")] == pytest.approx(1.0, abs=1e-4)
    assert weights[column("eyeLookDown_R")] == pytest.approx(1.0, abs=1e-4)


def test_eyes_may_look_apart():
    gaze = np.array([[[0.1, 0.05], [-0.2, -0.3]]])
    weights = gaze_weights(gaze)
    by_name = {name: weights[:, index] for index, name in enumerate(GAZE_SHAPES)}
    assert np.allclose(gaze_from_weights(by_name), gaze)
