"""What was judged by hand is sound, and the measures taken by it give what was planted."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from expression_transfer.benchmarks.by_hand import (
    Pair,
    acting_channels,
    agrees,
    blinks_found,
    counted_clips,
    hits,
    jitter,
    read_absent,
    read_blinks,
    read_pairs,
    read_passages,
    strength,
)
from expression_transfer.benchmarks.real import (
    GOOD,
    Judged,
    acted_by,
    agreement_rows,
    blink_rows,
    jitter_rows,
    pair_rows,
)
from expression_transfer.core.clip import open_clip
from expression_transfer.core.conventions import Array
from expression_transfer.core.facs.convert import arkit_weights
from expression_transfer.core.facs.performance import Performance
from expression_transfer.core.facs.tables import ARKIT, DERIVED, UNITS

FPS = 30.0


def performance(count: int, **curves: Array | float) -> Performance:
    """Somebody who does nothing but `curves` (by control channel)."""
    units = np.zeros((count, len(UNITS)))
    for name, curve in curves.items():
        units[:, UNITS.index(name)] = curve
    return Performance(
        units=units,
        head=np.zeros((count, 3)),
        position=np.zeros((count, 3)),
        gaze=np.zeros((count, 2, 2)),
        confidence=np.ones(count),
        bridged=np.zeros(count, bool),
        missing=np.zeros(count, bool),
        frames=np.arange(1, count + 1),
        times=np.arange(count) / FPS,
        fps=FPS,
        source="planted",
    )


def lids(count: int, *closed: int) -> Array:
    """T: a lid that is down for five frames around each of `closed` (source frames)."""
    away = np.abs(np.arange(1, count + 1)[:, None] - np.array(closed)).min(axis=1)
    return np.asarray(np.clip(1.25 - 0.4 * away, 0, 1))


def test_blinks_are_in_order_within_their_clips_and_apart() -> None:
    lengths = counted_clips()
    for clip, frames in lengths.items():
        blinks = [blink for blink in read_blinks() if blink.clip == clip]
        assert {blink.closure for blink in blinks} <= {"full", "partial"}
        assert all(1 <= blink.first <= blink.closest <= blink.last <= frames for blink in blinks)
        spans = sorted((blink.first, blink.last) for blink in blinks)
        assert all(before[1] < after[0] for before, after in pairwise(spans))
    assert {blink.clip for blink in read_blinks()} <= set(lengths)


def test_ranked_pairs_are_many_distinct_of_many_units_and_people() -> None:
    pairs = read_pairs()
    assert len(pairs) >= 100
    assert len({(pair.clip, pair.unit, frozenset((pair.a, pair.b))) for pair in pairs}) == len(pairs)
    assert all(pair.a != pair.b and pair.stronger in "ab" and pair.certainty in ("sure", "fair") for pair in pairs)
    assert len({pair.clip for pair in pairs}) >= 8
    assert len({pair.unit.partition("_")[0] for pair in pairs}) >= 15
    first = np.mean([pair.stronger == "a" for pair in pairs])
    assert 0.4 < first < 0.6


def test_a_second_look_at_thirty_pairs_is_on_record() -> None:
    again = [pair for pair in read_pairs() if pair.again]
    assert len(again) >= 30
    assert np.mean([pair.again == pair.stronger for pair in again]) > 0.9


def test_rankings_of_a_unit_do_not_contradict_each_other() -> None:
    stronger: dict[tuple[str, str], dict[int, set[int]]] = {}
    for pair in read_pairs():
        weaker, more = pair.order
        stronger.setdefault((pair.clip, pair.unit), {}).setdefault(weaker, set()).add(more)
    for above in stronger.values():
        for begin in above:
            reached, ahead = set(), set(above[begin])
            while ahead:
                reached |= ahead
                ahead = {frame for one in ahead for frame in above.get(one, ())} - reached
            assert begin not in reached


def test_units_that_were_judged_are_units() -> None:
    acted = performance(3)
    named = {pair.unit for pair in read_pairs()} | {unit for absent in read_absent() for unit in absent.units}
    assert all(strength(acted, unit).shape == (3,) for unit in named)


def test_still_passages_are_long_enough_and_hold_no_blink() -> None:
    assert len(read_passages()) >= 10
    for passage in read_passages():
        assert passage.last - passage.first + 1 >= 15
        for blink in read_blinks():
            assert blink.clip != passage.clip or blink.last < passage.first or blink.first > passage.last


def test_channels_that_act_are_compared_ones() -> None:
    assert all(set(channels) <= set(GOOD) for channels in acting_channels().values())


@pytest.mark.slow
def test_what_was_judged_lies_in_the_footage(footage: Path) -> None:
    judged: dict[str, list[int]] = {clip: [frames] for clip, frames in counted_clips().items()}
    for pair in read_pairs():
        judged.setdefault(pair.clip, []).extend((pair.a, pair.b))
    for passage in read_passages():
        judged.setdefault(passage.clip, []).extend((passage.first, passage.last))
    for absent in read_absent():
        judged.setdefault(absent.clip, []).append(absent.frame)
    for clip, frames in judged.items():
        if not (footage / clip).is_file():
            pytest.skip(f"{footage / clip} is missing")
        last = sum(1 for _ in open_clip(footage / clip))
        assert 1 <= min(frames) <= max(frames) <= last
        assert counted_clips().get(clip, last) == last


def test_a_unit_without_a_side_is_the_mean_of_its_parts() -> None:
    acted = performance(2, AU12_L=0.6, AU12_R=0.2, AU17=0.5, AU17_upper=0.1, AU26=0.4)
    assert strength(acted, "AU12")[0] == pytest.approx(0.4)
    assert strength(acted, "AU12_L")[0] == pytest.approx(0.6)
    assert strength(acted, "AU17")[0] == pytest.approx(0.5)
    assert "AU25" in DERIVED
    assert strength(acted, "AU25")[0] == pytest.approx(0.4)


def test_a_pair_is_agreed_with_only_where_the_curve_rises() -> None:
    acted = performance(4, AU4_L=np.array([0.1, 0.3, 0.3, 0.0]), AU4_R=np.array([0.1, 0.3, 0.3, 0.0]))

    def pair(a: int, b: int) -> Pair:
        return Pair("planted", "AU4", a, b, "b", "sure")

    assert agrees(acted, pair(1, 2))
    assert not agrees(acted, pair(2, 1))
    assert not agrees(acted, pair(2, 3))
    assert not agrees(acted, pair(2, 4))


def test_planted_blinks_are_counted() -> None:
    lid = lids(200, 30, 90, 150)
    acted = performance(200, AU45_L=lid, AU45_R=0.9 * lid)
    truth = [blink for blink in read_blinks() if blink.clip == "s20.mp4"]
    planted = [type(truth[0])("planted", at - 2, at, at + 2, "LR", "full") for at in (30, 90, 151, 190)]
    assert len(blinks_found(acted)) == 3
    assert hits(blinks_found(acted), planted) == 3


def test_jitter_is_the_mean_second_difference() -> None:
    assert jitter(np.arange(20.0)[:, None]) == pytest.approx(0.0)
    assert jitter(np.tile([0.0, 0.1], 10)[:, None]) == pytest.approx(0.2)
    assert jitter(np.arange(10.0)[:, None] ** 2 / 100) == pytest.approx(0.02)


def test_a_table_of_planted_curves_says_what_was_planted() -> None:
    count = counted_clips()["s18.mp4"]
    lid = lids(count, *[blink.closest for blink in read_blinks() if blink.clip == "s18.mp4"])
    wave = np.sin(np.arange(count) * 2.5)
    peer = performance(count, AU45_L=lid, AU45_R=lid, AU4_L=0.5 + 0.2 * wave)
    own = performance(count, AU45_L=0.8 * lid, AU45_R=0.8 * lid, AU4_L=0.5 + 0.05 * wave)
    clips = {"s18.mp4": Judged(own, peer)}
    agreement = agreement_rows(clips)
    assert all(row.figure == pytest.approx(1.0) for row in agreement)
    assert "s18 1.00" in agreement[1].peer
    blinks, closed = blink_rows(clips)
    assert blinks.figure == 0
    assert closed.figure == pytest.approx(0.8)
    assert closed.peer == "MediaPipe 1"
    assert blinks.peer == "own 2 (2 in place), MediaPipe 2 (2 in place)"
    assert jitter_rows(clips)[0].figure == pytest.approx(0.25)


def test_a_peer_s_curves_are_judged_by_its_own_gaze() -> None:
    arkit = np.zeros((5, len(ARKIT)))
    arkit[:, ARKIT.index("eyeLookUpLeft")] = np.linspace(0, 1, 5)
    arkit[:, ARKIT.index("jawOpen")] = 0.3
    own = replace(performance(5, AU12_L=0.4), gaze=np.full((5, 2, 2), 0.2))
    np.testing.assert_allclose(arkit_weights(acted_by(arkit, own)), arkit, atol=1e-12)


def test_curves_that_rank_as_the_person_did_agree_wholly_and_others_not_at_all() -> None:
    pairs = [pair for pair in read_pairs() if pair.clip == "s18.mp4"]
    assert {pair.unit for pair in pairs} == {"AU45"}
    curve = np.full(counted_clips()["s18.mp4"], 0.5)
    for pair in pairs:
        curve[[frame - 1 for frame in pair.order]] = 0.1, 0.9
    agreeing, contrary = (performance(len(curve), AU45_L=lid, AU45_R=lid) for lid in (curve, 1 - curve))
    every = pair_rows({"s18.mp4": Judged(agreeing, contrary)})[0]
    assert every.what == f"ranked pairs ({len(pairs)})"
    assert every.figure == 100
    assert every.peer == "MediaPipe 0 %"
