"""A shot through the encoder, with a stand-in network whose outputs are known (stand_in/make.py)."""

import importlib
import threading
import time
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from expression_transfer.core.clip import Frame
from expression_transfer.core.encoder import encode
from expression_transfer.core.encoder.encode import ShotEncoder
from expression_transfer.core.encoder.encoding import Encoding
from expression_transfer.core.encoder.networks import Trunk, open_head, open_trunk
from expression_transfer.core.encoder.person import embedding, person_code, similarity
from expression_transfer.core.encoder.predict import predict
from expression_transfer.core.errors import Cancelled
from expression_transfer.core.landmarks import DetectOptions, detect
from expression_transfer.core.landmarks.backend import FoundFace
from expression_transfer.core.landmarks.follow import Seen
from expression_transfer.core.landmarks.region import Region
from expression_transfer.core.reporting import SilentReporter
from stand_in_encoder import HEAD, TRUNK, face, picture


def seen(points: np.ndarray) -> Seen:
    return Seen(points, 1.0, Region(0, 0, 1, 0), np.zeros((8, 8, 3), np.uint8), points, np.zeros(1, np.float32))


@pytest.fixture(scope="module")
def trunk() -> Trunk:
    return open_trunk("cpu", TRUNK)


def shot(frames, gone=()):
    """Frames whose red rises by one and whose lips part by a hundredth; `gone`: frames without a face."""
    for row in range(frames):
        yield picture((row % 256, 40, 80)), None if row in gone else seen(face(300, gap=row / 100))


def encoded(trunk, frames, gone=(), doubted=()):
    with ShotEncoder(trunk) as encoder:
        for rgb, look in shot(frames, gone):
            encoder.observe(rgb, look)
        return encoder.encoding(~np.isin(np.arange(frames), [*gone, *doubted]))


def test_every_row_is_of_its_own_frame(trunk):
    made = encoded(trunk, 11, gone=(0, 4, 5), doubted=(8,))
    np.testing.assert_array_equal(np.flatnonzero(~made.visible), [0, 4, 5, 8])
    rows = np.flatnonzero(made.visible)
    np.testing.assert_allclose(made.code[rows, 0], rows / 255, atol=1e-3)
    np.testing.assert_allclose(made.code[rows, 4], -rows / 100, atol=2e-3)
    assert not made.code[~made.visible].any() and not made.identity[~made.visible].any()
    np.testing.assert_allclose(np.linalg.norm(made.identity[rows].astype(float), axis=1), 1, atol=1e-2)


def test_it_is_saved_as_it_is(trunk, tmp_path):
    made = encoded(trunk, 5, gone=(2,))
    made.save(tmp_path / "encoding.npz")
    again = Encoding.load(tmp_path / "encoding.npz")
    assert again.code.dtype == np.float16 and again.digest() == made.digest()


def test_what_the_network_cannot_read_counts_as_unseen(trunk):
    with ShotEncoder(trunk) as encoder:
        for row in range(3):
            points = face(300)
            points[14] = np.nan if row == 1 else points[14]
            encoder.observe(picture((9, 9, 9)), seen(points))
        made = encoder.encoding(np.ones(3, bool))
    np.testing.assert_array_equal(made.visible, [True, False, True])
    assert np.isfinite(made.code).all() and np.isfinite(made.identity).all()


class SlowSession:
    """A network that waits until it is let go, and remembers its batches."""

    def __init__(self, fails: bool = False) -> None:
        self.go = threading.Event()
        self.fails = fails
        self.batches = []

    def run(self, _names, inputs):
        self.go.wait(10)
        if self.fails:
            raise MemoryError("no room")
        self.batches.append(len(inputs["crop"]))
        return np.zeros((len(inputs["crop"]), 6), np.float32), np.ones((len(inputs["crop"]), 128), np.float32)


def test_it_works_beside_the_detection_and_holds_few_frames():
    slow = SlowSession()
    held = encode.BATCH - 1 + encode.WAITING
    with ShotEncoder(Trunk(slow)) as encoder:
        for _ in range(held):  # the first batch is in work, the others wait
            encoder.observe(picture((1, 1, 1)), seen(face(300)))
        watcher = threading.Thread(target=encoder.observe, args=(picture((1, 1, 1)), seen(face(300))))
        watcher.start()
        watcher.join(0.2)
        assert watcher.is_alive()
        slow.go.set()
        watcher.join(10)
        assert not watcher.is_alive()
        made = encoder.encoding(np.ones(held + 1, bool))
    assert made.visible.all() and slow.batches == [4, 4]


