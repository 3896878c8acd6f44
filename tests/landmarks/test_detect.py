import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data
from expression_transfer.core.clip import open_clip
from expression_transfer.core.errors import Cancelled, InputError
from expression_transfer.core.landmarks.detect import detect, find_spikes
from expression_transfer.core.reporting import SilentReporter

RIGHT_IRIS, LEFT_IRIS = 468, 473
MARKED = {
    RIGHT_IRIS: (203.7, 101.2),
    LEFT_IRIS: (247.1, 103.8),
    61: (204.2, 140.3),
    291: (243.7, 141.8),
    152: (224, 177.5),
}
"""Irises, corners of the mouth and chin of skimage.data.astronaut(), marked by hand on an eightfold enlargement, px."""
GREY = 190


def canvas(height: int, width: int) -> np.ndarray:
    return np.full((height, width, 3), GREY, np.uint8)


def put(frame: np.ndarray, picture: np.ndarray, u: int, v: int) -> np.ndarray:
    """The picture on the frame with its corner at (u, v), cut at the frame's border."""
    out = frame.copy()
    height, width = picture.shape[:2]
    rows, columns = slice(max(v, 0), min(v + height, len(frame))), slice(max(u, 0), min(u + width, frame.shape[1]))
    if rows.start < rows.stop and columns.start < columns.stop:
        out[rows, columns] = picture[rows.start - v : rows.stop - v, columns.start - u : columns.stop - u]
    return out


def eyes_apart(points: np.ndarray) -> float:
    return float(np.linalg.norm(points[RIGHT_IRIS] - points[LEFT_IRIS]))


def stranger(picture: np.ndarray) -> np.ndarray:
    """Somebody else: mirrored, darker and bluish."""
    return (picture[:, ::-1] * np.array([0.35, 0.5, 0.8])).astype(np.uint8)


def test_points_lie_where_a_person_marked_them(tracked):
    track = tracked([skimage.data.astronaut()])
    assert track.visible.all() and track.points.shape == (1, 478, 2) and track.depth.shape == (1, 478)
    for landmark, place in MARKED.items():
        assert np.linalg.norm(track.points[0, landmark] - place) < 3.0, landmark
    for iris in (RIGHT_IRIS, LEFT_IRIS):
        assert np.linalg.norm(track.points[0, iris] - MARKED[iris]) < 1.5


def test_points_move_with_the_picture(tracked, portrait):
    places = [(100, 60), (101, 60), (117, 71), (140, 90), (200, 40)]
    track = tracked([put(canvas(480, 640), portrait, u, v) for u, v in places])
    relative = track.points - np.array(places)[:, None]
    away = np.linalg.norm(relative - relative.mean(axis=0), axis=2)
    assert away.mean() < 0.005 * eyes_apart(track.points[0])


@pytest.mark.parametrize("scale", [0.5, 2.0, 4.0])
def test_points_scale_with_the_picture(scale, tracked, portrait, tmp_path):
    size = [round(side * scale) for side in portrait.shape[:2]]
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    one = tracked([portrait]).points[0]
    other = tracked([cv2.resize(portrait, size, interpolation=how)]).points[0]
    assert np.linalg.norm(other / scale - one, axis=1).mean() < 0.02 * eyes_apart(one)


def test_a_small_face_in_a_large_frame_is_found(tracked, portrait):
    """A head about a twentieth of the frame's height."""
    small = cv2.resize(portrait, (96, 96), interpolation=cv2.INTER_AREA)
    track = tracked([put(canvas(1080, 1920), small, 1500, 120)])
    assert track.visible.all()
    inside = (track.points[0] - [1500, 120]) / 96
    assert (inside > 0.2).all() and (inside < 0.8).all()


def test_the_largest_face_is_followed_or_the_one_asked_for(tracked, portrait):
    small = cv2.resize(portrait, (200, 200), interpolation=cv2.INTER_AREA)
    frames = [put(put(canvas(320, 640), portrait, 10 + t, 10), stranger(small), 400, 80 - t) for t in range(4)]
    largest = tracked(frames)
    assert largest.visible.all() and (largest.points[..., 0].mean(axis=1) < 320).all()
    asked = tracked(frames, person=(500.0, 160.0))
    assert asked.visible.all() and (asked.points[..., 0].mean(axis=1) > 400).all()


def test_nobody_takes_over_when_the_person_is_gone(tracked, portrait):
    both = put(put(canvas(320, 640), portrait, 10, 10), stranger(portrait), 330, 10)
    alone = put(canvas(320, 640), stranger(portrait), 330, 10)
    track = tracked([both, both, alone, alone, both], person=(150.0, 120.0))
    np.testing.assert_array_equal(track.visible, [True, True, False, False, True])
    assert np.nanmax(track.points[..., 0]) < 320


