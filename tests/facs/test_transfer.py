from dataclasses import replace

import numpy as np
import pytest
from expression_transfer.core.errors import InputError
from expression_transfer.core.facs.convert import units_from_shapes
from expression_transfer.core.facs.from_fit import performance, rest
from expression_transfer.core.facs.tables import SHAPES, UNITS, UPPER_UNITS
from expression_transfer.core.facs.transfer import (
    EASE_SECONDS,
    Mix,
    effect,
    lay,
    mixed,
    region_units,
    resample,
    target_expression,
    usual_gaze,
)
from expression_transfer.core.report import unsure, untouched


@pytest.fixture
def target(make_fit):
    fit = make_fit()
    fit.expression[:] *= 0.6
    neutral = rest(fit, 101)
    return fit, neutral, performance(fit, neutral, "target.mp4")


@pytest.fixture
def driver(make_performance):
    return make_performance(count=60, seed=5)


def test_why_frames_are_left_as_they_were(make_fit, make_performance):
    """A plate of 2.4 s whose face is away in frames 111–115; a driver of 2 s whose face is away from 0.8 to 1 s."""
    fit = make_fit()
    fit.visible[10:15] = False
    driver = make_performance(count=100, fps=50.0)
    driver.missing[40:51] = True
    laid = lay(driver, performance(fit, rest(fit, 101), "plate.mp4"), lost=unsure(fit))
    assert untouched(laid, driver, fit) == {
        "no sure face in the plate": [[111, 115]],
        "the driver has ended": [[151, 160]],
        "no face in the driver": [[121, 126]],
    }


@pytest.mark.parametrize("mode", ["replace", "add"])
@pytest.mark.parametrize("region", ["all", "upper", "lower"])
def test_strength_zero_gives_the_fit_bit_for_bit(target, driver, mode, region):
    fit, neutral, own = target
    wanted = mixed(own, driver, Mix(0.0, mode, region))
    assert np.array_equal(target_expression(fit, neutral, own, wanted), fit.expression)
    assert np.array_equal(wanted.gaze, own.gaze)
    assert np.array_equal(wanted.head, own.head)


def test_first_frames_of_both_ranges_meet(target, driver):
    _, _, own = target
    later = replace(driver, times=driver.times + 7.3, frames=driver.frames + 180)
    lost = np.zeros(len(own), bool)
    plain, shifted = lay(driver, own, lost), lay(later, own, lost)
    assert not plain.missing.any()
    assert np.allclose(plain.units[0], driver.units[0])
    assert np.allclose(shifted.units, plain.units)
    lost[3] = True
    assert list(np.flatnonzero(lay(later, own, lost).missing)) == [3]


def test_replace_at_full_strength_is_the_driver(target, driver):
    _, _, own = target
    wanted = mixed(own, driver, Mix())
    assert np.allclose(wanted.units, driver.units)
    assert np.array_equal(wanted.head, own.head)


def test_add_is_on_top(target, driver):
    _, _, own = target
    found = mixed(own, driver, Mix(0.5, "add")).units
    assert np.allclose(found, np.minimum(own.units + 0.5 * driver.units, 1.0))


def test_an_artist_may_go_beyond_one_but_a_sum_does_not(target, driver):
    _, _, own = target
    beyond = replace(driver, units=np.full_like(driver.units, 1.4))
    assert np.allclose(mixed(own, beyond, Mix()).units, 1.4)
    assert mixed(own, beyond, Mix(1.0, "add")).units.max() == 1.4


def test_the_fit_takes_what_is_wanted(target, driver):
    """The geometry changes as far as the units do, in the share that the target's neutral leaves."""
    fit, neutral, own = target
    wanted = mixed(own, driver, Mix())
    moved = units_from_shapes(target_expression(fit, neutral, own, wanted) - fit.expression, fit.expressions)
    asked = (1.0 - neutral.units) * (wanted.units - own.units)
    unclipped = units_from_shapes(fit.expression, fit.expressions) + asked >= 0
    assert np.allclose(moved[unclipped], asked[unclipped])
    assert unclipped.mean() > 0.7


@pytest.mark.parametrize(("region", "moves"), [("upper", True), ("lower", False)])
def test_region(target, driver, region, moves):
    _, _, own = target
    wanted = mixed(own, driver, Mix(region=region))
    upper = np.array([unit in UPPER_UNITS for unit in UNITS])
    changed = (wanted.units != own.units).any(axis=0)
    assert np.array_equal(changed, upper if region == "upper" else ~upper)
    assert (not np.array_equal(wanted.gaze, own.gaze)) == moves


