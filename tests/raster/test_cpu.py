"""The CPU rasteriser against analytic truth and ray casting."""

import numpy as np
import pytest
from expression_transfer.core.raster.cpu import interpolate, rasterise

WIDTH, HEIGHT, FOCAL = 96, 72, 90.0
CENTRE = np.array([WIDTH / 2, HEIGHT / 2])


def project(points):
    return points[:, :2] / points[:, 2:] * FOCAL + CENTRE


def draw(points, triangles, **options):
    return rasterise(project(points), points[:, 2], np.asarray(triangles, np.int32), WIDTH, HEIGHT, **options)


def rays():
    """H×W×3: directions through the pixels' centres, z = 1."""
    v, u = np.mgrid[0:HEIGHT, 0:WIDTH] + 0.5
    return np.stack([(u - CENTRE[0]) / FOCAL, (v - CENTRE[1]) / FOCAL, np.ones_like(u)], axis=-1)


def cast(points, triangles):
    """Möller–Trumbore for every pixel and triangle: (nearest triangle or -1, barycentric weights, depth)."""
    direction = rays().reshape(-1, 1, 3)
    a, b, c = (points[np.asarray(triangles)[:, i]] for i in range(3))
    p = np.cross(direction, c - a)
    determinant = np.sum((b - a) * p, axis=-1)
    first = np.sum(-a * p, axis=-1) / determinant
    q = np.cross(-a, b - a)
    second = np.sum(direction * q, axis=-1) / determinant
    depth = np.sum((c - a) * q, axis=-1) / determinant
    hit = (first >= 0) & (second >= 0) & (first + second <= 1) & (depth > 0)
    depth = np.where(hit, depth, np.inf)
    best = depth.argmin(axis=1)
    at = np.arange(len(best)), best
    weights = np.stack([1 - first[at] - second[at], first[at], second[at]], axis=-1)
    nothing = np.isinf(depth[at])
    weights[nothing] = 0
    shape = (HEIGHT, WIDTH)
    return np.where(nothing, -1, best).reshape(shape), weights.reshape(*shape, 3), depth[at].reshape(shape)


def soup(seed, count=40):
    """Random triangles, large and small, through each other."""
    random = np.random.default_rng(seed)
    middle = random.uniform([-0.4, -0.3, 0.6], [0.4, 0.3, 1.6], (count, 1, 3))
    size = random.choice([0.01, 0.1, 0.5], (count, 1, 1))
    points = middle + random.normal(size=(count, 3, 3)) * size * [1, 1, 0.3]
    return points.reshape(-1, 3), np.arange(count * 3).reshape(-1, 3)


@pytest.mark.parametrize("seed", range(6))
def test_it_sees_what_ray_casting_sees(seed):
    points, triangles = soup(seed)
    seen = draw(points, triangles)
    triangle, weights, depth = cast(points, triangles)
    # a centre within rounding of an edge may fall either way
    same = seen.triangle == triangle
    assert same.mean() > 0.9995
    np.testing.assert_allclose(seen.depth[same], depth[same], rtol=1e-5)
    np.testing.assert_allclose(seen.weights[same], weights[same], atol=2e-4)


@pytest.mark.parametrize("seed", range(3))
def test_small_triangles_behind_large_ones_are_seen_where_they_show(seed):
    """Where a triangle is left out as hidden, it is."""
    points, triangles = soup(seed, 300)
    near, far = np.array([[-0.3, 0.2, 0.5], [0.4, 0.3, 0.5], [0.0, -0.3, 0.5]]), points[: 3 * 270]
    small = far[::3].repeat(3, axis=0) + 0.1 * (far - far[::3].repeat(3, axis=0))
    points = np.concatenate([near, small, points[3 * 270 :]])
    triangles = np.arange(len(points)).reshape(-1, 3)
    triangle, _, depth = cast(points, triangles)
    seen = draw(points, triangles)
    same = seen.triangle == triangle
    assert same.mean() > 0.999
    np.testing.assert_allclose(seen.depth[same], depth[same], rtol=1e-5)