def test_what_goes_wrong_beside_is_raised_here():
    broken = SlowSession(fails=True)
    broken.go.set()
    with pytest.raises(MemoryError, match="no room"), ShotEncoder(Trunk(broken)) as encoder:
        for _ in range(20):
            encoder.observe(picture((1, 1, 1)), seen(face(300)))
            time.sleep(0.01)


def test_a_cancelled_detection_leaves_no_thread(footage_clip, trunk):
    class Stop(SilentReporter):
        def progress(self, stage, done, total):
            if done == 3:
                raise Cancelled("stopped")

    before = threading.active_count()
    with pytest.raises(Cancelled), ShotEncoder(trunk) as encoder:
        detect(footage_clip, DetectOptions(), Stop(), encoder.observe)
    assert threading.active_count() == before


def test_it_observes_a_detection(footage_clip, trunk):
    with ShotEncoder(trunk) as encoder:
        track = detect(footage_clip, DetectOptions(), SilentReporter(), encoder.observe)
        made = encoder.encoding(track.visible)
    np.testing.assert_array_equal(made.visible, track.visible)
    assert track.visible.sum() == 14 and len(track) == 26


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


class Weigher(SilentReporter):
    """How much is held after the 30th frame and each sixty more."""

    def __init__(self):
        self.held = {}

    def progress(self, stage, done, total):
        if done % 60 == 30:
            self.held[done] = tracemalloc.get_traced_memory()[0]


def test_of_frames_gone_by_only_landmarks_and_codes_are_kept(monkeypatch, footage_clip, trunk):
    detecting = importlib.import_module("expression_transfer.core.landmarks.detect")
    monkeypatch.setattr(detecting, "open_backend", lambda name, task: OneFace())
    clip = replace(footage_clip, source=Film(), width=600, height=400, first=1, last=90)
    weigher = Weigher()
    tracemalloc.start()
    with ShotEncoder(trunk) as encoder:
        track = detect(clip, DetectOptions(), weigher, encoder.observe)
        assert encoder.encoding(track.visible).visible.all()
    tracemalloc.stop()
    growth = (weigher.held[90] - weigher.held[30]) / 60
    row = track.points[0].nbytes + track.depth[0].nbytes + 2 * (6 + 128)
    assert growth < 1.5 * row


def test_the_prediction_is_against_the_persons_own_face(trunk):
    made = encoded(trunk, 40, gone=(3,))
    read = predict(open_head("cpu", HEAD), made)
    assert len(read.names) == 45 and read.weights.shape == (40, 45) and read.gaze.shape == (40, 2, 2)
    assert np.isnan(read.weights[3]).all() and np.isnan(read.sigma[3]).all() and np.isnan(read.gaze[3]).all()
    rows = np.flatnonzero(made.visible)
    np.testing.assert_allclose(read.weights[rows, 44], rows / 255, atol=1e-3)
    away = np.abs(rows - rows.mean()) / 255
    np.testing.assert_allclose(read.sigma[rows, 7], 0.05 + away, atol=1e-3)
    np.testing.assert_allclose(read.gaze[rows, 0, 0], (rows - rows.mean()) / 255, atol=1e-3)


def test_the_person_is_not_pulled_by_a_few_frames():
    rng = np.random.default_rng(5)
    code = rng.normal(1, 0.1, (100, 32))
    identity = np.eye(128)[np.zeros(100, int)] + rng.normal(0, 0.02, (100, 128))
    code[40:50], identity[40:50] = 30, np.eye(128)[1]
    made = Encoding(code.astype(np.float16), identity.astype(np.float16), np.arange(100) % 10 > 0)
    np.testing.assert_allclose(person_code(made), 1, atol=0.05)
    assert similarity(embedding(made), np.eye(128, dtype=np.float32)[0]) > 0.99


def test_a_still_is_its_own_person():
    code = np.arange(6, dtype=np.float16)[None]
    made = Encoding(code, np.ones((1, 128), np.float16), np.ones(1, bool))
    np.testing.assert_array_equal(person_code(made), code[0])


def test_a_long_shot_stays_small():
    """10,000 frames: the curves and one copy of the codes, nothing per pair of frames."""
    count = 10_000
    rng = np.random.default_rng(6)
    code = rng.uniform(0, 1, (count, 6)).astype(np.float16)
    made = Encoding(code, np.zeros((count, 128), np.float16), np.ones(count, bool))
    head = open_head("cpu", HEAD)
    tracemalloc.start()
    read = predict(head, made)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    curves = sum(values.nbytes for values in (read.weights, read.sigma, read.gaze))
    assert peak < 1.5 * curves
