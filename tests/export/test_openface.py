"""OpenFace's CSV, against its wiki's list of columns and its convention of rotations."""

import csv

import numpy as np
import pytest
from expression_transfer.core.conventions import CAMERA_FROM_FACE
from expression_transfer.core.errors import InputError
from expression_transfer.core.export.curves import read_performance
from expression_transfer.core.export.openface import write_openface
from expression_transfer.core.facs.tables import UNITS

from .test_curves import performance, rewrite, rows_of

# the wiki's page "Output Format", without landmarks and shape parameters
HEADER = """
frame,face_id,timestamp,confidence,success,gaze_0_x,gaze_0_y,gaze_0_z,gaze_1_x,gaze_1_y,gaze_1_z,gaze_angle_x,gaze_angle_y,
pose_Tx,pose_Ty,pose_Tz,pose_Rx,pose_Ry,pose_Rz,AU01_r,AU02_r,AU04_r,AU05_r,AU06_r,AU07_r,AU09_r,AU10_r,AU12_r,AU14_r,
AU15_r,AU17_r,AU20_r,AU23_r,AU25_r,AU26_r,AU45_r,AU01_c,AU02_c,AU04_c,AU05_c,AU06_c,AU07_c,AU09_c,AU10_c,AU12_c,AU14_c,
AU15_c,AU17_c,AU20_c,AU23_c,AU25_c,AU26_c,AU28_c,AU45_c
"""


def table(path):
    with path.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    return {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}


def acted(**changed):
    """At rest, but for what is named: head, gaze, position, or units by name."""
    made = performance(count=3)
    fields = {name: np.zeros_like(getattr(made, name)) for name in ("units", "head", "gaze", "position")}
    for name, value in changed.items():
        if name in UNITS:
            fields["units"][:, UNITS.index(name)] = value
        else:
            fields[name][:] = value
    return type(made)(**{**made.__dict__, **fields, "missing": np.zeros(3, bool)})


def written(tmp_path, **changed):
    write_openface(acted(**changed), tmp_path / "openface.csv")
    return table(tmp_path / "openface.csv")


def rotation(x, y, z):
    """The wiki's R = Rx · Ry · Rz."""
    (cx, cy, cz), (sx, sy, sz) = np.cos([x, y, z]), np.sin([x, y, z])
    about_x = [[1, 0, 0], [0, cx, -sx], [0, sx, cx]]
    about_y = [[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]]
    about_z = [[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]]
    return np.array(about_x) @ about_y @ about_z


def test_columns_are_openfaces(tmp_path):
    write_openface(performance(), tmp_path / "openface.csv")
    header, *body = rows_of(tmp_path / "openface.csv")
    assert header == "".join(HEADER.split()).split(",")
    assert len(body) == 60
    assert body[5][header.index("success")] == "0"


def test_intensities_are_the_five_levels_of_the_stronger_side(tmp_path):
    rows = written(tmp_path, AU12_L=1.0, AU12_R=0.2, AU1_R=0.1, AU26=0.05)
    assert rows["AU12_r"][0] == 5.0
    assert rows["AU01_r"][0] == pytest.approx(0.5)  # where level A begins: half of it rounds to 1
    assert rows["AU26_r"][0] == pytest.approx(0.25)
    assert (rows["AU12_c"][0], rows["AU01_c"][0], rows["AU26_c"][0], rows["AU04_c"][0]) == (1, 1, 0, 0)
    assert rows["AU25_r"][0] == pytest.approx(rows["AU26_r"][0])


def test_presence_of_sucked_lips(tmp_path):
    assert written(tmp_path, AU28_lower=0.5)["AU28_c"][0] == 1


def test_a_look_to_her_left_and_down_is_to_the_pictures_right_and_down(tmp_path):
    rows = written(tmp_path, gaze=[[0.3, 0.2], [0.3, 0.2]])
    assert rows["gaze_angle_x"][0] == pytest.approx(0.3)
    assert rows["gaze_angle_y"][0] > 0.15
    assert rows["gaze_0_z"][0] < -0.9  # towards the camera