def test_a_sphere_is_where_rays_meet_it():
    """Higher than the bands that are drawn at a time, closed, and with slivers at its poles."""
    size, focal, distance, radius = 300, 500.0, 1.0, 0.25
    points, triangles = sphere(400, radius)
    points += [0, 0, distance]
    pixels = points[:, :2] / points[:, 2:] * focal + size / 2
    seen = rasterise(pixels, points[:, 2], triangles, size, size)
    v, u = (np.mgrid[0:size, 0:size] + 0.5 - size / 2) / focal
    squared = u**2 + v**2 + 1
    root = distance**2 - squared * (distance**2 - radius**2)
    depth = (distance - np.sqrt(np.maximum(root, 0))) / squared
    inside = root > 0.002
    assert seen.seen[inside].all()
    assert not seen.seen[root < 0].any()
    np.testing.assert_allclose(seen.depth[inside], depth[inside], atol=2e-4)
    disc = np.pi * (focal * radius) ** 2 / (distance**2 - radius**2)
    assert abs(seen.coverage.sum() / disc - 1) < 1e-3
    np.testing.assert_array_equal(seen.weights[~seen.seen], 0)
    np.testing.assert_allclose(seen.weights[seen.seen].sum(axis=1), 1, atol=1e-6)
    there = interpolate(seen, triangles, points)
    np.testing.assert_allclose(there[seen.seen][:, 2], seen.depth[seen.seen], atol=1e-6)


def sphere(steps, radius):
    """Vertices and triangles, counter-clockwise seen from outside."""
    polar, around = np.meshgrid(np.linspace(0, np.pi, steps), np.linspace(0, 2 * np.pi, steps), indexing="ij")
    way = np.stack([np.sin(polar) * np.cos(around), np.sin(polar) * np.sin(around), np.cos(polar)], -1).reshape(-1, 3)
    index = np.arange(steps * steps).reshape(steps, steps)
    a, b, c, d = (i.ravel() for i in (index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]))
    return radius * way, np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)]).astype(np.int32)


def test_depth_of_a_slanted_plane_is_analytic():
    corners = np.array([[-2, -2, 1.0], [2, -2, 1.4], [2, 2, 1.4], [-2, 2, 1.0]])
    seen = draw(corners, [[0, 1, 2], [0, 2, 3]])
    expected = 1.2 / (1 - 0.1 * rays()[..., 0])  # z = 1.2 + 0.1 x
    assert seen.seen.all()
    np.testing.assert_allclose(seen.depth, expected, rtol=1e-6)
    place = interpolate(seen, np.array([[0, 1, 2], [0, 2, 3]], np.int32), corners)
    np.testing.assert_allclose(place, rays() * expected[..., None], atol=1e-6)


@pytest.mark.parametrize("snap", [0, 1, 2])
def test_triangles_of_a_mesh_share_no_pixel_and_leave_none_out(snap):
    """Top-left rule: a planar triangulation with corners and edges right on pixel centres (snap 1: on half-pixels)."""
    random = np.random.default_rng(snap)
    step = 6
    rows, columns = HEIGHT // step + 1, WIDTH // step + 1
    v, u = np.mgrid[0:rows, 0:columns] * float(step)
    u[1:-1, 1:-1] += random.uniform(-1.4, 1.4, u[1:-1, 1:-1].shape)
    v[1:-1, 1:-1] += random.uniform(-1.4, 1.4, v[1:-1, 1:-1].shape)
    if snap:
        u[1:-1, 1:-1], v[1:-1, 1:-1] = (np.round(2 * w[1:-1, 1:-1]) / 2 for w in (u, v))
    index = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = (i.ravel() for i in (index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]))
    triangles = np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)]).astype(np.int32)
    pixels, depth = np.stack([u.ravel(), v.ravel()], 1), np.ones(index.size)
    times = sum(rasterise(pixels, depth, t[None], WIDTH, HEIGHT).seen.astype(int) for t in triangles)
    assert (times == 1).all()
    whole = rasterise(pixels, depth, triangles, WIDTH, HEIGHT)
    assert whole.seen.all()
    assert (whole.coverage == 1).all()