def test_regions_share_all_units():
    assert np.array_equal(region_units("upper") + region_units("lower"), region_units("all"))


def test_effect_is_linear_in_strength(target, driver):
    _, _, own = target
    full, half = mixed(own, driver, Mix(1.0)), mixed(own, driver, Mix(0.5))
    assert np.allclose(half.units - own.units, 0.5 * (full.units - own.units))
    assert np.allclose(half.gaze - own.gaze, 0.5 * (full.gaze - own.gaze))


@pytest.mark.parametrize("strength", [-0.1, 1.1, 2.0, float("nan")])
def test_strength_outside_its_range_is_refused(strength):
    with pytest.raises(InputError, match="0–1"):
        Mix(strength)


def test_resample_keeps_seconds(make_performance):
    """A smile that grows by 0.5 a second does so at any frame rate."""
    driver = make_performance(count=51, fps=25.0)
    driver.units[:] = 0.5 * driver.times[:, None]
    times = np.arange(0, 2.0, 1 / 60)
    laid = resample(driver, times)
    assert np.allclose(laid.units, 0.5 * times[:, None])
    assert np.array_equal(laid.times, times)
    assert not laid.missing.any()


def test_resample_at_its_own_times_changes_nothing(make_performance):
    driver = make_performance()
    laid = resample(driver, driver.times)
    assert np.array_equal(laid.units, driver.units)
    assert np.array_equal(laid.gaze, driver.gaze)


def test_beyond_the_driver_it_is_missing_and_at_rest(make_performance):
    laid = resample(make_performance(count=25, fps=25.0), np.arange(50) / 25)
    assert np.array_equal(laid.missing, np.arange(50) >= 25)
    assert not laid.units[25:].any()


def test_a_longer_driver_is_cut(make_performance):
    driver = make_performance(count=50)
    assert len(resample(driver, np.arange(10) / 25)) == 10


def test_marks_follow_to_other_rates(make_performance):
    driver = make_performance(count=50, fps=25.0)
    driver.missing[20:30] = True
    laid = resample(driver, np.arange(100) / 50)
    assert laid.missing.sum() in (20, 21)


def test_effect_eases_into_gaps(make_performance):
    driver = make_performance(count=100, fps=50.0)
    driver.missing[40:60] = True
    share = effect(driver, Mix(0.8))
    assert not share[40:60].any()
    away = np.minimum(np.abs(driver.times - driver.times[40]), np.abs(driver.times - driver.times[59]))
    outside = ~driver.missing
    assert np.allclose(share[outside & (away >= EASE_SECONDS)], 0.8)
    assert (np.diff(share[25:41]) <= 0).all()
    assert (np.diff(share[59:75]) >= 0).all()
    assert np.abs(np.diff(share)).max() < 0.8 / (EASE_SECONDS * 50) * 1.6


def test_gaze_is_relative_to_each_ones_usual(make_performance):
    own, driver = make_performance(seed=1), make_performance(seed=2)
    shifted = replace(driver, gaze=driver.gaze + np.array([0.2, -0.1]))
    assert np.allclose(mixed(own, driver, Mix()).gaze, mixed(own, shifted, Mix()).gaze)
    still = replace(driver, gaze=np.full_like(driver.gaze, 0.15))
    assert np.allclose(mixed(own, still, Mix()).gaze, usual_gaze(own))
    assert np.allclose(mixed(own, still, Mix(mode="add")).gaze, own.gaze)


def test_usual_gaze_leaves_missing_frames_out(make_performance):
    acted = make_performance()
    acted.gaze[:] = 0.1
    acted.gaze[:30] = 0.5
    acted.missing[:30] = True
    assert np.allclose(usual_gaze(acted), 0.1)
    acted.missing[:] = True
    assert not usual_gaze(acted).any()


def test_weights_stay_in_range_and_unknown_shapes_do_no_harm(target, driver):
    fit, neutral, own = target
    wanted = mixed(own, driver, Mix(1.0, "add"))
    weights = target_expression(fit, neutral, own, wanted)
    assert weights.min() >= 0.0
    assert weights.max() <= 1.0 + 1e-12  # rounding
    few = replace(fit, expressions=("unheardOf", *SHAPES[1:]))
    assert np.array_equal(target_expression(few, neutral, own, wanted)[:, 0], fit.expression[:, 0])


