"""What the readers of the expression benchmark are given and hand on."""

from dataclasses import replace

import numpy as np
from expression_transfer.benchmarks.expression_readers import Observed, noise, noisy, predicted, solved
from expression_transfer.core.facs.convert import gaze_weights
from expression_transfer.core.facs.tables import ARKIT
from expression_transfer.core.fit.evidence import Evidence
from planted_shot import planted_model, planted_truth, track_of


def channel(curves, name):
    return curves.arkit[:, ARKIT.index(name)]


def test_predictions_are_read_by_name_gaze_as_lids_and_unseen_frames_as_rest():
    gaze = np.radians(np.random.default_rng(0).uniform(-20, 20, (3, 2, 2)))
    weights = np.array([[0.5, 0.2, 0.4], [np.nan] * 3, [0.1, 0.0, 0.9]])
    gaze[1] = np.nan
    names = ("jawOpen", "browInnerUp_L", "browInnerUp_R")
    read = predicted(Evidence(names, weights, np.ones_like(weights), gaze))
    np.testing.assert_allclose(channel(read, "jawOpen"), [0.5, 0, 0.1])
    np.testing.assert_allclose(channel(read, "browInnerUp"), [0.3, 0, 0.45])
    followed = gaze_weights(np.nan_to_num(gaze))
    looks = [channel(read, f"eyeLook{way}Left") for way in ("Down", "In", "Out", "Up")]
    np.testing.assert_allclose(np.stack(looks, axis=1), followed[:, :4])


def test_noise_has_its_spread_on_the_image_and_is_the_same_wherever_it_is_added():
    many = np.stack([noise(row, 1.5) for row in range(50)])
    assert abs(many[..., :2].std() - 1.5) < 0.02 and (many[..., 2] == 0).all()
    model = planted_model()
    track = track_of(model, planted_truth(model), hidden=(4,))
    moved = noisy(track, 1.5)
    np.testing.assert_allclose((moved.points - track.points)[7], noise(7, 1.5)[:, :2], atol=1e-3)
    assert np.isnan(moved.points[4]).all()
    np.testing.assert_array_equal(noisy(track, 0.0).points, track.points)


def test_readings_reach_the_solve():
    """What landmarks can't tell (an expression that moves none of them) comes from the readings alone."""
    model = planted_model()
    column = model.expressions.index("cheekPuff_L")
    response = replace(model.response, expression=model.response.expression.copy())
    response.expression[column] = 0
    model = replace(model, response=response)
    truth = planted_truth(model)
    track = track_of(model, truth, noise=0.5)
    puffed = 0.7 * np.exp(-(((np.arange(len(track)) - 45) / 8.0) ** 2))[:, None]
    evidence = Evidence(("cheekPuff_L",), puffed, np.full_like(puffed, 0.05), None)
    found = channel(solved(Observed(track, evidence), model), "cheekPuff")
    assert np.corrcoef(found, puffed[:, 0])[0, 1] > 0.95 and found.max() > 0.2  # one side is half of ARKit's channel
