"""Guides of a plane with an analytic ray hit, and of known motions."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from expression_transfer.core.conventions import camera_rotations
from expression_transfer.core.face.surface import vertex_normals
from expression_transfer.core.raster.guides import MARGIN, render_guides, surface
from expression_transfer.core.raster.windows import around, pixel_centres

NONE, SLIDE, LIFT = np.array([0.0, 0.0]), np.array([1.0, 0.0]), np.array([0.0, 1.0])


def on_plane(fit, window):
    """(H×W×3 m face space, H×W m depth): where the pixels' rays meet z = 0 of face space."""
    turn, camera = camera_rotations(fit.rotation[0]), fit.camera
    ray = np.concatenate(
        [(pixel_centres(window) - camera.principal) / camera.focal[0], np.ones((*pixel_centres(window).shape[:2], 1))],
        -1,
    )
    depth = (turn[:, 2] @ fit.translation[0]) / (ray @ turn[:, 2])
    return (ray * depth[..., None] - fit.translation[0]) @ turn, depth


def test_a_plane_at_rest(sheet, shot):
    guides = render_guides(sheet, shot, 0)
    place, depth = on_plane(shot, guides.window)
    seen = guides.seen
    assert seen.sum() > 10_000
    np.testing.assert_allclose(guides.position[seen], place[seen], atol=1e-6)
    np.testing.assert_allclose(guides.depth[seen], depth[seen], rtol=1e-5)
    np.testing.assert_allclose(guides.uv[seen], place[seen][:, :2] / 0.16 + 0.5, atol=1e-5)
    np.testing.assert_allclose(
        guides.normal[seen], np.tile(camera_rotations(shot.rotation[0])[:, 2], (seen.sum(), 1)), atol=1e-5
    )
    assert (guides.normal[seen][:, 2] < 0).all()  # towards the camera
    np.testing.assert_allclose(guides.backward, pixel_centres(guides.window), atol=1e-3)
    np.testing.assert_allclose(guides.motion, 0, atol=1e-3)
    assert not guides.hidden.any()
    np.testing.assert_array_equal(guides.mask, guides.old_mask)


def test_the_mask_has_the_projected_area(sheet, shot):
    guides = render_guides(sheet, shot, 0)
    corners = shot.project(sheet.mean[[0, 16, 288, 272]].astype(float), 0)
    area = cv2.contourArea(corners.astype(np.float32))
    assert abs(guides.mask.sum() / area - 1) < 1e-3
    assert guides.window == around(corners, MARGIN, (0, 0, 200, 160))


@pytest.mark.parametrize("levels", [0, 1])
def test_backward_and_forward_maps_of_a_known_motion(sheet, shot, levels):
    """A centimetre along the plane: the ray's hit, a centimetre back, projected."""
    new = sheet.shape(shot.identity, SLIDE)
    guides = render_guides(sheet, shot, 0, new, drawn=surface(sheet, levels))
    place, _ = on_plane(shot, guides.window)
    step = np.array([0.01, 0, 0])
    seen = guides.seen
    np.testing.assert_allclose(guides.backward[seen], shot.project(place - step, 0)[seen], atol=1e-3)
    np.testing.assert_array_equal(guides.backward[~seen], pixel_centres(guides.window)[~seen])
    old = guides.old_mask == 1
    there = shot.project(place + step, 0) - pixel_centres(guides.window)
    np.testing.assert_allclose(guides.motion[old], there[old], atol=1e-3)
    assert guides.motion[old][:, 0].min() > 0  # the subject's left is the image's right


def test_a_motion_with_lens_distortion(sheet, shot):
    bent = replace(shot, camera=replace(shot.camera, distortion=np.array([-0.08, 0.02])))
    guides = render_guides(sheet, bent, 0, sheet.shape(bent.identity, SLIDE), drawn=surface(sheet, 2))
    expected = bent.project(guides.position.astype(float) - [0.01, 0, 0], 0)
    np.testing.assert_allclose(guides.backward[guides.seen], expected[guides.seen], atol=1e-3)


def test_there_and_back_again(sheet, shot):
    """A bump: following the forward motion and looking up the backward map comes home."""
    guides = render_guides(sheet, shot, 0, sheet.shape(shot.identity, LIFT), drawn=surface(sheet, 2))
    assert not render_guides(sheet, shot, 0).hidden.any()
    start = pixel_centres(guides.window)
    goal = start + guides.motion - np.float32(guides.window[:2]) - np.float32(0.5)
    home = cv2.remap(guides.backward, goal, None, cv2.INTER_LINEAR)
    whole = cv2.erode(np.uint8(guides.old_mask == 1), np.ones((9, 9))) > 0
    steep = cv2.dilate(np.uint8(np.abs(guides.normal[..., 2]) < 0.5), np.ones((9, 9))) > 0
    apart = np.linalg.norm(home - start, axis=-1)[whole & ~steep]
    assert np.quantile(apart, 0.98) < 0.05


def test_what_the_old_image_hid_is_marked(sheet, shot):
    """The bump stands before the sheet in the old image and is gone in the new one."""
    lifted = replace(shot, expression=LIFT[None] * 2, rotation=np.array([[0.0, 0.9, 0.0]]))
    guides = render_guides(sheet, lifted, 0, sheet.shape(shot.identity, NONE), drawn=surface(sheet, 2))
    assert 50 < guides.hidden.sum() < 0.3 * guides.seen.sum()
    assert not guides.hidden[~guides.seen].any()


def test_triangles_are_the_models_at_any_level(sheet, shot):
    coarse, fine = (
        render_guides(sheet, shot, 0, drawn=surface(sheet, levels), window=(0, 0, 200, 160)).triangle
        for levels in (0, 2)
    )
    inside = cv2.erode(np.uint8((coarse >= 0) & (fine >= 0)), np.ones((5, 5))) > 0
    assert (coarse == fine)[inside].mean() > 0.97  # the outline's rule moves corners a little


def test_a_face_out_of_frame_gives_an_empty_window(sheet, shot):
    away = replace(shot, translation=np.array([[5.0, 0, 0.5]]))
    guides = render_guides(sheet, away, 0)
    assert guides.mask.size == 0


def test_normals_of_a_sphere_point_outwards():
    trimesh = pytest.importorskip("trimesh")
    sphere = trimesh.creation.icosphere(subdivisions=4)
    normals = vertex_normals(np.asarray(sphere.vertices), np.asarray(sphere.faces, np.int32))
    np.testing.assert_allclose(normals, sphere.vertices, atol=0.01)
