import subprocess
import sys

import cv2
import numpy as np
import pytest
from expression_transfer.core.errors import InputError
from expression_transfer.core.landmarks.backend import open_backend
from expression_transfer.core.landmarks.detect import DetectOptions, detect
from expression_transfer.core.landmarks.region import Region, region_of_mesh
from expression_transfer.core.landmarks.tasks import TASK_VARIABLE, find_task_file
from expression_transfer.core.reporting import SilentReporter


def ramp(height: int, width: int) -> np.ndarray:
    """An image whose red is u and whose green is v (px, centres at +0.5), each over 2."""
    v, u = np.mgrid[:height, :width] + 0.5
    return np.stack([u / 2, v / 2, 0 * u], axis=-1).round().astype(np.uint8)


@pytest.mark.parametrize(
    "region", [Region(200, 180, 90, 0.0), Region(230.5, 210.2, 64, 0.7), Region(256, 256, 340, -0.4)]
)
def test_crop_and_to_image_are_inverse(region):
    """The colours of a ramp tell where each crop pixel came from."""
    crop = region.crop(ramp(512, 512), 64)
    y, x = np.mgrid[8:56, 8:56]
    centres = np.stack([(x + 0.5) / 64, (y + 0.5) / 64, 0 * x], axis=-1).reshape(-1, 3).astype(np.float32)
    claimed = region.to_image(centres)[:, :2]
    assert np.abs(crop[y, x, :2].reshape(-1, 2) * 2.0 - claimed).max() < 2.6  # the ramp is in steps of 2 px
    assert np.abs((crop[y, x, :2].reshape(-1, 2) * 2.0 - claimed).mean(axis=0)).max() < 0.25


def test_depth_scales_with_the_region():
    point = np.array([[0.5, 0.5, -0.1]], np.float32)
    np.testing.assert_allclose(Region(10, 20, 200, 1.0).to_image(point), [[10, 20, -20]], atol=1e-5)


def test_region_of_mesh_is_level_with_the_eyes():
    rng = np.random.default_rng(0)
    points = rng.uniform(0, 80, (478, 3)).astype(np.float32)
    points[33, :2], points[263, :2] = (20, 30), (60, 50)
    region = region_of_mesh(points)
    assert region.angle == pytest.approx(np.arctan2(20, 40))
    assert region.size == pytest.approx(1.5 * np.ptp(points[:468, :2], axis=0).max())


def test_the_network_knows_a_face_from_none(options, portrait):
    backend = open_backend(options.backend, options.task)
    found = backend.find(portrait)
    assert len(found) == 1 and found[0].score > 0.5
    assert backend.mesh(found[0].region.crop(portrait, backend.side))[1] > 0.9
    noise = np.random.default_rng(1).integers(0, 256, (backend.side, backend.side, 3), np.uint8)
    assert backend.mesh(noise)[1] < 0.1
    backend.close()


def test_solutions_agree_with_mediapipes_own_face_mesh(shot, portrait, tracked):
    mediapipe = pytest.importorskip("mediapipe")
    if not hasattr(mediapipe, "solutions"):
        pytest.skip("this mediapipe has no solutions")
    picture = cv2.resize(portrait, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    with mediapipe.solutions.face_mesh.FaceMesh(refine_landmarks=True) as peer:
        for _ in range(4):  # it settles like ours
            points = peer.process(picture).multi_face_landmarks[0].landmark
    theirs = np.array([(point.x, point.y, point.z) for point in points]) * picture.shape[1]
    track = detect(shot([picture]), DetectOptions("mediapipe-solutions"), SilentReporter())
    apart = np.linalg.norm(theirs[468, :2] - theirs[473, :2])
    assert np.linalg.norm(track.points[0] - theirs[:, :2], axis=1).mean() < 0.015 * apart
    assert np.abs(track.depth[0] - theirs[:, 2]).mean() < 0.03 * apart


def test_solutions_load_nothing_to_draw_with_and_leave_it_to_others(options):
    if options.backend != "mediapipe-solutions":
        pytest.skip("tasks need no mediapipe")
    lines = (
        "import sys",
        "from expression_transfer.core.landmarks.backend import open_backend",
        "open_backend('mediapipe-solutions', None).close()",
        "print('matplotlib' in sys.modules)",
        "import matplotlib.pyplot",
        "print(callable(matplotlib.pyplot.figure))",
    )
    said = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["False", "True"]


def test_tasks_agree_with_mediapipes_own_face_landmarker(shot, portrait, shared):
    mediapipe = pytest.importorskip("mediapipe")
    tasks = mediapipe.tasks
    task = shared / "models" / "face_landmarker.task"
    picture = cv2.resize(portrait, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    setting = tasks.vision.FaceLandmarkerOptions(base_options=tasks.BaseOptions(model_asset_path=str(task)))
    with tasks.vision.FaceLandmarker.create_from_options(setting) as peer:
        image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=picture)
        points = peer.detect(image).face_landmarks[0]
    theirs = np.array([(point.x, point.y, point.z) for point in points]) * picture.shape[1]
    track = detect(shot([picture]), DetectOptions("mediapipe-tasks", task), SilentReporter())
    apart = np.linalg.norm(theirs[468, :2] - theirs[473, :2])
    assert np.linalg.norm(track.points[0] - theirs[:, :2], axis=1).mean() < 0.02 * apart
    assert np.abs(track.depth[0] - theirs[:, 2]).mean() < 0.04 * apart


def test_a_missing_task_file_says_where_to_get_it(monkeypatch, tmp_path):
    monkeypatch.delenv(TASK_VARIABLE, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with pytest.raises(InputError) as caught:
        open_backend("mediapipe-tasks", None)
    text = str(caught.value)
    assert "face_landmarker.task" in text and "64184e22" in text and TASK_VARIABLE in text and "\n" not in text


def test_the_task_file_is_looked_for_in_order(monkeypatch, tmp_path):
    given, named = tmp_path / "given.task", tmp_path / "named.task"
    given.touch()
    named.touch()
    monkeypatch.setenv(TASK_VARIABLE, str(named))
    assert find_task_file(given) == given
    assert find_task_file(None) == named


def test_a_wrong_task_file_is_named(tmp_path):
    (tmp_path / "wrong.task").write_bytes(b"no bundle")
    with pytest.raises(InputError, match=r"wrong\.task"):
        open_backend("mediapipe-tasks", tmp_path / "wrong.task")
