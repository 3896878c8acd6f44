"""Events against curves whose events were planted by hand."""

import numpy as np
import pytest
from expression_transfer.core.facs.events import Event, Rules, find_events, match, overlap

FPS = 25.0


def curve(count, *bumps):
    """Zeros with raised cosines: (first, last, peak), 0 just outside."""
    values = np.zeros(count)
    for first, last, peak in bumps:
        phase = np.linspace(0, 2 * np.pi, last - first + 3)[1:-1]
        values[first : last + 1] = peak * (0.5 - 0.5 * np.cos(phase))
    return values


def find(curves, fps=FPS, start=1001, **marks):
    names, columns = list(curves), np.stack(list(curves.values()), axis=1)
    count = len(columns)
    return find_events(columns, names, np.arange(start, start + count), np.arange(count) / fps, **marks)


def event(unit, onset, offset):
    return Event(unit, {"": 1.0}, onset, onset, offset, (0.0, 0.0, 0.0), False, False, 0)


def test_one_event_is_read_from_its_curve():
    smile = np.zeros(80)
    smile[30:58] = np.concatenate([np.linspace(0.12, 0.7, 14), np.linspace(0.7, 0.12, 15)[1:]])
    (found,) = find({"AU12_L": smile, "AU12_R": 0.9 * smile}, start=1)
    assert str(found) == "AU12 L+R, frames 31–58, apex 44, D"
    assert found.times == pytest.approx((30 / FPS, 43 / FPS, 57 / FPS))
    assert found.strengths == pytest.approx({"L": 0.7, "R": 0.63})
    assert not found.begun
    assert not found.unfinished
    assert found.bridged == 0


def test_hysteresis_keeps_one_event_where_the_curve_wavers_about_the_threshold():
    wavering = np.zeros(60)
    wavering[10:50] = 0.2 + 0.05 * np.sin(np.arange(40))
    assert len(find({"AU4_L": wavering})) == 1


def test_a_trace_that_never_becomes_slight_is_no_event():
    assert find({"AU26": curve(50, (10, 40, 0.2))}) == ()


@pytest.mark.parametrize(("fps", "lasting"), [(25.0, 2), (30.0, 3), (60.0, 3), (240.0, 3)])
def test_a_blink_of_three_frames_counts_and_a_single_frame_does_not(fps, lasting):
    blink = np.zeros(40)
    blink[20 : 20 + lasting] = 0.9
    spike = np.zeros(40)
    spike[20] = 0.9
    assert len(find({"AU45_L": blink, "AU45_R": blink}, fps=fps)) == 1
    assert find({"AU45_L": spike, "AU45_R": spike}, fps=fps) == ()


def test_a_lid_that_droops_is_no_blink():
    assert find({"AU45_L": curve(40, (10, 20, 0.4))}) == ()


def test_two_blinks_between_which_the_lid_opens_by_half_only():
    lids = np.zeros(40)
    lids[10:21] = [0.2, 0.7, 1.0, 0.7, 0.45, 0.35, 0.5, 0.8, 1.0, 0.6, 0.2]
    first, second = find({"AU45_L": lids}, start=0)
    assert (first.onset, first.apex, first.offset) == (10, 12, 15)
    assert (second.onset, second.apex, second.offset) == (16, 18, 20)


def test_small_waves_on_a_plateau_are_one_event():
    plateau = np.zeros(100)
    plateau[10:90] = 0.7 + 0.1 * np.sin(np.arange(80))
    assert len(find({"AU12_L": plateau})) == 1


def test_sides_are_one_event_with_the_strength_of_each():
    late = {"AU2_L": curve(60, (10, 30, 0.8)), "AU2_R": curve(60, (14, 34, 0.3))}
    (found,) = find(late)
    assert found.sides == "L+R"
    assert found.strengths == pytest.approx({"L": 0.8, "R": 0.3}, abs=0.01)
    (winked,) = find({"AU45_L": curve(60, (10, 20, 1.0)), "AU45_R": np.full(60, 0.05)})
    assert winked.sides == "L"


def test_jaw_to_the_left_is_not_a_side_of_the_jaw():
    left, right = find({"AU30_L": curve(60, (5, 15, 0.8)), "AU30_R": curve(60, (30, 40, 0.8))})
    assert (left.unit, left.sides) == ("AU30_L", "")
    assert (right.unit, right.sides) == ("AU30_R", "")


def test_an_event_under_way_at_the_ends_of_the_shot_says_so():
    (found,) = find({"AU12_L": np.full(20, 0.5)})
    assert found.begun
    assert found.unfinished


def test_an_event_ends_where_the_face_is_lost():
    missing = np.zeros(60, bool)
    missing[30:40] = True
    before, after = find({"AU12_L": np.where(missing, 0.0, curve(60, (10, 50, 0.9)))}, missing=missing, start=0)
    assert (before.offset, before.unfinished, before.begun) == (29, True, False)
    assert (after.onset, after.begun, after.unfinished) == (40, True, False)


def test_bridged_frames_carry_an_event_on_but_are_not_its_apex():
    bridged = np.zeros(60, bool)
    bridged[28:32] = True
    (found,) = find({"AU12_L": curve(60, (10, 50, 0.9))}, bridged=bridged, start=0)
    assert found.bridged == 4
    assert found.apex in (27, 32)
    assert find({"AU12_L": curve(60, (28, 31, 0.9))}, bridged=bridged) == ()


def test_uneven_times_decide_how_long_an_event_lasts():
    values, times = np.zeros((4, 1)), np.array([0.0, 1.0, 1.5, 2.0])
    values[1] = 0.8
    assert len(find_events(values, ["AU26"], np.array([1, 25, 37, 49]), times)) == 1


def test_a_still_shows_what_is_present():
    (found,) = find_events(np.array([[0.7]]), ["AU26"], np.array([7]), np.zeros(1))
    assert (found.onset, found.apex, found.offset) == (7, 7, 7)


def test_planted_events_are_found_under_noise():
    rng = np.random.default_rng(3)
    planted = [
        (12 + 40 * index, 12 + 40 * index + int(rng.integers(5, 25)), rng.uniform(0.5, 1)) for index in range(20)
    ]
    clean = curve(820, *planted)
    truth = find({"AU26": clean})
    assert len(truth) == 20
    noisy = find({"AU26": np.clip(clean + rng.normal(0, 0.02, 820), 0, 1)})
    assert match(noisy, truth) == (20, 0, 0)


def test_matching_rule():
    planted = [event("AU1", 10, 19), event("AU1", 30, 39), event("AU2", 10, 19)]
    found = [event("AU1", 15, 24), event("AU1", 29, 36), event("AU4", 10, 19)]
    assert overlap(found[0], planted[0]) == pytest.approx(5 / 15)
    assert overlap(found[1], planted[1]) == pytest.approx(7 / 11)
    assert overlap(found[0], planted[1]) == 0.0
    assert match(found, planted) == (1, 2, 2)
    assert match([], planted) == (0, 0, 3)
    assert match(planted, planted) == (3, 0, 0)


def test_two_halves_of_an_event_do_not_count_twice():
    assert match([event("AU1", 0, 9), event("AU1", 10, 19)], [event("AU1", 0, 19)]) == (1, 1, 0)


def test_other_rules():
    faint = {"AU26": curve(50, (10, 40, 0.2))}
    assert len(find(faint, rules=Rules(on=0.15, off=0.05))) == 1