def test_eye_0_is_the_pictures_left_one(tmp_path):
    rows = written(tmp_path, gaze=[[0.0, 0.0], [-0.4, 0.0]])  # her right eye looks to her right
    assert rows["gaze_0_x"][0] == pytest.approx(np.sin(-0.4))
    assert rows["gaze_1_x"][0] == pytest.approx(0.0)


@pytest.mark.parametrize("head", [(0.5, 0, 0), (0, 0.4, 0), (0, 0, 0.3), (0.5, -0.4, 0.3)])
def test_head_turns_point_the_nose_where_openfaces_convention_does(tmp_path, head):
    rows = written(tmp_path, head=head)
    turned = rotation(*(rows[f"pose_R{axis}"][0] for axis in "xyz"))
    yaw, pitch, roll = head
    about = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    about = about @ [[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]]
    about = about @ [[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]]
    for part in np.eye(3):  # her left ear, the crown, the nose
        np.testing.assert_allclose(turned @ CAMERA_FROM_FACE @ part, CAMERA_FROM_FACE @ about @ part, atol=2e-6)


def test_places_are_millimetres_away_from_the_camera(tmp_path):
    rows = written(tmp_path, position=[[0.01, 0.02, 0.03]])
    assert [rows[f"pose_T{axis}"][0] for axis in "xyz"] == pytest.approx([10.0, -20.0, -30.0])


def test_back_again(tmp_path):
    rng = np.random.default_rng(1)
    made = acted(head=rng.normal(0, 0.3, (3, 3)), gaze=rng.uniform(-0.4, 0.4, (3, 2, 2)))
    made.position[:] = [[-0.01, 0.0, 0.02], [0.0, 0.0, 0.0], [0.02, -0.01, -0.03]]  # the median is 0
    for unit in ("AU1", "AU4", "AU12", "AU45"):
        made.units[:, [UNITS.index(f"{unit}_L"), UNITS.index(f"{unit}_R")]] = rng.uniform(0, 1, (3, 1))
    made.units[:, UNITS.index("AU17")] = (0.2, 0.95, 0.5)
    write_openface(made, tmp_path / "openface.csv")
    back = read_performance(tmp_path / "openface.csv")
    for name, atol in (("units", 1e-5), ("head", 1e-5), ("gaze", 1e-5), ("position", 1e-8), ("times", 1e-6)):
        np.testing.assert_allclose(getattr(back, name), getattr(made, name), atol=atol)
    assert back.fps == pytest.approx(30.0, rel=1e-4)
    np.testing.assert_array_equal(back.frames, made.frames)


def test_frames_without_success_are_missing_and_at_rest(tmp_path):
    write_openface(performance(), tmp_path / "openface.csv")
    back = read_performance(tmp_path / "openface.csv")
    assert np.flatnonzero(back.missing).tolist() == [5]
    assert not back.units[5].any()
    assert not back.head[5].any()


def test_spaces_after_commas_and_landmarks_are_read_over(tmp_path):
    file = tmp_path / "take.csv"
    lines = ["frame, timestamp, confidence, success, x_0, AU12_r, AU45_r", "1, 0.0, 0.9, 1, 233.1, 5.0, 0.0"]
    file.write_text("\n".join([*lines, "2, 0.04, 0.9, 1, 233.2, 2.5, 5.0"]))
    back = read_performance(file)
    assert back.units[:, UNITS.index("AU12_R")].tolist() == pytest.approx([1.0, 0.334])
    assert back.units[:, UNITS.index("AU45_L")].tolist() == pytest.approx([0.0, 1.0])
    assert back.fps == pytest.approx(25.0)


def test_several_faces_are_refused(tmp_path):
    write_openface(performance(), tmp_path / "openface.csv")

    def second_face(rows):
        rows[3][1] = "1"
        return rows

    with pytest.raises(InputError, match=r"openface\.csv: holds several faces"):
        read_performance(rewrite(tmp_path / "openface.csv", second_face))
