"""A shot's faces and what is read off them, with a stand-in whose outputs are known (stand_in/make.py)."""

import importlib
import tracemalloc
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from expression_transfer.core.clip import Frame
from expression_transfer.core.encoder.encode import WAITING, ShotEncoder
from expression_transfer.core.encoder.faces import Faces, open_faces
from expression_transfer.core.encoder.networks import open_expression
from expression_transfer.core.encoder.predict import predict
from expression_transfer.core.encoder.shape_free import SIDE, ShapeFree
from expression_transfer.core.errors import InputError
from expression_transfer.core.landmarks.backend import FoundFace
from expression_transfer.core.landmarks.detect import DetectOptions, detect
from expression_transfer.core.landmarks.follow import Seen
from expression_transfer.core.landmarks.region import Region
from expression_transfer.core.landmarks.track import LandmarkTrack
from expression_transfer.core.reporting import SilentReporter
from stand_in_encoder import EXPRESSION, LAYOUT, face, painted, picture


def seen(points: np.ndarray) -> Seen:
    return Seen(points, 1.0, Region(0, 0, 1, 0), np.zeros((8, 8, 3), np.uint8), points, np.zeros(1, np.float32))


@pytest.fixture(scope="module")
def shape_free() -> ShapeFree:
    return ShapeFree.load(LAYOUT)


def test_every_row_is_of_its_own_frame(shape_free, tmp_path):
    """Faces that move to the right, each in its own greys; three frames show nobody, one is not believed."""
    frames = [(painted((10 * row, 200, 90, 60), 100 + 20 * row), face(100 + 20 * row)) for row in range(11)]
    nobody = (0, 4, 5)
    visible = ~np.isin(np.arange(11), [*nobody, 8])
    with ShotEncoder(shape_free, tmp_path / "faces.npy") as encoder:
        for row, (rgb, points) in enumerate(frames):
            encoder.observe(rgb, None if row in nobody else seen(points))
        encoder.finish(visible)
    made = np.load(tmp_path / "faces.npy")
    assert made.shape == (11, SIDE, SIDE) and not made[~visible].any()
    for row in np.flatnonzero(visible):
        np.testing.assert_array_equal(made[row], shape_free.texture(*frames[row]))
    assert len(np.unique(made[visible, 20, 20])) > 5
    np.testing.assert_array_equal(open_faces(tmp_path / "faces.npy").rows([3, 10, 1]), made[[3, 10, 1]])


@pytest.fixture
def planted(tmp_path):
    return partial(shot, tmp_path / "faces.npy")


def shot(path: Path, greys: np.ndarray, gaps: np.ndarray, gone: tuple[int, ...] = ()) -> tuple[Faces, LandmarkTrack]:
    """Even textures and lips apart, some frames unseen."""
    count = len(greys)
    visible = ~np.isin(np.arange(count), gone)
    points = np.stack([face(300, gap=gap) for gap in gaps])
    points[~visible] = np.nan
    texture = np.broadcast_to(greys[:, None, None], (count, SIDE, SIDE)).astype(np.uint8) * visible[:, None, None]
    numbers = np.arange(count)
    track = LandmarkTrack(
        points[..., :2].copy(), points[..., 2].copy(), visible.astype(np.float32), visible, numbers, numbers / 24,
        fps=24.0, width=600, height=400, focal=None, backend="mediapipe-solutions", warnings=(),
    )  # fmt: skip
    np.save(path, texture)
    return open_faces(path), track


def test_only_a_whole_file_of_faces_is_read(tmp_path):
    path = tmp_path / "faces.npy"
    for broken in (b"", b"no faces", np.zeros((3, SIDE, SIDE), np.float32), np.zeros((3, 8, 8), np.uint8)):
        if isinstance(broken, bytes):
            path.write_bytes(broken)
        else:
            np.save(path, broken)
        with pytest.raises(InputError, match=f"{path}: not a"):
            open_faces(path)
    np.save(path, np.zeros((3, SIDE, SIDE), np.uint8))
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(InputError, match="not a whole file"):
        open_faces(path)


def test_it_observes_a_detection(footage_clip, shape_free, tmp_path):
    with ShotEncoder(shape_free, tmp_path / "faces.npy") as encoder:
        track = detect(footage_clip, DetectOptions(), SilentReporter(), encoder.observe)
        encoder.finish(track.visible)
    made = open_faces(tmp_path / "faces.npy")
    assert track.visible.sum() == 14 and len(track) == len(made) == 26
    assert made.rows(np.flatnonzero(track.visible)).std(axis=(1, 2)).min() > 20