def test_a_cut_to_somebody_else_in_the_same_place_is_a_gap(tracked, portrait):
    one, other = put(canvas(320, 320), portrait, 10, 10), put(canvas(320, 320), stranger(portrait), 10, 10)
    track = tracked([one, one, other, other, one])
    np.testing.assert_array_equal(track.visible, [True, True, False, False, True])


def test_a_face_that_leaves_and_returns(tracked, portrait):
    places = [*range(150, -260, -25), *range(-260, 160, 25)]
    track = tracked([put(canvas(320, 500), portrait, u, 10) for u in places])
    # the face takes up columns 100–200 of the picture
    whole, gone = np.array(places) > -95, np.array(places) < -160
    assert track.visible[whole].all() and not track.visible[gone].any()
    assert np.isnan(track.points[~track.visible]).all() and (track.score[~track.visible] == 0).all()
    assert np.isfinite(track.points[track.visible]).all() and (track.score[track.visible] >= 0.5).all()
    relative = track.points[whole] - np.array([[[u, 10.0]] for u in np.array(places)[whole]])
    assert np.linalg.norm(relative - relative[0], axis=2).mean() < 0.02 * eyes_apart(track.points[0])


def test_a_clip_without_a_face_is_named(shot, options):
    noise = np.random.default_rng(2).integers(0, 256, (240, 320, 3), np.uint8)
    with pytest.raises(InputError, match=r"shot\.####\.png: no face"):
        detect(shot([noise, canvas(240, 320)]), options, SilentReporter())


def test_frames_times_and_progress_are_the_clips(shot, options, portrait):
    calls = []

    class Recorder(SilentReporter):
        def progress(self, stage, done, total):
            calls.append((stage, done, total))

    clip = open_clip(shot([portrait] * 4).path, 2, 4)
    track = detect(clip, options, Recorder())
    assert calls == [("detect", 1, 3), ("detect", 2, 3), ("detect", 3, 3)]
    np.testing.assert_array_equal(track.frames, [2, 3, 4])
    np.testing.assert_allclose(track.times, [1 / 24, 2 / 24, 3 / 24])
    assert (track.fps, track.width, track.height, track.backend) == (24.0, 300, 300, options.backend)


def test_gaps_are_told(shot, options, portrait):
    lines = []

    class Recorder(SilentReporter):
        def log(self, message):
            lines.append(message)

    detect(shot([portrait, portrait, canvas(300, 300), portrait]), options, Recorder())
    assert len(lines) == 1 and "1 of 4 frames (3)" in lines[0]


def test_a_stop_is_heeded(shot, options, portrait):
    class Stop(SilentReporter):
        def check(self):
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        detect(shot([portrait] * 9), options, Stop())


def test_a_planted_spike_is_found_and_motion_is_not():
    rng = np.random.default_rng(4)
    face = rng.uniform(0, 100, (478, 3)).astype(np.float32)
    motion = 8 * np.sin(np.arange(30) / 3)[:, None, None] * np.array([1, 1, 0], np.float32)
    points = face + motion.astype(np.float32)
    points[11, :, 0] += 25
    points[20] = np.nan
    np.testing.assert_array_equal(np.flatnonzero(find_spikes(points)), [11])


def test_native_libraries_keep_quiet(shot, options, portrait):
    clip = shot([portrait])
    code = f"""
from pathlib import Path, PosixPath, WindowsPath
from expression_transfer.core.clip import open_clip
from expression_transfer.core.landmarks.detect import DetectOptions, detect
from expression_transfer.core.reporting import SilentReporter
detect(open_clip({clip.path!r}), DetectOptions({options.backend!r}, {options.task!r}), SilentReporter())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["s13.mp4", "s18.mp4", "d3.mp4", "d18.mp4", "s10.jpg", "s12.jpg"])
def test_every_frame_of_real_footage_is_seen(name, options, footage: Path):
    """The full-range face detector, asked of each fifth frame by itself, puts the eyes in the same places."""
    solutions = pytest.importorskip("mediapipe").solutions
    clip = open_clip(footage / name)
    track = detect(clip, options, SilentReporter())
    assert track.visible.all()
    finder_pixel = max(clip.width, clip.height) / 192  # its network sees the whole frame as 192×192
    with solutions.face_detection.FaceDetection(model_selection=1) as finder:
        for row in range(0, len(track), 5):
            detections = finder.process(clip.read(int(track.frames[row])).pixels).detections
            if detections:
                eyes = detections[0].location_data.relative_keypoints[:2]
                marked = np.array([[eye.x * clip.width, eye.y * clip.height] for eye in eyes])
                away = np.linalg.norm(track.points[row, [RIGHT_IRIS, LEFT_IRIS]] - marked, axis=1)
                assert away.max() < max(0.25 * eyes_apart(track.points[row]), 2 * finder_pixel)