def test_an_edit_changes_its_own_rows_alone(make_performance):
    """Whatever is done to one row, gaze included, the others stay bit for bit; rounding is no edit."""
    own = make_performance()
    wanted = replace(own, units=own.units.astype(np.float32).astype(float), gaze=own.gaze.copy(), times=own.times + 3.7)
    wanted.units[20] += 0.2
    wanted.gaze[30] += 0.4
    made = mixed(own, lay(wanted, own, np.zeros(len(own), bool)), Mix(mode="edit"))
    other = np.setdiff1d(np.arange(len(own)), [20, 30])
    assert np.array_equal(made.units[other], own.units[other])
    assert np.array_equal(made.gaze[other], own.gaze[other])
    assert np.allclose(made.units[20], own.units[20] + 0.2)
    assert np.allclose(made.gaze[30], own.gaze[30] + 0.4)


@pytest.mark.parametrize(("strength", "region"), [(0.5, "all"), (1.0, "upper"), (1.0, "lower")])
def test_an_edit_goes_as_far_as_asked_where_asked(make_performance, strength, region):
    own = make_performance()
    wanted = replace(own, units=own.units + 0.3, gaze=own.gaze + 0.1)
    made = mixed(own, wanted, Mix(strength, "edit", region))
    assert np.allclose(made.units - own.units, 0.3 * strength * region_units(region))
    assert np.allclose(made.gaze - own.gaze, 0.0 if region == "lower" else 0.1 * strength)
    assert np.array_equal(mixed(own, wanted, Mix(0.0, "edit", region)).units, own.units)


@pytest.fixture
def looks(make_performance):
    """A performance whose eyes do as told (T×2×2 rad) and look straight ahead as often as not."""

    def make(gaze):
        held = np.concatenate([np.zeros((len(gaze) + 1, 2, 2)), gaze])
        return make_performance(count=len(held), gaze=held), slice(len(gaze) + 1, None)

    return make


def test_a_look_aside_saturates_smoothly(looks):
    """Yaw from 0 to 60°: itself up to 15°, then ever less and never beyond 28°; no jump, both eyes the same."""
    asked = np.radians(np.arange(61.0))
    driver, acted = looks(np.stack([np.stack([asked, 0 * asked], axis=-1)] * 2, axis=1))
    straight = replace(driver, gaze=np.zeros_like(driver.gaze))
    for way in (1, -1):
        found = np.degrees(way * mixed(straight, replace(driver, gaze=way * driver.gaze), Mix()).gaze[acted])
        assert np.allclose(found[:16, 0, 0], np.arange(16))
        assert (np.diff(found[:, 0, 0]) > 0).all() and np.diff(found[:, 0, 0]).max() < 1 + 1e-9
        assert np.abs(np.diff(found[:, 0, 0], n=2)).max() < 0.1
        assert 26 < found[-1, 0, 0] < 28
        assert np.array_equal(found[:, 0], found[:, 1])


def test_where_the_target_itself_looks_farther_it_may(looks):
    aside = np.full((30, 2, 2), [0.6, 0.0])
    target, acted = looks(aside)
    assert np.allclose(mixed(target, target, Mix()).gaze[acted], aside)
    assert np.allclose(mixed(target, replace(target, gaze=0 * target.gaze), Mix(mode="add")).gaze, target.gaze)


@pytest.mark.parametrize(("inwards", "made"), [(-20, 0), (-6, 0), (0, 0), (6, 0), (14, 8), (40, 8)])
def test_eyes_move_as_one(looks, inwards, made):
    """Left and right eye are turned to each other by so many degrees: what is misread counts for nothing."""
    turned = np.zeros((30, 2, 2))
    turned[:, :, 0] = np.radians([10 - inwards / 2, 10 + inwards / 2])
    turned[:, 0, 1] += np.radians(4)
    driver, acted = looks(turned)
    found = np.degrees(mixed(replace(driver, gaze=0 * driver.gaze), driver, Mix()).gaze[acted])
    assert np.allclose(found[:, 1, 0] - found[:, 0, 0], made, atol=1e-4)
    assert np.allclose(found[..., 0].mean(axis=1), 10)
    assert np.allclose(found[..., 1], 2)


def test_an_artists_gaze_is_bounded_by_what_no_eye_does(looks):
    own, acted = looks(np.zeros((5, 2, 2)))
    asked = np.array([0.3, 0.5, 0.7, 0.9, 2.0])
    wanted = replace(own, gaze=own.gaze.copy())
    wanted.gaze[acted, 0, 0] = asked
    made = mixed(own, wanted, Mix(mode="edit")).gaze[acted]
    assert np.allclose(made[:, 0, 0], [0.3, 0.5, 0.7, 0.8, 0.8])
    assert not made[:, 1].any()
