"""Tracks lie on their pixels, and the head's empty moves before its camera as the fit has it."""

import expression_transfer
import numpy as np
import pytest
from bpy_extras.object_utils import world_to_camera_view
from expression_transfer.core.export.points import Points, main_points
from expression_transfer.core.landmarks.track import LandmarkTrack
from expression_transfer.scene import fitted, head_empty, strings, tracks
from expression_transfer.scene.head import to_blender
from fitted_shots import LENSES, make_fit, plate, solve_folder
from mathutils import Vector

FIRST, SIZE = 1001, (96, 54)
HIDDEN = (0, 4, 5, 11)


@pytest.fixture
def points():
    places = np.random.default_rng(2).uniform(0, 54, (12, 3, 2))
    places[list(HIDDEN)] = np.nan
    places[7, 2] = np.nan
    return Points(("one", "two", "three"), places, FIRST + np.arange(12), *SIZE)


def test_tracks_are_on_their_pixels_and_off_where_nothing_was_seen(blender, tmp_path, points):
    file = plate(blender, tmp_path, range(FIRST - 1, FIRST + 12), *SIZE)  # one file before the solve's first
    clip = tracks.load_clip(file, 101)
    made = tracks.add_tracks(clip, points)
    assert (clip.frame_start, [track.name for track in made.tracks]) == (101, ["one", "two", "three"])
    for k, track in enumerate(made.tracks):
        for row in range(12):
            marker = track.markers.find_frame(row + 2, exact=True)
            assert marker.mute == (not points.seen[row, k])
            if points.seen[row, k]:
                seen = marker.co[0] * SIZE[0], (1 - marker.co[1]) * SIZE[1]
                assert seen == pytest.approx(points.places[row, k], abs=1e-4)
        assert track.markers.find_frame(1, exact=True).mute and track.markers.find_frame(14, exact=True).mute


def test_tracks_take_the_place_of_those_before(blender, tmp_path, points):
    clip = tracks.load_clip(plate(blender, tmp_path, range(FIRST, FIRST + 12), *SIZE), 1)
    own = clip.tracking.tracks.new(name="own", frame=1)
    for _ in range(2):
        tracks.add_tracks(clip, points)
    assert [each.name for each in clip.tracking.objects] == ["Camera", strings.TRACKS_OBJECT]
    assert own.name == "own" and tracks.load_clip(tmp_path / f"shot.{FIRST}.png", 7).frame_start == 1


def test_the_artists_own_clip_is_used(blender, tmp_path, points):
    """It begins before the range that was solved, and was moved in the scene."""
    files = plate(blender, tmp_path, range(FIRST - 3, FIRST + 12), *SIZE)
    own = blender.data.movieclips.load(str(files))
    own.frame_start = 50
    assert tracks.load_clip(tmp_path / f"shot.{FIRST}.png", 7) == own and own.frame_start == 50
    track = tracks.add_tracks(own, points).tracks["one"]
    seen = track.markers.find_frame(4 + 1, exact=True).co[0] * SIZE[0]
    assert seen == pytest.approx(points.places[1, 0, 0], abs=1e-4)


@pytest.mark.parametrize("animate", ["HEAD", "CAMERA"])
@pytest.mark.parametrize("lens", ["anamorphic", "off-centre"])
def test_the_empty_moves_as_the_head(blender, tmp_path, lens, animate):
    fit, scene = make_fit(focal=np.linspace(1400.0, 1600.0, 12), **LENSES[lens]), blender.context.scene
    scene.cursor.location = (0.4, -1.0, 1.7)
    solve = fitted.read_solve(solve_folder(tmp_path, fit))
    options = fitted.Options(1, animate, take_size=True, take_rate=True)
    empty, seen_by = head_empty.add_head_empty(solve, scene, options)
    point = np.array([0.03, -0.05, 0.02])
    for row in (0, 5, 11):
        scene.frame_set(1 + row)
        u, v, _ = world_to_camera_view(scene, seen_by, empty.matrix_world @ Vector(to_blender(point)))
        assert (u * fit.camera.width, (1 - v) * fit.camera.height) == pytest.approx(fit.project(point, row), abs=0.05)


@pytest.fixture
def ops(blender, tmp_path):
    expression_transfer.register()
    fit = make_fit(first=FIRST, **LENSES["landscape"])
    solve_folder(tmp_path, fit, "sequence", plate(blender, tmp_path, range(FIRST, FIRST + 12)))
    places = np.random.default_rng(3).uniform(0, 1080, (12, 478, 2)).astype(np.float32)
    LandmarkTrack(
        points=places, depth=places[..., 0], score=np.ones(12, np.float32), visible=fit.visible, frames=fit.frames,
        times=fit.times, fps=fit.fps, width=1920, height=1080, focal=None, backend="planted",
    ).save(tmp_path / "landmarks.npz")  # fmt: skip
    blender.context.scene.expression_transfer.result_folder = str(tmp_path)
    yield blender.ops.expression_transfer
    expression_transfer.unregister()


def test_buttons_add_what_the_last_solve_saw(ops, blender, tmp_path):
    assert ops.add_tracks() == {"FINISHED"}
    made = blender.data.movieclips[0].tracking.objects[strings.TRACKS_OBJECT]
    expected = main_points(LandmarkTrack.load(tmp_path / "landmarks.npz"))
    assert [track.name for track in made.tracks] == list(expected.names)
    assert ops.add_tracks(which="ALL") == {"FINISHED"}
    assert len(blender.data.movieclips[0].tracking.objects[strings.TRACKS_OBJECT].tracks) == 478
    assert ops.add_head_empty() == {"FINISHED"}
    assert blender.context.object.type == "EMPTY" and blender.context.scene.camera is not None


def test_buttons_need_a_solve(ops, blender):
    blender.context.scene.expression_transfer.result_folder = ""
    assert not ops.add_tracks.poll() and not ops.add_head_empty.poll() and not ops.build_compositor.poll()
