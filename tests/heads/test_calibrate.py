"""Calibration finds planted places, displacements, modes and noise."""

import numpy as np
import pytest
from expression_transfer.core.conventions import CAMERA_FROM_FACE
from expression_transfer.core.face.library import load_builtin
from expression_transfer.core.heads.explain import explain, gain_and_correlation, noise_model
from expression_transfer.core.heads.view import View, cast_back

FACE_WIDTH = 0.14


def view(yaw: float, pitch: float) -> View:
    return View(np.array([pitch, yaw, 0.0]), np.array([0.01, -0.02, 0.6]), 900.0, 384)


def test_projection_and_jacobian_agree() -> None:
    camera, points = view(0.3, -0.2), np.random.default_rng(0).normal(size=(20, 3)) * 0.05
    step = 1e-6
    moved = np.stack(
        [(camera.project(points + d) - camera.project(points - d)) / (2 * step) for d in step * np.eye(3)], axis=-1
    )
    assert np.allclose(camera.jacobian(points), moved, atol=1e-3)


def test_a_head_that_looks_at_the_camera_is_seen_upright() -> None:
    camera = View(np.zeros(3), np.array([0, 0, 0.6]), 900.0, 384)
    assert np.allclose(camera.to_camera(np.eye(3)), CAMERA_FROM_FACE + np.array([0, 0, 0.6]))


@pytest.mark.parametrize(("yaw", "pitch"), [(0.0, 0.0), (0.2, 0.1), (-0.25, -0.1)])
def test_planted_landmarks_are_cast_back(yaw: float, pitch: float) -> None:
    """Points of the head itself, projected as a perfect detector would report them, come back where they are."""
    model, camera = load_builtin(), view(yaw, pitch)
    rng = np.random.default_rng(1)
    vertices = model.neutral(0.5 * rng.normal(size=len(model.identity)))
    skin = model.triangles[np.isin(np.array(model.parts)[model.part], ("skin", "lips"))]
    corners = vertices[skin]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    chosen = rng.choice(np.flatnonzero(normal[:, 2] > 0.8), 150, replace=False)
    weights = rng.dirichlet([2, 2, 2], size=len(chosen))
    planted = np.einsum("nkc,nk->nc", corners[chosen], weights)
    found, share = cast_back(camera.project(planted), vertices, skin, camera)
    again = np.einsum("nkc,nk->nc", corners[found], share)
    apart = np.linalg.norm(again - planted, axis=1)
    assert (found >= 0).all()
    assert np.percentile(apart, 95) < 0.005 * FACE_WIDTH


def test_rays_beside_the_head_hit_nothing() -> None:
    model = load_builtin()
    found, _ = cast_back(np.array([[3.0, 3.0]]), model.mean.astype(float), model.triangles, view(0, 0))
    assert found.tolist() == [-1]


def planted_views() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(2)
    points = rng.normal(size=(30, 3)) * 0.05
    cameras = [view(yaw, pitch) for yaw in (-0.4, 0, 0.4) for pitch in (-0.2, 0.2)]
    return np.array([camera.jacobian(points) for camera in cameras]), rng.normal(size=(30, 3)) * 0.003


def test_displacements_are_explained_from_all_views() -> None:
    jacobians, planted = planted_views()
    residuals = np.einsum("klac,lc->kla", jacobians, planted)
    residuals[2, 5] = np.nan
    found = explain(jacobians, residuals, np.zeros_like(planted), np.full(3, 1e-6))
    assert np.allclose(found, planted, atol=1e-8)


def test_what_no_view_sees_stays_as_expected() -> None:
    jacobians, planted = planted_views()
    unseen = np.full(jacobians.shape[:3], np.nan)
    assert np.allclose(explain(jacobians, unseen, planted, np.ones(3)), planted)


def test_noise_is_told_apart_into_own_and_common() -> None:
    rng = np.random.default_rng(4)
    common = rng.normal(size=(2, 40, 2)) * 0.003
    noise = np.tensordot(rng.normal(size=(20_000, 2)), common, 1) + 0.001 * rng.normal(size=(20_000, 40, 2))
    sigma, found = noise_model(noise, 2)
    assert np.allclose(sigma, 0.001, rtol=0.1)
    planted, measured = (np.einsum("rlc,rmd->lcmd", modes, modes) for modes in (common, found))
    assert np.abs(planted - measured).max() < 0.03 * np.abs(planted).max()


def test_gain_and_correlation() -> None:
    motion = np.random.default_rng(5).normal(size=(10, 3))
    assert np.allclose(gain_and_correlation(-2.5 * motion, motion), (-2.5, -1.0))
    other = np.zeros_like(motion)
    assert np.allclose(gain_and_correlation(other, motion), (0.0, 0.0))
