"""NoW's distance on surfaces whose distance is known."""

import numpy as np
import pytest
from expression_transfer.benchmarks.scan_to_mesh import Mesh, Surface, distances, face_samples, similarity
from expression_transfer.core.conventions import Array, rotation_matrices
from numpy.typing import NDArray

EYE, CORNER = 0.045, 0.025
"""m from the middle: an outer eye corner, a lip corner."""
SEVEN = np.array(
    [(-EYE, 0.03), (-0.015, 0.03), (0.015, 0.03), (EYE, 0.03), (0, -0.01), (-CORNER, -0.04), (CORNER, -0.04)]
)
"""m: NoW's landmarks on a face seen from the front."""
WAVE, HEIGHT = 0.03, 0.001
"""m: length and height of the ripples that one surface has over the other."""


def dome(ripple: float = 0.0) -> Mesh:
    """A face-sized dome without a symmetry; `ripple`: m, of the waves on it."""
    side = np.linspace(-0.12, 0.12, 121)
    x, y = (axis.ravel() for axis in np.meshgrid(side, side))
    row = np.arange(120)[:, None] * 121 + np.arange(120)
    lower = np.stack([row, row + 1, row + 122], axis=-1).reshape(-1, 3)
    upper = np.stack([row, row + 122, row + 121], axis=-1).reshape(-1, 3)
    triangles = np.concatenate([lower, upper]).astype(np.int32)
    return Mesh(np.column_stack([x, y, depth(x, y, ripple)]), triangles, np.column_stack([SEVEN, depth(*SEVEN.T, 0)]))


def depth(x: Array, y: Array, ripple: float) -> Array:
    wave = ripple * np.sin(2 * np.pi * x / WAVE) * np.sin(2 * np.pi * y / WAVE)
    return np.asarray(-4 * x**2 - 2.5 * y**2 + 20 * x * y**2 + wave)


def moved(mesh: Mesh, scale: float = 1.07) -> Mesh:
    """Of another size, elsewhere, turned."""
    turn = rotation_matrices(np.array([0.3, -0.2, 0.1]))
    vertices, landmarks = (scale * points @ turn.T + [0.1, -0.2, 0.6] for points in (mesh.vertices, mesh.landmarks))
    return Mesh(vertices, mesh.triangles, landmarks)


def with_bad_landmarks(mesh: Mesh) -> Mesh:
    """The landmarks 3 mm off: they only begin the alignment."""
    off = np.random.default_rng(0).normal(scale=0.003, size=mesh.landmarks.shape)
    return Mesh(mesh.vertices, mesh.triangles, mesh.landmarks + off)


def test_the_same_surface_is_found_wherever_it_lies() -> None:
    truth = dome()
    found = distances(face_samples(truth, 0), truth, with_bad_landmarks(moved(truth)))
    assert np.max(found) < 1e-5


def test_ripples_of_known_height_are_measured() -> None:
    truth = dome()
    samples = face_samples(truth, 0)
    planted = np.abs(depth(samples[:, 0], samples[:, 1], HEIGHT) - depth(samples[:, 0], samples[:, 1], 0))
    steepness = np.hypot(
        -8 * samples[:, 0] + 20 * samples[:, 1] ** 2, -5 * samples[:, 1] + 40 * np.prod(samples[:, :2], axis=1)
    )
    found = distances(samples, truth, with_bad_landmarks(moved(dome(HEIGHT))))
    assert np.median(found) == pytest.approx(np.median(planted / np.hypot(1, steepness)), rel=0.05)


def test_similarity_is_recovered() -> None:
    mesh = dome()
    scale, rotation, shift = similarity(moved(mesh).landmarks, mesh.landmarks)
    assert scale == pytest.approx(1 / 1.07)
    assert np.allclose(scale * moved(mesh).vertices @ rotation.T + shift, mesh.vertices, atol=1e-12)


def test_samples_lie_on_the_surface_in_the_crop_and_evenly() -> None:
    truth = dome()
    samples = face_samples(truth, 0)
    centre = truth.landmarks[4] + 0.3 * (truth.landmarks[1:3].mean(axis=0) - truth.landmarks[4])
    bridge = np.linalg.norm(truth.landmarks[1:3].mean(axis=0) - truth.landmarks[4])
    radius = 0.7 * (np.linalg.norm(truth.landmarks[0] - truth.landmarks[3]) + bridge)
    reach = np.linalg.norm(samples - centre, axis=1)
    assert radius - 0.005 < reach.max() < radius + 0.002
    assert np.abs(samples[:, 2] - depth(*samples[:, :2].T, 0)).max() < 2e-5


def test_nearest_point_is_the_nearest_of_all_triangles() -> None:
    mesh = dome(HEIGHT)
    rng = np.random.default_rng(1)
    points = face_samples(mesh, 0)[:60] + rng.normal(scale=0.003, size=(60, 3))
    found = np.linalg.norm(Surface(mesh.vertices, mesh.triangles).nearest(points) - points, axis=1)
    trimesh = pytest.importorskip("trimesh")
    closest = trimesh.proximity.closest_point_naive(
        trimesh.Trimesh(mesh.vertices, mesh.triangles, process=False), points
    )
    assert np.allclose(found, closest[1], atol=1e-6)


def test_only_chosen_triangles_are_sampled() -> None:
    truth = dome()
    left: NDArray[np.bool_] = truth.vertices[truth.triangles][:, :, 0].max(axis=1) <= 0
    assert face_samples(truth, 0, left)[:, 0].max() <= 0
