"""A planted shot for the fit: a made-up face model, known identity, camera and motion, noisy landmarks."""

import numpy as np
from expression_transfer.core.conventions import camera_rotations
from expression_transfer.core.face.geometry import Eyeballs
from expression_transfer.core.face.model import FaceModel, Response
from expression_transfer.core.facs.tables import SHAPES
from expression_transfer.core.fit.lips import LOWER, UPPER
from expression_transfer.core.landmarks.track import LandmarkTrack

FPS, COUNT, FOCAL = 30.0, 90, 700.0


def bumps(rng, points, count, height, width):
    centres = points[rng.integers(0, len(points), count)]
    weight = np.exp(-np.sum((points[None] - centres[:, None]) ** 2, axis=2) / (2 * width**2))
    return (weight[..., None] * rng.normal(size=(count, 1, 3)) * height).astype(np.float32)


def planted_model():
    """A made-up face model of 478 vertices."""
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


def planted_truth(model):
    """Weights (T×E), turn, translation and identity."""
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
