"""The driver acts what the script says, and is seen as a face."""

import numpy as np
import pytest
from expression_transfer.core.demo.driver import SIZE, Stage
from expression_transfer.core.demo.script import keyed, scene
from expression_transfer.core.face.library import load_builtin


def test_keys_are_met_and_eased() -> None:
    values = keyed(((1.0, 0.0), (2.0, 4.0), (3.0, 1.0)), np.array([0.0, 1.0, 1.5, 2.0, 3.0, 9.0]))
    assert np.allclose(values, [0, 0, 2, 4, 1, 1])


def test_script_blinks_three_times_for_four_to_six_frames() -> None:
    acted = scene(load_builtin())
    shut = acted.weight("eyeBlink_L") > 0.02
    starts = np.flatnonzero(np.diff(shut.astype(int), prepend=0) == 1)
    ends = np.flatnonzero(np.diff(shut.astype(int), append=0) == -1)
    assert len(starts) == 3 and all(3 <= end - start + 1 <= 6 for start, end in zip(starts, ends, strict=True))
    assert acted.weights.shape == (150, len(acted.expressions))
    assert acted.weights.min() >= 0 and acted.weights.max() <= 1
    assert np.abs(acted.gaze[:, 0, 0]).max() > 0.3 and np.linalg.norm(acted.identity) > 3


def test_lids_follow_the_gaze() -> None:
    acted = scene(load_builtin())
    upward = acted.gaze[:, 0, 1] < -0.2
    assert upward.any() and (acted.weight("eyeLookUp_L")[upward] > 0.4).all()


def test_frames_do_not_depend_on_their_order() -> None:
    model = load_builtin()
    stage = Stage(model, scene(model), 5)
    later = stage.frame(40)
    stage.frame(0)
    assert np.array_equal(stage.frame(40), later) and later.shape == (SIZE, SIZE, 3)


@pytest.mark.slow
def test_detector_follows_lids_and_lips() -> None:
    face_mesh = pytest.importorskip("mediapipe.python.solutions.face_mesh", reason="needs MediaPipe 0.10.21")
    model = load_builtin()
    acted = scene(model)
    stage = Stage(model, acted, 5)
    rows = range(0, len(acted), 3)
    with face_mesh.FaceMesh(static_image_mode=False, refine_landmarks=True, max_num_faces=1) as mesh:
        found = [mesh.process(stage.frame(row)).multi_face_landmarks for row in rows]
    assert all(found)
    points = np.array([[(p.x, p.y) for p in faces[0].landmark] for faces in found])
    size = np.linalg.norm(points[:, 33] - points[:, 263], axis=1)
    lips = np.linalg.norm(points[:, 13] - points[:, 14], axis=1) / size
    assert np.corrcoef(lips, acted.weight("jawOpen")[rows.start :: rows.step])[0, 1] > 0.9