def test_the_top_and_left_edges_belong_to_a_square_the_others_do_not():
    square = np.array([[10.5, 20.5], [30.5, 20.5], [30.5, 40.5], [10.5, 40.5]])
    seen = rasterise(square, np.ones(4), np.array([[0, 1, 2], [0, 2, 3]], np.int32), WIDTH, HEIGHT).seen
    expected = np.zeros((HEIGHT, WIDTH), bool)
    expected[20:40, 10:30] = True
    assert (seen == expected).all()


def test_the_nearer_surface_hides_the_farther_in_any_order():
    points = np.array([[-1, -1, 1.0], [1, -1, 1.0], [0, 1, 1.0], [-1, -1, 0.8], [1, -1, 0.8], [0, 1, 1.3]])
    for triangles in ([[0, 1, 2], [3, 4, 5]], [[3, 4, 5], [0, 1, 2]]):
        seen = draw(points, triangles)
        both = seen.seen & (draw(points, triangles[:1]).seen) & (draw(points, triangles[1:]).seen)
        alone = [draw(points, triangles[i : i + 1]).depth for i in (0, 1)]
        np.testing.assert_array_equal(seen.depth[both], np.minimum(*alone)[both])


def test_coverage_sums_to_the_area_of_a_disc():
    angle = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    disc = np.concatenate([[[41.3, 33.8]], [41.3, 33.8] + 25.7 * np.stack([np.cos(angle), np.sin(angle)], 1)])
    rim = np.arange(200)
    fan = np.stack([np.zeros(200, int), rim + 1, (rim + 1) % 200 + 1], 1).astype(np.int32)
    seen = rasterise(disc, np.ones(201), fan, WIDTH, HEIGHT)
    area = 0.5 * 200 * 25.7**2 * np.sin(2 * np.pi / 200)
    assert abs(seen.coverage.sum() / area - 1) < 1e-3
    assert (seen.coverage[~seen.seen].max() < 0.6) & (seen.coverage[seen.seen].min() > 0.4)


def test_coverage_of_a_half_pixel_is_a_half():
    square = np.array([[10.5, 20.25], [30.0, 20.25], [30.0, 40.0], [10.5, 40.0]])
    coverage = rasterise(square, np.ones(4), np.array([[0, 1, 2], [0, 2, 3]], np.int32), WIDTH, HEIGHT).coverage
    assert coverage[30, 10] == 0.5
    assert coverage[20, 15] == 0.75
    assert coverage[20, 10] == 0.375
    assert coverage[30, 15] == 1


def test_a_window_is_a_crop_of_the_frame():
    points, triangles = soup(3)
    whole = draw(points, triangles)
    u0, v0, u1, v1 = window = (17, 9, 61, 50)
    part = draw(points, triangles, window=window)
    assert part.window == window
    np.testing.assert_array_equal(part.triangle, whole.triangle[v0:v1, u0:u1])
    np.testing.assert_allclose(part.weights, whole.weights[v0:v1, u0:u1], atol=1e-6)


def test_a_window_outside_the_frame_is_empty():
    points, triangles = soup(3)
    assert draw(points, triangles, window=(200, 0, 300, 50)).triangle.shape == (50, 0)
    assert not draw(points, triangles[:0]).seen.any()


def test_backs_are_culled_and_what_is_behind_the_camera_is_not_drawn():
    points = np.array([[-1, 1, 1.0], [1, 1, 1.0], [0, -1, 1.0]])  # counter-clockwise to the camera (y down)
    assert draw(points, [[0, 1, 2]], cull=True).seen.any()
    assert not draw(points, [[0, 2, 1]], cull=True).seen.any()
    assert draw(points, [[0, 2, 1]]).seen.any()
    assert not draw(points - [0, 0, 3], [[0, 1, 2]]).seen.any()
