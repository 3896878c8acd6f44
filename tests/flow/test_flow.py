import numpy as np
import pytest
from expression_transfer.core.flow import residual, warp, warp_error
from expression_transfer.core.flow.warp import pixel_grid


def texture(height, width, shift=(0.0, 0.0), scale=1.0):
    rng = np.random.default_rng(2)
    v, u = np.indices((height, width)) + 0.5
    u, v = u - shift[0], v - shift[1]
    waves = rng.uniform(-0.35, 0.35, (30, 2))
    phase = rng.uniform(0, 6, 30)
    value = sum(np.sin(a * u + b * v + p) for (a, b), p in zip(waves, phase, strict=True))
    return np.repeat((128 + 9 * value)[..., None], 3, axis=2).astype(np.float32) * np.float32(scale)


def test_warp_without_motion_changes_nothing():
    image = np.random.default_rng(1).random((20, 30, 3)).astype(np.float32)
    assert np.array_equal(warp(image, pixel_grid(20, 30)), image)


def test_warp_reads_where_it_is_told():
    image, shift = texture(40, 60), np.float32([1.5, -0.25])
    expected = texture(40, 60, shift=-shift)
    assert warp(image, pixel_grid(40, 60) + shift)[5:35, 5:55] == pytest.approx(expected[5:35, 5:55], abs=1.0)


@pytest.mark.parametrize("scale", [1.0, 257.0, 1 / 255])
def test_residual_finds_a_shift_at_any_range(scale):
    a, b = texture(96, 120), texture(96, 120, shift=(1.4, -0.8), scale=scale)
    flow = residual(a, b, np.ones((96, 120), np.float32))
    assert flow[30:66, 30:90].mean(axis=(0, 1)) == pytest.approx([1.4, -0.8], abs=0.25)


def test_residual_trusts_only_the_mask():
    a, b = texture(96, 120), texture(96, 120, shift=(1.4, 0))
    assert not residual(a, b, np.zeros((96, 120), np.float32)).any()


def test_motion_is_not_flicker():
    mask = np.zeros((96, 120), np.float32)
    mask[16:80, 16:104] = 1
    still, moved = (np.clip(texture(96, 120, shift=s), 0, 255).astype(np.uint8) for s in ((0, 0), (2.0, 1.0)))
    flickering = np.clip(moved.astype(int) + 20, 0, 255).astype(np.uint8)
    assert warp_error(still, moved, mask) < 0.1 * warp_error(still, flickering, mask)
