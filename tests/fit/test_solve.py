"""A planted shot solved from its landmarks alone."""

import numpy as np
import pytest
from expression_transfer.core.conventions import rotation_matrices
from expression_transfer.core.errors import InputError
from expression_transfer.core.face.model import FaceModel
from expression_transfer.core.fit.normal import rotation_vectors
from expression_transfer.core.fit.segments import bridge, bridged, long_runs, segments
from expression_transfer.core.fit.solve import solve_shot
from expression_transfer.core.reporting import SilentReporter
from planted_shot import COUNT, FOCAL, planted_model, planted_truth, track_of


@pytest.fixture(scope="module")
def model():
    return planted_model()


@pytest.fixture(scope="module")
def truth(model):
    return planted_truth(model)


def test_rotation_vectors_come_back():
    turn = np.random.default_rng(0).uniform(-1.7, 1.7, size=(200, 3))
    np.testing.assert_allclose(rotation_vectors(rotation_matrices(turn)), turn, atol=1e-9)
    small = turn * 1e-7
    np.testing.assert_allclose(rotation_vectors(rotation_matrices(small)), small, atol=1e-12)


def test_planted_curves_and_pose_come_back(model, truth):
    fit = solve_shot(track_of(model, truth, noise=0.5), model, SilentReporter(), focal=FOCAL)
    weights, turn, translation, _ = truth
    active = weights.max(axis=0) > 0.3
    for column in np.flatnonzero(active):
        assert np.corrcoef(fit.expression[:, column], weights[:, column])[0, 1] > 0.97, model.expressions[column]
    assert np.abs(fit.expression - weights)[:, ~active].mean() < 0.03
    assert np.abs(fit.rotation - turn).max() < 0.03
    assert np.abs(fit.translation - translation).max() < 0.02
    assert fit.residual.max() < 1.5
    assert fit.expression[60:64, model.expressions.index("eyeBlink_L")].max() > 0.75


def test_short_gaps_are_bridged_and_long_ones_rest(model, truth):
    hidden = [*range(20, 26), *range(66, 90)]
    fit = solve_shot(track_of(model, truth, 0.3, hidden), model, SilentReporter(), focal=FOCAL)
    assert fit.bridged[20:26].all() and not fit.bridged[66:].any()
    assert np.isfinite(fit.expression).all() and (fit.expression[66:] == 0).all()
    assert (fit.confidence[hidden] == 0).all()
    assert np.abs(np.diff(fit.rotation[15:32], 2, axis=0)).max() < 0.02


def test_a_track_without_a_face_is_refused(model, truth):
    track = track_of(model, truth, hidden=range(COUNT))
    with pytest.raises(InputError):
        solve_shot(track, model, SilentReporter())


@pytest.mark.parametrize(("focal", "distance"), [(0.9, 0.6), (2.2, 0.9)])
def test_focal_length_of_a_turning_head_is_found(model, truth, focal, distance):
    """Also where it is not the typical one, which the prior would give."""
    weights, turn, translation, identity = truth
    away = (weights, turn, translation + np.array([0, 0, distance - 0.6]), identity)
    fit = solve_shot(track_of(model, away, 0.2, focal=focal * 512), model, SilentReporter())
    assert fit.camera.focal[0] == pytest.approx(focal * 512)


def test_saved_fit_loads_as_it_was(model, truth, tmp_path):
    fit = solve_shot(track_of(model, truth, 0.3, [20]), model, SilentReporter(), focal=FOCAL)
    fit.save(tmp_path / "fit.npz")
    again = type(fit).load(tmp_path / "fit.npz")
    np.testing.assert_array_equal(again.expression, fit.expression)
    np.testing.assert_array_equal(again.camera.focal, fit.camera.focal)
    assert again.expressions == fit.expressions and again.fps == fit.fps
    model.save(tmp_path / "model.npz")
    assert FaceModel.load(tmp_path / "model.npz").parts == model.parts


def test_only_long_runs_count():
    marks = np.zeros(60, bool)
    marks[5:8] = marks[20:50] = True
    assert list(np.flatnonzero(long_runs(marks, np.arange(60) / 30))) == list(range(20, 50))


def test_segments_split_at_long_gaps():
    visible = np.ones(60, bool)
    visible[[0, 10, 11]] = False
    visible[30:50] = False
    times = np.arange(60) / 30
    assert segments(visible, times) == [slice(1, 30), slice(50, 60)]
    assert list(np.flatnonzero(bridged(visible, times))) == [10, 11]
    line = np.where(visible, np.arange(60.0), np.nan)
    np.testing.assert_allclose(bridge(line[:, None], visible, times)[5:55, 0], np.arange(5, 55))
