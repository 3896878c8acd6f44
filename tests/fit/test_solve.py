"""A planted shot: a made-up face model, known identity, camera and motion, noisy landmarks."""

import numpy as np
import pytest
from expression_transfer.core.conventions import camera_rotations, rotation_matrices
from expression_transfer.core.errors import InputError
from expression_transfer.core.face.geometry import Eyeballs
from expression_transfer.core.face.model import FaceModel, Response
from expression_transfer.core.facs.tables import SHAPES
from expression_transfer.core.fit.lips import LOWER, UPPER
from expression_transfer.core.fit.normal import rotation_vectors
from expression_transfer.core.fit.segments import bridge, bridged, long_runs, segments
from expression_transfer.core.fit.solve import solve_shot
from expression_transfer.core.landmarks.track import LandmarkTrack
from expression_transfer.core.reporting import SilentReporter

FPS, COUNT, FOCAL = 30.0, 90, 700.0


def bumps(rng, points, count, height, width):
    centres = points[rng.integers(0, len(points), count)]
    weight = np.exp(-np.sum((points[None] - centres[:, None]) ** 2, axis=2) / (2 * width**2))
    return (weight[..., None] * rng.normal(size=(count, 1, 3)) * height).astype(np.float32)


@pytest.fixture(scope="module")
def model():
    rng = np.random.default_rng(1)
    theta, height = rng.uniform(-1.2, 1.2, 478), rng.uniform(-0.09, 0.09, 478)
    mean = np.column_stack([0.07 * np.sin(theta), height, 0.07 * np.cos(theta) + 0.01 * rng.normal(size=478)])
    mean[LOWER] = mean[UPPER] - np.array([0, 0.01, 0])  # lips lie above each other, as the gap between them assumes
    expressions = tuple(name for name in SHAPES if name != "tongueOut")
    expression = bumps(rng, mean, len(expressions), 0.012, 0.02)
    identity = bumps(rng, mean, 10, 0.004, 0.05)
    response = Response(
        mean.astype(np.float32),
        identity,
        expression,
        np.full((478, 2), 0.0006, np.float32),
        np.zeros((0, 478, 2), np.float32),
    )
    eyes = Eyeballs(
        np.array([[0.03, 0.03, 0.06], [-0.03, 0.03, 0.06]], np.float32),
        np.zeros((10, 2, 3), np.float32),
        0.012,
        np.zeros(478, np.int8),
    )
    return FaceModel(
        name="planted",
        licence="none",
        mean=mean.astype(np.float32),
        identity=identity,
        expression=expression,
        expressions=expressions,
        triangles=np.arange(478 // 3 * 3, dtype=np.int32).reshape(-1, 3),
        uv=np.zeros((478, 2), np.float32),
        uv_triangles=np.zeros((159, 3), np.int32),
        part=np.zeros(159, np.int8),
        parts=("skin",),
        landmark_triangle=np.minimum(np.arange(478) // 3, 158).astype(np.int32),
        landmark_weights=np.eye(3, dtype=np.float32)[np.arange(478) % 3],
        eyes=eyes,
        codes=np.zeros((len(expressions), 0), np.float32),
        code_names=(),
        response=response,
    )


@pytest.fixture(scope="module")
def truth(model):
    rng = np.random.default_rng(2)
    times = np.arange(COUNT) / FPS
    weights = np.zeros((COUNT, len(model.expressions)))
    for name, start in (("jawOpen", 10), ("mouthSmile_L", 30), ("mouthSmile_R", 30), ("browDown_L", 50)):
        weights[:, model.expressions.index(name)] = 0.8 * np.exp(-(((np.arange(COUNT) - start) / 8.0) ** 2))
    weights[60:64, model.expressions.index("eyeBlink_L")] = [0.5, 1, 1, 0.5]
    turn = np.column_stack([0.1 * np.sin(times * 2), 0.3 * np.sin(times * 3), 0.05 * np.cos(times)])
    translation = np.column_stack([0.02 * np.sin(times), 0.01 * np.cos(times), 0.6 + 0.02 * np.sin(times * 2)])
    identity = rng.normal(size=10)
    return weights, turn, translation, identity


def track_of(model, truth, noise=0.0, hidden=(), focal=FOCAL):
    weights, turn, translation, identity = truth
    face = model.response.mean + np.tensordot(identity, model.response.identity, 1)
    points = face + np.tensordot(weights, model.response.expression, 1)
    placed = points @ camera_rotations(turn).transpose(0, 2, 1) + translation[:, None]
    pixels = 256 + focal * placed[..., :2] / placed[..., 2:]
    pixels += np.random.default_rng(3).normal(size=pixels.shape) * noise
    depth = placed[..., 2] * focal / translation[:, None, 2]
    visible = ~np.isin(np.arange(COUNT), hidden)
    pixels[~visible] = np.nan
    return LandmarkTrack(
        points=pixels.astype(np.float32),
        depth=(depth - depth.mean(axis=1, keepdims=True)).astype(np.float32),
        score=visible.astype(np.float32),
        visible=visible,
        frames=np.arange(1, COUNT + 1),
        times=np.arange(COUNT) / FPS,
        fps=FPS,
        width=512,
        height=512,
        focal=None,
        backend="planted",
    )


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
