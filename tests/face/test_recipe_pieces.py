"""The recipe's pieces against planted truths."""

from pathlib import Path

import mediapipe
import numpy as np
import pytest
from expression_transfer.core.conventions import rotation_matrices
from expression_transfer.core.face.ict import read_ict
from expression_transfer.models.builtin.assemble import _rigid_free
from expression_transfer.models.builtin.chart import Chart, boundary_components, fan
from expression_transfer.models.builtin.eyes import Ball
from expression_transfer.models.builtin.lids import Lids, closing, kept_on
from expression_transfer.models.builtin.lips import lips
from expression_transfer.models.builtin.meshing import inside, triangulated
from expression_transfer.models.builtin.pieces import Piece, facing, grid_triangles, joined, normals, welded
from expression_transfer.models.builtin.topology import boundary_loops, mesh_triangles, subdivided

needs_solutions = pytest.mark.skipif(
    not hasattr(mediapipe, "solutions"), reason="this MediaPipe has no published edges of its face mesh (0.10.21 has)"
)


@needs_solutions
def test_mediapipe_s_mesh_is_a_face_with_two_eyes_and_a_mouth() -> None:
    triangles = mesh_triangles()
    assert np.array_equal(np.unique(triangles), np.arange(468))
    directed = np.concatenate([triangles[:, [k, (k + 1) % 3]] for k in range(3)])
    assert len(np.unique(directed, axis=0)) == len(directed)
    edges = len(np.unique(np.sort(directed, axis=1), axis=0))
    assert 468 - edges + len(triangles) == 2 - 4  # Euler: a sphere with four holes
    assert sorted(len(loop) for loop in boundary_loops(triangles)) == [16, 16, 20, 36]


@needs_solutions
def test_subdivision_keeps_the_surface() -> None:
    points = np.random.default_rng(0).normal(size=(468, 3))
    triangles = mesh_triangles()
    split, pairs = subdivided(triangles, len(points))
    finer = np.concatenate([points, points[pairs].mean(axis=1)])
    total = [np.linalg.norm(normals(p, t), axis=1).sum() for p, t in ((points, triangles), (finer, split))]
    assert len(split) == 4 * len(triangles) and np.isclose(*total)
    assert np.allclose(normals(finer, split).reshape(-1, 4, 3).sum(axis=1), normals(points, triangles))


def grid_piece(offset: float) -> Piece:
    """A flat 3×4 grid in the x–y plane that starts at x = offset, moving with one mode."""
    y, x = np.mgrid[0:3, 0:4].astype(float)
    mean = np.stack([x.ravel() + offset, y.ravel(), np.zeros(12)], axis=1)
    triangles = grid_triangles(3, 4, closed=False)
    return Piece(mean, (2 * mean)[None], triangles, mean[:, :2], triangles, ("sheet",) * len(triangles))


def test_welding_joins_what_coincides_and_keeps_the_first_indices() -> None:
    whole = joined([grid_piece(0.0), grid_piece(3.0)])
    one = welded(whole)
    assert len(one.mean) == 24 - 3 and np.array_equal(one.mean[:12], whole.mean[:12])
    assert np.allclose(one.mean[one.triangles], whole.mean[whole.triangles])
    assert np.allclose(one.motion[0], 2 * one.mean)


def test_welding_refuses_to_tear() -> None:
    still = grid_piece(3.0)
    apart = Piece(still.mean, 0 * still.motion, still.triangles, still.uv, still.uv_triangles, still.part)
    with pytest.raises(ValueError, match="apart"):
        welded(joined([grid_piece(0.0), apart]))


def test_facing_turns_a_sheet_round() -> None:
    up = facing(grid_piece(0.0), np.array([0.0, 0.0, 1.0]))
    down = facing(up, np.array([0.0, 0.0, -1.0]))
    assert (normals(up.mean, up.triangles)[:, 2] > 0).all() and (normals(down.mean, down.triangles)[:, 2] < 0).all()


def test_rigid_motion_is_taken_out_of_identity() -> None:
    rng = np.random.default_rng(4)
    mean = rng.normal(size=(200, 3)) * 0.1
    turn = rotation_matrices(np.array([1e-4, -2e-4, 3e-4]))
    moved = (mean @ turn.T - mean + [0.01, 0.02, 0.03])[None]
    shape = rng.normal(size=(1, 200, 3)) * 1e-3
    left, _ = _rigid_free(mean, moved, moved[:, :2], mean[:2], 200)
    both, _ = _rigid_free(mean, moved + shape, moved[:, :2], mean[:2], 200)
    alone, _ = _rigid_free(mean, shape, moved[:, :2], mean[:2], 200)
    assert np.abs(left).max() < 1e-7 and np.allclose(both, alone, atol=1e-7)


