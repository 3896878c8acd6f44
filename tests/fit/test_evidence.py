"""A planted shot solved with an estimator's readings of it, whose errors are planted too."""

from dataclasses import replace

import numpy as np
import pytest
from expression_transfer.core.facs.tables import GAZE_SHAPES
from expression_transfer.core.fit.belief import EXCLUSIONS
from expression_transfer.core.fit.evidence import Evidence
from expression_transfer.core.fit.rest import resting
from expression_transfer.core.fit.solve import solve_shot
from expression_transfer.core.reporting import SilentReporter
from planted_shot import COUNT, FOCAL, planted_model, planted_truth, track_of

SIGMA = 0.08


@pytest.fixture(scope="module")
def model():
    return planted_model()


@pytest.fixture(scope="module")
def truth(model):
    return planted_truth(model)


def evidence_of(model, weights, bias=0.0, noise=0.0, sigma=SIGMA):
    names = tuple(name for name in model.expressions if name not in GAZE_SHAPES)
    read = weights[:, [model.expressions.index(name) for name in names]] + bias
    read = read + noise * np.random.default_rng(8).normal(size=read.shape)
    return Evidence(names, read, np.full(read.shape, sigma), None)


def solved(model, truth, evidence, noise=0.5, hidden=()):
    track = track_of(model, truth, noise, hidden)
    return solve_shot(track, model, SilentReporter(), focal=FOCAL, evidence=evidence)


def acted(model, **curves):
    weights = np.zeros((COUNT, len(model.expressions)))
    for name, curve in curves.items():
        weights[:, model.expressions.index(name)] = curve
    return weights


def test_exact_readings_stay(model, truth):
    fit = solved(model, truth, evidence_of(model, truth[0]))
    assert np.abs(fit.expression - truth[0]).max() < 2 * SIGMA
    assert np.abs(fit.expression - truth[0]).mean() < 0.01


def test_noise_of_the_readings_is_smoothed_away(model, truth):
    evidence = evidence_of(model, truth[0], noise=SIGMA)
    fit = solved(model, truth, evidence)
    own = [model.expressions.index(name) for name in evidence.names]
    assert np.abs(fit.expression - truth[0])[:, own].mean() < 0.4 * np.abs(evidence.weights - truth[0][:, own]).mean()


def test_a_resting_face_reads_as_none(model, truth):
    bias = np.random.default_rng(4).uniform(0.0, 0.15, 45)
    evidence = evidence_of(model, truth[0], bias, noise=0.03)
    assert np.abs(resting(evidence).zero - bias).max() < 0.04
    fit = solved(model, truth, evidence)
    still = truth[0].max(axis=0) == 0
    assert fit.expression[:, still].mean() < 0.2 * bias.mean()


def test_a_face_that_never_rests_is_not_taken_for_resting(model, truth):
    weights = acted(model, mouthSmile_L=0.7 + 0.1 * np.sin(np.arange(COUNT) / 5))
    evidence = evidence_of(model, weights)
    assert resting(evidence).zero[evidence.names.index("mouthSmile_L")] < 0.1


def test_a_blink_of_four_frames_keeps_its_depth(model, truth):
    weights = acted(model)
    lids = [model.expressions.index(f"eyeBlink_{side}") for side in "LR"]
    weights[np.ix_(range(40, 44), lids)] = [[0.5], [1.0], [1.0], [0.5]]
    shot = (weights, *truth[1:])
    for noise in (0.0, 0.05):
        fit = solved(model, shot, evidence_of(model, weights, noise=noise))
        assert (fit.expression[:, lids].max(axis=0) >= 0.9).all()
        assert fit.expression[np.r_[:37, 47:COUNT]][:, lids].mean() < 0.03


@pytest.mark.parametrize(("strong", "weak"), EXCLUSIONS)
def test_one_of_two_that_exclude_each_other_gives_way(model, truth, strong, weak):
    curve = 0.8 * np.exp(-(((np.arange(COUNT) - 45) / 12.0) ** 2))
    weights = acted(model, **{strong: curve})
    read = evidence_of(model, weights + acted(model, **{weak: 0.4 * curve}))
    fit = solved(model, (weights, *truth[1:]), read)
    assert fit.expression[:, model.expressions.index(weak)].max() < 0.1
    assert fit.expression[:, model.expressions.index(strong)].max() > 0.7


def test_frames_that_were_not_read_are_bridged(model, truth):
    evidence = evidence_of(model, truth[0])
    evidence.weights[20:26] = evidence.sigma[20:26] = np.nan
    fit = solved(model, truth, evidence, hidden=range(22, 26))
    assert np.isfinite(fit.expression).all()
    assert np.abs(fit.expression - truth[0])[18:28].max() < 0.25


def test_readings_of_nothing_change_nothing(model, truth):
    unread = evidence_of(model, np.full_like(truth[0], np.nan))
    alone, other = solved(model, truth, None), solved(model, truth, unread)
    np.testing.assert_array_equal(alone.expression, other.expression)


def test_names_that_the_model_lacks_are_left_out(model, truth):
    evidence = evidence_of(model, truth[0])
    more = replace(
        evidence,
        names=("unheardOf", *evidence.names),
        weights=np.column_stack([np.ones(COUNT), evidence.weights]),
        sigma=np.column_stack([np.full(COUNT, SIGMA), evidence.sigma]),
    )
    np.testing.assert_array_equal(solved(model, truth, more).expression, solved(model, truth, evidence).expression)


def test_lids_follow_the_gaze_that_was_read(model, truth):
    gaze = np.zeros((COUNT, 2, 2))
    gaze[30:60, :, 0] = 0.5236
    evidence = replace(evidence_of(model, acted(model)), gaze=gaze)
    weights = acted(model, eyeLookOut_L=(gaze[:, 0, 0] > 0) * 1.0, eyeLookIn_R=(gaze[:, 0, 0] > 0) * 1.0)
    fit = solved(model, (weights, *truth[1:]), evidence)
    assert fit.expression[40:50, model.expressions.index("eyeLookOut_L")].mean() > 0.8
    assert fit.expression[:, model.expressions.index("eyeBlink_L")].max() < 0.05
