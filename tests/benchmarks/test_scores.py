"""Figures of curves whose errors are planted."""

import numpy as np
import pytest
from expression_transfer.benchmarks.scores import ACTIVE, AVERTED, CHANNELS, Curves, correlation, score, summary
from expression_transfer.core.facs.tables import ARKIT, UNITS

FRAMES, FPS = 120, 30
FRONT, TURNED = np.zeros(FRAMES), np.full(FRAMES, AVERTED + 0.01)


def curves(**channels):
    arkit = np.zeros((FRAMES, len(ARKIT)))
    for name, curve in channels.items():
        arkit[:, ARKIT.index(name)] = curve
    return Curves.of_arkit(arkit)


def bump(at, height=0.8, width=12):
    return height * np.clip(1.5 - np.abs(np.arange(FRAMES) - at) / width, 0, 1)


def pcc(result, name):
    return result.pcc[CHANNELS.index(name)]


def test_the_truth_itself_is_perfect():
    truth = curves(jawOpen=bump(40), mouthSmileLeft=bump(70), mouthSmileRight=bump(70))
    result = score(truth, truth, FRONT, FPS)
    assert np.nanmin(result.pcc) == pytest.approx(1.0) and np.isfinite(result.pcc).sum() == 3
    assert result.error.max() == 0 and result.leak == 0 and result.events == (2, 0, 0)
    assert summary([result]).f1 == 1.0


def test_correlation_is_blind_to_gain_and_offset_but_not_to_noise():
    rng = np.random.default_rng(0)
    truth, noise = rng.normal(size=100_000), rng.normal(size=100_000)
    assert correlation(0.3 * truth + 5, truth) == pytest.approx(1.0)
    assert correlation(truth + noise, truth) == pytest.approx(1 / np.sqrt(2), abs=0.01)
    assert correlation(-truth, truth) == pytest.approx(-1.0)
    assert correlation(np.full(100_000, 0.4), truth) == 0.0


def test_error_counts_every_channel_and_leak_only_those_at_rest():
    truth = curves(jawOpen=bump(40))
    found = curves(jawOpen=bump(40) + 0.1, browDownLeft=np.full(FRAMES, 0.2))
    result = score(found, truth, FRONT, FPS)
    assert result.error.mean() == pytest.approx((0.1 + 0.2) / len(CHANNELS))
    assert result.leak == pytest.approx(0.2 / (len(CHANNELS) - 1))


def test_a_channel_acts_from_its_spread_on():
    wave = np.sin(np.arange(FRAMES) * 2 * np.pi / 30)
    truth = curves(jawOpen=0.5 + 1.5 * ACTIVE * wave, cheekPuff=0.5 + 1.3 * ACTIVE * wave)
    result = score(truth, truth, FRONT, FPS)
    assert pcc(result, "jawOpen") == pytest.approx(1.0) and np.isnan(pcc(result, "cheekPuff"))


def test_jaw_forward_is_judged_only_where_the_head_is_turned():
    truth = curves(jawForward=bump(40))
    turned = np.where(np.arange(FRAMES) < 60, AVERTED + 0.01, 0)
    wrong_in_front = curves(jawForward=bump(40) + bump(100))
    assert pcc(score(wrong_in_front, truth, turned, FPS), "jawForward") == pytest.approx(1.0)
    assert pcc(score(wrong_in_front, truth, TURNED, FPS), "jawForward") < 0.8
    assert np.isnan(pcc(score(truth, truth, FRONT, FPS), "jawForward"))


def test_events_that_are_missed_or_made_up_are_counted():
    truth = curves(jawOpen=bump(30), mouthFunnel=bump(80))
    found = curves(jawOpen=bump(31), mouthPucker=bump(80), cheekPuff=bump(60))
    result = score(found, truth, FRONT, FPS)
    assert result.events == (1, 2, 1)
    assert summary([result]).f1 == pytest.approx(2 / 5)


def test_shots_weigh_alike_and_channels_count_where_they_act():
    rng = np.random.default_rng(1)
    one = curves(jawOpen=bump(40), cheekPuff=bump(80))
    other = curves(jawOpen=bump(60))
    noisy = curves(jawOpen=rng.normal(size=FRAMES))
    scores = [score(one, one, FRONT, FPS), score(noisy, other, FRONT, FPS)]
    total = summary(scores)
    assert total.pcc == pytest.approx((1.0 + pcc(scores[1], "jawOpen")) / 2)
    assert total.channels[CHANNELS.index("jawOpen")] == pytest.approx((1.0 + pcc(scores[1], "jawOpen")) / 2)
    assert total.channels[CHANNELS.index("cheekPuff")] == pytest.approx(1.0)
    assert total.acting[CHANNELS.index("jawOpen")] == 2 and total.acting[CHANNELS.index("mouthLeft")] == 0
    assert np.isnan(total.channels[CHANNELS.index("mouthLeft")])


def test_tongue_is_not_judged():
    truth = curves(jawOpen=bump(40))
    tongue = curves(jawOpen=bump(40), tongueOut=np.ones(FRAMES))
    assert score(tongue, truth, FRONT, FPS).error.max() == 0


def test_sides_that_arkit_merges_are_averaged_and_units_keep_them_apart():
    weights = np.tile([0.6, 0.2, 0.5], (FRAMES, 1))
    known = Curves.of_shapes(weights, ("browInnerUp_L", "browInnerUp_R", "jawOpen"))
    assert known.arkit[0, ARKIT.index("browInnerUp")] == pytest.approx(0.4)
    assert known.units[0, UNITS.index("AU1_L")] == 0.6 and known.units[0, UNITS.index("AU26")] == 0.5
    assert known.arkit.sum() == pytest.approx(FRAMES * 0.9)