def test_a_lid_that_stops_short_is_closed() -> None:
    along = np.linspace(-1, 1, 21)
    arc = 0.005 * (1 - along**2)
    upper, lower = (np.stack([0.015 * along, side * arc, np.zeros(21)], axis=1) for side in (1, -1))
    far = np.array([[0.0, 0.03, 0.0], [0.0, -0.03, 0.0]])
    mean = np.concatenate([upper[1:-1], lower, far])
    blink = np.zeros_like(mean)
    blink[:19, 1] = -1.5 * arc[1:-1]
    eye = Lids(np.arange(19), np.arange(19, 40))
    shut = mean + blink + closing(mean, blink, eye)
    assert (shut[:19, 1] < lower[1:-1, 1]).all() and (shut[:19, 2] > 0).all()
    assert np.array_equal(shut[19:40], lower) and np.allclose(shut[40:], far, atol=1e-8)


def test_lids_keep_their_distance_from_a_ball_that_swells() -> None:
    rng = np.random.default_rng(6)
    way = rng.normal(size=(40, 3))
    way /= np.linalg.norm(way, axis=1, keepdims=True)
    ball = Ball(np.array([0.01, 0.02, 0.03]), 0.015, np.array([[1e-3, 0, 0]]), np.array([0.1]))
    skin = ball.centre + 0.016 * way
    triangles = np.zeros((0, 3), dtype=np.int32)
    hung = Piece(skin, 2e-4 * rng.normal(size=(1, 40, 3)), triangles, skin[:, :2], triangles, ())
    moved = skin + kept_on(hung, 1, Lids(np.arange(20), np.arange(20, 40)), ball)[0]
    grown = ball.centre + ball.drift[0]
    assert np.abs(np.linalg.norm(moved - grown, axis=1) - 0.016 - 0.1 * 0.016).max() < 1e-4


def test_lips_meet_and_stay_where_they_met() -> None:
    along = np.linspace(-1, 1, 21)
    lower = np.stack([0.025 * along, -0.001 * (1 - along**2), np.zeros(21)], axis=1)
    upper = lower[1:-1] * [1, -1, 1]
    cheek = np.array([[0.0, 0.05, 0.0]])
    mean = np.concatenate([lower, upper, cheek])
    opened = (
        mean + np.concatenate([[[0, -0.02, 0]] * 21, [[0, 0, 0]] * 20]) * (1 - np.append(along**2, [0] * 20))[:, None]
    )
    loop = [*range(21), *range(39, 20, -1)]
    met = lips(opened, loop, (0, 20)).met(mean)
    assert np.allclose(met[1:20, 1], met[21:40, 1], atol=1e-9) and np.allclose(met[40], cheek, atol=1e-8)


def test_a_concave_outline_is_filled_and_kept() -> None:
    corners = np.array([[0, 0], [1, 0], [1, 1], [0.5, 0.3], [0, 1]], dtype=float)
    ends = np.roll(corners, -1, axis=0)
    outline = np.concatenate(
        [a + np.linspace(0, 1, 9)[:-1, None] * (b - a) for a, b in zip(corners, ends, strict=True)]
    )
    points = np.random.default_rng(7).uniform(size=(400, 2))
    away = np.linalg.norm(points[:, None] - outline, axis=2).min(axis=1)
    points = points[inside(points, outline) & (away > 0.09)]
    triangles = triangulated(outline, points)
    a, b, c = np.moveaxis(np.concatenate([outline, points])[triangles], 1, 0)
    area = ((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]) / 2
    assert (area > 0).all() and np.isclose(area.sum(), 0.65)


def test_open_edges_of_two_quads_and_a_triangle() -> None:
    quads = np.array([[0, 1, 2, 3], [1, 4, 5, 2], [10, 11, 12, 12]], dtype=np.int32)
    assert sorted(map(sorted, boundary_components(quads))) == [[0, 1, 2, 3, 4, 5], [10, 11, 12]]
    assert len(fan(quads)) == 5


@pytest.mark.slow
def test_chart_finds_ict_s_own_vertices(shared: Path) -> None:
    head = read_ict(shared / "models" / "ICT-FaceKit-master.zip", ("jawOpen",))
    chart = Chart(head)
    vertices = np.random.default_rng(6).choice(np.unique(chart.quads), 60, replace=False)
    assert np.allclose(chart.locate(chart.vertex_uv[vertices]).of(head.neutral), head.neutral[vertices], atol=1e-6)
