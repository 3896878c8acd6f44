"""The shader against closed forms."""

import numpy as np
import pytest
from expression_transfer.core.fit.result import Camera
from expression_transfer.core.raster.cpu import Fragments
from expression_transfer.core.raster.guides import surface
from expression_transfer.core.raster.shade import Light, display, linear_light, picture, shade, texture_at

MATT = Light(direction=(0, 0, -1), lamp=(1, 1, 1), sky=(0, 0, 0), ground=(0, 0, 0), gloss=0, wrap=0)


def facing(normal):
    flat = Fragments(np.zeros((1, 1), np.int32), np.ones((1, 1, 3), np.float32), np.ones((1, 1), np.float32),
                     np.ones((1, 1), np.float32), (0, 0, 1, 1))  # fmt: skip
    return flat, np.float32(normal).reshape(1, 1, 3) / np.float32(np.linalg.norm(normal))


@pytest.mark.parametrize("degrees", [0, 30, 60, 89])
def test_without_sky_gloss_or_wrap_it_is_lamberts_cosine(degrees):
    turn = np.radians(degrees)
    light = shade(*facing([np.sin(turn), 0, -np.cos(turn)]), np.full((1, 1, 3), 0.5, np.float32), MATT)
    np.testing.assert_allclose(light, 0.5 * np.cos(turn), atol=1e-6)


def test_up_gets_the_sky_and_down_the_ground():
    light = Light(lamp=(0, 0, 0), sky=(0, 0, 1), ground=(1, 0, 0))
    white = np.ones((1, 1, 3), np.float32)
    np.testing.assert_allclose(shade(*facing([0, -1, 0]), white, light)[0, 0], [0, 0, 1], atol=1e-6)
    np.testing.assert_allclose(shade(*facing([0, 1, 0]), white, light)[0, 0], [1, 0, 0], atol=1e-6)


def test_a_texture_is_read_at_its_texels_centres_from_the_bottom_up():
    texture = np.arange(12, dtype=np.float32).reshape(3, 4, 1).repeat(3, 2)
    uv = np.float32([[[0.125, 5 / 6], [0.875, 1 / 6], [0.25, 5 / 6]]])
    np.testing.assert_allclose(texture_at(texture, uv)[0, :, 0], [0, 11, 0.5], atol=1e-5)


def test_srgb_there_and_back():
    codes = np.arange(256, dtype=np.uint8)
    np.testing.assert_array_equal(display(linear_light(codes)), codes)
    assert abs(float(linear_light(np.uint8([188]))[0]) - 0.5) < 0.005  # 188 is half the light


def test_an_antialiased_picture_has_the_colour_inside_and_mixes_on_the_rim_only(sheet):
    camera = Camera(120, 100, np.array([250.0]), np.array([60.0, 50.0]), np.zeros(2), 1.0)
    points = sheet.mean * [1, -1, -1] + [0.003, 0.001, 0.6]
    albedo = np.full((len(points), 3), 0.4, np.float32)
    image = picture(points.astype(float), surface(sheet), camera, albedo, np.float32([0.9, 0.9, 0.9]), light=MATT)
    share = (0.9 - image[..., 0]) / 0.5  # how much of the pixel is the sheet
    side = 0.16 * 250 / 0.6
    assert abs(share.sum() / side**2 - 1) < 2e-3
    assert ((share > 0.001) & (share < 0.999)).sum() <= 4 * (side + 2)
    np.testing.assert_allclose(image[50, 60], 0.4, atol=1e-6)
    np.testing.assert_allclose(image[2, 2], 0.9, atol=1e-6)


def test_a_texture_paints_as_vertex_colours_do(sheet):
    camera = Camera(120, 100, np.array([250.0]), np.array([60.0, 50.0]), np.zeros(2), 1.0)
    points = (sheet.mean * [1, -1, -1] + [0, 0, 0.6]).astype(float)
    vertices = np.concatenate([sheet.uv, np.zeros((len(points), 1), np.float32)], 1)
    v, u = (np.mgrid[0:64, 0:64] + 0.5) / 64
    texture = np.stack([u, 1 - v, np.zeros_like(u)], -1).astype(np.float32)
    black = np.zeros(3, np.float32)
    ours, theirs = (picture(points, surface(sheet), camera, albedo, black) for albedo in (vertices, texture))
    assert np.abs(ours - theirs).max() < 0.02
