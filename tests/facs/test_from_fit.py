import numpy as np
import pytest
from expression_transfer.core.conventions import rotation_matrices
from expression_transfer.core.errors import InputError
from expression_transfer.core.facs.convert import units_from_shapes
from expression_transfer.core.facs.from_fit import performance, rest
from expression_transfer.core.facs.strength import at_strength
from expression_transfer.core.facs.tables import SHAPES, UNITS
from scipy.spatial.transform import Rotation


@pytest.fixture
def resting_fit(make_fit):
    """A person whose brows rest at 0.2; her jaw rests at 0 and opens at times; her squint is acted all the time."""
    fit = make_fit(count=100)
    fit.expression[:] = 0.0
    wave = np.clip(np.sin(np.arange(100) / 5), 0, None)
    fit.expression[:, SHAPES.index("browDown_L")] = 0.2 + 0.8 * wave
    fit.expression[:, SHAPES.index("jawOpen")] = wave
    fit.expression[:, SHAPES.index("eyeSquint_L")] = 0.5 + 0.2 * wave
    return fit, wave


def strengthened(weights, unit):
    return at_strength(np.tile(weights[:, None], len(UNITS)))[:, UNITS.index(unit)]


def test_rest_is_taken_out_and_the_strongest_stays_one(resting_fit):
    fit, wave = resting_fit
    acted = performance(fit, rest(fit), "made.mp4")
    assert np.allclose(acted.units[:, UNITS.index("AU4_L")], strengthened(wave, "AU4_L"))
    assert np.array_equal(acted.units[:, UNITS.index("AU26")], strengthened(wave, "AU26"))


def test_lasting_acting_is_not_taken_for_the_face(resting_fit):
    fit, _ = resting_fit
    acted = performance(fit, rest(fit), "made.mp4")
    squint = fit.expression[:, SHAPES.index("eyeSquint_L")]
    assert np.array_equal(acted.units[:, UNITS.index("AU7_L")], strengthened(squint, "AU7_L"))


def test_frames_without_a_face_do_not_count_for_the_rest(resting_fit):
    fit, wave = resting_fit
    fit.visible[20:40] = False
    fit.expression[20:40] = 0.0
    assert rest(fit).units[UNITS.index("AU4_L")] == pytest.approx(0.2)
    del wave


def test_named_neutral_frame(make_fit):
    fit = make_fit()
    fit.expression[:] *= 0.8
    neutral = rest(fit, 110)
    acted = performance(fit, neutral, "made.mp4")
    assert not acted.units[9].any()
    assert np.array_equal(neutral.units, units_from_shapes(fit.expression, SHAPES)[9])
    assert acted.units.max() <= 1.0


def test_a_full_unit_in_the_neutral_frame_keeps_a_scale(make_fit):
    fit = make_fit()
    fit.expression[9] = 1.0
    acted = performance(fit, rest(fit, 110), "made.mp4")
    assert np.isfinite(acted.units).all()


@pytest.mark.parametrize(("frame", "why"), [(100, "outside .*101–160"), (161, "outside .*101–160"), (105, "no face")])
def test_neutral_frame_without_a_face_is_refused(make_fit, frame, why):
    fit = make_fit()
    fit.visible[4] = False
    with pytest.raises(InputError, match=f"{frame} .*{why}"):
        rest(fit, frame)


def test_short_shots_are_not_calibrated(make_fit):
    fit = make_fit(count=30, fps=25.0)
    assert not rest(fit).units.any()


def test_missing_frames_are_at_rest_and_bridged_ones_keep_their_curves(make_fit):
    fit = make_fit()
    fit.visible[10:30] = False
    fit.bridged[10:15] = True
    acted = performance(fit, rest(fit, 101), "made.mp4")
    assert np.array_equal(acted.missing, ~fit.visible & ~fit.bridged)
    assert not acted.units[15:30].any()
    assert not acted.head[15:30].any()
    assert acted.units[10:15].any()
    assert np.array_equal(acted.bridged, fit.bridged)
    assert np.array_equal(acted.frames, fit.frames)


def test_head_angles_rebuild_the_rotation(make_fit):
    fit = make_fit()
    acted = performance(fit, rest(fit), "made.mp4")
    rebuilt = Rotation.from_euler("YXZ", acted.head).as_matrix()
    assert np.allclose(rebuilt, rotation_matrices(fit.rotation))
