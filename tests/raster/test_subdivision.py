"""Loop subdivision against its published rules, its limit and trimesh's."""

import numpy as np
import pytest
from expression_transfer.core.raster.subdivision import subdivide

OCTAHEDRON = np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]], float)
OCTAHEDRON_TRIANGLES = np.array(
    [[0, 2, 4], [2, 1, 4], [1, 3, 4], [3, 0, 4], [2, 0, 5], [1, 2, 5], [3, 1, 5], [0, 3, 5]], np.int32
)


def grid(columns, rows):
    index = np.arange(columns * rows).reshape(rows, columns)
    a, b, c, d = (i.ravel() for i in (index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]))
    v, u = np.mgrid[0:rows, 0:columns].astype(float)
    points = np.stack([u.ravel(), v.ravel(), np.zeros(u.size)], 1)
    return points, np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)]).astype(np.int32)


def test_an_octahedron_by_hand():
    """Valence 4: a corner keeps 1 − 4·31/256 = 33/64 of itself; an edge's point is 3/8 of its ends, others cancel."""
    level = subdivide(OCTAHEDRON_TRIANGLES, 6)
    points = level.apply(OCTAHEDRON)
    assert points.shape == (6 + 12, 3)
    np.testing.assert_allclose(points[:6], OCTAHEDRON * 33 / 64, atol=1e-15)
    np.testing.assert_allclose(np.sort(np.abs(points[6:]), axis=1), np.tile([0, 3 / 8, 3 / 8], (12, 1)), atol=1e-15)


def test_an_octahedron_converges_to_the_known_limit():
    """A valence-n vertex goes to 1/(1 + 8nβ/3) of itself, the rest from its (here cancelling) neighbours."""
    points, triangles = OCTAHEDRON, OCTAHEDRON_TRIANGLES
    for _ in range(6):
        level = subdivide(triangles, len(points))
        points, triangles = level.apply(points), level.triangles
    limit = 1 / (1 + 8 * 4 * (31 / 256) / 3)
    np.testing.assert_allclose(points[:6], OCTAHEDRON * limit, atol=1e-3)


def test_each_triangle_becomes_four_that_face_the_same_way():
    points, triangles = grid(4, 3)
    level = subdivide(triangles, len(points))
    children = level.apply(points)[level.triangles]
    normal = np.cross(children[:, 1] - children[:, 0], children[:, 2] - children[:, 0])[:, 2]
    assert len(children) == 4 * len(triangles)
    assert (normal > 0).all()
    np.testing.assert_allclose(normal.reshape(-1, 4).mean(axis=1), 0.25, atol=0.13)


def test_outlines_and_holes_follow_the_spline_rule_and_stay_open():
    points, triangles = grid(6, 6)
    centre = points[triangles].mean(axis=1)
    triangles = triangles[(np.abs(centre - 2.5) > 0.5)[:, :2].any(axis=1)]  # a hole of one square
    level = subdivide(triangles, len(points))
    fine = level.apply(points)
    middle_of_side = 2  # (2, 0): its neighbours on the outline are (1, 0) and (3, 0)
    np.testing.assert_allclose(fine[middle_of_side], [2, 0, 0])
    np.testing.assert_allclose(fine[14], [2, 2, 0] + np.array([1, 1, 0]) / 8)  # a corner of the hole
    edges = np.sort(level.triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    assert (np.unique(edges, axis=0, return_counts=True)[1] == 1).sum() == 2 * (20 + 4)


def test_both_sides_of_a_uv_seam_stay_on_it():
    uv = np.array([[0, 0], [0.5, 0], [0.5, 1], [0, 1], [0.6, 0], [1, 0], [1, 1], [0.6, 1]], float)
    triangles = np.array([[0, 1, 2], [0, 2, 3], [4, 5, 6], [4, 6, 7]], np.int32)
    level = subdivide(triangles, 8)
    fine = level.apply(uv)
    assert not ((fine[:, 0] > 0.5) & (fine[:, 0] < 0.6)).any()


def test_bases_go_through_as_positions_do():
    random = np.random.default_rng(1)
    points, triangles = grid(5, 5)
    level = subdivide(triangles, 25)
    basis, weights = random.normal(size=(4, 25, 3)), random.normal(size=4)
    whole = level.apply(points + np.tensordot(weights, basis, 1))
    np.testing.assert_allclose(whole, level.apply(points) + np.tensordot(weights, level.apply(basis), 1), atol=1e-12)


@pytest.mark.parametrize("closed", [True, False])
def test_against_trimesh(closed):
    trimesh = pytest.importorskip("trimesh")
    sphere = trimesh.creation.icosphere(subdivisions=2)
    triangles = np.asarray(sphere.faces, np.int32)
    points = np.asarray(sphere.vertices) * [1.0, 1.3, 0.7]
    if not closed:
        # a cut that leaves no inner edge between two vertices of the outline: trimesh counts that one as outline too
        kept = triangles[points[triangles].mean(axis=1)[:, 2] > 0]
        used, triangles = np.unique(kept, return_inverse=True)
        points, triangles = points[used], triangles.reshape(-1, 3).astype(np.int32)
    theirs, _ = trimesh.remesh.subdivide_loop(points, triangles, iterations=1)
    ours = subdivide(triangles, len(points)).apply(points)
    assert len(ours) == len(theirs)
    apart = np.linalg.norm(ours[:, None] - theirs[None], axis=-1)  # they number vertices their own way
    assert max(apart.min(axis=0).max(), apart.min(axis=1).max()) < 1e-9