class OneFace:
    """A detector that sees the same face wherever it is asked to look."""

    name, side, depth = "mediapipe-solutions", 192, 0
    place = Region(300, 150, 240, 0)

    def find(self, rgb):
        return [FoundFace(self.place, 1.0)]

    def mesh(self, crop):
        return (face(300) - np.array([self.place.u, self.place.v, 0])) / self.place.size + [0.5, 0.5, 0], 1.0

    def close(self):
        pass


class Film:
    """Frames that are made when they are asked for."""

    def frames(self, first, last):
        for number in range(first, last + 1):
            yield Frame(number, number / 24, picture((number % 256, 90, 90)))


def test_of_frames_gone_by_only_landmarks_are_kept(monkeypatch, footage_clip, shape_free, tmp_path):
    """What is held after 90 frames and after 30, and at most between."""
    detecting = importlib.import_module("expression_transfer.core.landmarks.detect")
    monkeypatch.setattr(detecting, "open_backend", lambda name, task: OneFace())
    held, peaks = [], []
    for frames in (5, 30, 90):  # the first fills what is filled once
        clip = replace(footage_clip, source=Film(), width=600, height=400, first=1, last=frames)
        with ShotEncoder(shape_free, tmp_path / "faces.npy") as encoder:
            tracemalloc.start()
            track = detect(clip, DetectOptions(), SilentReporter(), encoder.observe)
            encoder.finish(track.visible)
            now, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        assert track.visible.all() and len(open_faces(tmp_path / "faces.npy")) == frames
        held.append(now)
        peaks.append(peak)
    row = track.points[0].nbytes + track.depth[0].nbytes
    assert held[2] - held[1] < 60 * 1.5 * row
    assert peaks[2] - peaks[1] < 60 * 3 * row + 4 * WAITING * 600 * 400 * 3


def test_every_frame_is_read_against_the_shots_mean(planted):
    """200 frames, more than one batch, some unseen: what a frame adds to the mean of those that are seen."""
    greys, gaps = np.arange(200), np.linspace(0, 0.5, 200)
    made, track = planted(greys, gaps, gone=(3, 80, 81))
    read = predict(open_expression("cpu", EXPRESSION), made, track)
    assert len(read.names) == 45 and read.weights.shape == (200, 45) and read.gaze.shape == (200, 2, 2)
    np.testing.assert_array_equal(np.flatnonzero(~read.seen()), [3, 80, 81])
    assert np.isnan(read.gaze[3]).all()
    rows = np.flatnonzero(track.visible)
    np.testing.assert_allclose(read.weights[rows, 44], greys[rows] / 255, atol=1e-5)
    above = (greys[rows] - greys[rows].mean()) / 255
    np.testing.assert_allclose(read.sigma[rows, 7], 0.05 + np.abs(above), atol=1e-5)
    np.testing.assert_allclose(read.gaze[rows, 0, 0], above, atol=1e-5)
    np.testing.assert_allclose(read.gaze[rows, 1, 0], -(gaps[rows] - gaps[rows].mean()), atol=1e-3)


def test_a_still_is_its_own_mean(planted):
    read = predict(open_expression("cpu", EXPRESSION), *planted(np.array([102]), np.array([0.2])))
    np.testing.assert_allclose(read.weights[0, 44], 0.4, atol=1e-6)
    np.testing.assert_allclose(read.gaze, 0, atol=1e-6)


def test_where_nobody_is_seen_nothing_is_read(planted):
    read = predict(open_expression("cpu", EXPRESSION), *planted(np.zeros(2), np.zeros(2), gone=(0, 1)))
    assert not read.seen().any()


def test_a_long_shots_reading_takes_what_its_curves_take(planted):
    """5,000 frames: nothing per pair of frames, and not the faces."""
    made, track = planted(np.arange(5000) % 256, np.zeros(5000))
    network = open_expression("cpu", EXPRESSION)
    tracemalloc.start()
    read = predict(network, made, track)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    curves = sum(values.nbytes for values in (read.weights, read.sigma, read.gaze))
    assert peak < curves + 16 * 64 * (SIDE**2 + 8 * 478 * 3 * 4)
