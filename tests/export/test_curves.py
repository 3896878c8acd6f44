import csv

import numpy as np
import pytest
from expression_transfer.core.errors import InputError
from expression_transfer.core.export.curves import read_performance
from expression_transfer.core.export.facs_csv import write_facs
from expression_transfer.core.export.live_link import write_arkit
from expression_transfer.core.facs.convert import arkit_weights
from expression_transfer.core.facs.performance import Performance
from expression_transfer.core.facs.tables import UNITS

# the header of Live Link Face's own recordings (as in Epic's documentation and sample takes)
LIVE_LINK_HEADER = """
Timecode,BlendShapeCount,EyeBlinkLeft,EyeLookDownLeft,EyeLookInLeft,EyeLookOutLeft,EyeLookUpLeft,EyeSquintLeft,
EyeWideLeft,EyeBlinkRight,EyeLookDownRight,EyeLookInRight,EyeLookOutRight,EyeLookUpRight,EyeSquintRight,
EyeWideRight,JawForward,JawRight,JawLeft,JawOpen,MouthClose,MouthFunnel,MouthPucker,MouthRight,MouthLeft,
MouthSmileLeft,MouthSmileRight,MouthFrownLeft,MouthFrownRight,MouthDimpleLeft,MouthDimpleRight,MouthStretchLeft,
MouthStretchRight,MouthRollLower,MouthRollUpper,MouthShrugLower,MouthShrugUpper,MouthPressLeft,MouthPressRight,
MouthLowerDownLeft,MouthLowerDownRight,MouthUpperUpLeft,MouthUpperUpRight,BrowDownLeft,BrowDownRight,BrowInnerUp,
BrowOuterUpLeft,BrowOuterUpRight,CheekPuff,CheekSquintLeft,CheekSquintRight,NoseSneerLeft,NoseSneerRight,
TongueOut,HeadYaw,HeadPitch,HeadRoll,LeftEyeYaw,LeftEyePitch,LeftEyeRoll,RightEyeYaw,RightEyePitch,RightEyeRoll
"""


def performance(count=60, fps=30.0, seed=0):
    rng = np.random.default_rng(seed)
    units = rng.uniform(0, 1, (count, len(UNITS)))
    for merged in ("AU1", "AU34"):
        units[:, UNITS.index(f"{merged}_R")] = units[:, UNITS.index(f"{merged}_L")]
    return Performance(
        units=units,
        head=rng.normal(0, 0.3, (count, 3)),
        position=np.zeros((count, 3)),
        gaze=rng.uniform(-0.4, 0.4, (count, 2, 2)),
        confidence=np.linspace(0.5, 1, count),
        bridged=np.arange(count) == 3,
        missing=np.arange(count) == 5,
        frames=np.arange(1001, 1001 + count),
        times=np.arange(count) / fps,
        fps=fps,
        source="made.mp4",
    )


def rows_of(path):
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.reader(stream))


def rewrite(path, change):
    rows = rows_of(path)
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(change(rows))
    return path


def without(rows, name):
    gone = rows[0].index(name)
    return [row[:gone] + row[gone + 1 :] for row in rows]


@pytest.fixture
def arkit(tmp_path):
    write_arkit(performance(), tmp_path / "arkit.csv")
    return tmp_path / "arkit.csv"


@pytest.fixture
def facs(tmp_path):
    write_facs(performance(), tmp_path / "facs.csv")
    return tmp_path / "facs.csv"


def test_arkit_has_live_link_faces_columns(arkit):
    header, *body = rows_of(arkit)
    assert len(header) == 63
    assert header == "".join(LIVE_LINK_HEADER.split()).split(",")
    assert len(body) == 60
    assert {row[1] for row in body} == {"52"}
    assert body[0][0] == "00:00:00:00.000"
    assert body[31][0] == "00:00:01:01.000"


def test_arkit_holds_the_weights_and_angles(arkit):
    acted = performance()
    values = np.array([row[2:] for row in rows_of(arkit)[1:]], float)
    assert np.abs(values[:, :52] - arkit_weights(acted)).max() < 1e-6
    assert np.abs(values[:, 52:55] - acted.head).max() < 1e-6
    assert np.abs(values[:, [55, 56, 58, 59]] - acted.gaze.reshape(-1, 4)).max() < 1e-6


def test_arkit_reads_back(arkit):
    acted, back = performance(), read_performance(arkit)
    for name in ("units", "head", "gaze", "times"):
        assert np.abs(getattr(back, name) - getattr(acted, name)).max() < 1e-6, name
    assert back.fps == pytest.approx(30.0)


def test_facs_reads_back(facs):
    acted, back = performance(), read_performance(facs)
    for name in ("units", "head", "gaze", "times"):
        assert np.abs(getattr(back, name) - getattr(acted, name)).max() < 1e-6, name
    assert np.abs(back.confidence - acted.confidence).max() < 1e-4
    for name in ("bridged", "missing", "frames"):
        assert np.array_equal(getattr(back, name), getattr(acted, name)), name
    assert back.fps == pytest.approx(30.0, abs=1e-4)


def test_facs_marks_frames_and_lists_every_unit(facs):
    header, *body = rows_of(facs)
    assert header[:5] == ["frame", "timestamp", "confidence", "success", "bridged"]
    assert set(UNITS) <= set(header)
    assert [row[0] for row in body] == [str(number) for number in range(1001, 1061)]
    assert [row[4] for row in body].count("1") == 1
    assert body[3][4] == "1"
    assert body[5][3] == "0"


def test_npz_reads_back(tmp_path):
    performance().save(tmp_path / "performance.npz")
    assert read_performance(tmp_path / "performance.npz").digest() == performance().digest()


@pytest.mark.parametrize("fps", [24.0, 25.0, 30000 / 1001, 30.0, 48.0, 50.0, 60000 / 1001, 60.0])
@pytest.mark.parametrize("seconds", [1.3, 2.5, 11.0])
@pytest.mark.parametrize("start", [0.0, 0.4, 3599.7])
def test_rate_of_a_live_link_file(tmp_path, fps, seconds, start):
    acted = performance(count=round(seconds * fps), fps=fps)
    acted.times[:] += start
    write_arkit(acted, tmp_path / "take.csv")
    back = read_performance(tmp_path / "take.csv")
    assert back.fps == pytest.approx(fps, rel=1e-4)
    assert np.abs(back.times - (acted.times - start)).max() < 1e-4


def test_rate_of_a_file_shorter_than_a_second(tmp_path):
    write_arkit(performance(count=12, fps=24.0), tmp_path / "short.csv")
    assert read_performance(tmp_path / "short.csv").fps == 60.0
    back = read_performance(tmp_path / "short.csv", short_fps=24.0)
    assert back.fps == 24.0
    assert np.allclose(back.times, np.arange(12) / 24)


def test_a_single_row(tmp_path):
    write_arkit(performance(count=1), tmp_path / "one.csv")
    assert len(read_performance(tmp_path / "one.csv")) == 1
    write_facs(performance(count=1), tmp_path / "one.csv")
    assert len(read_performance(tmp_path / "one.csv")) == 1


def test_rows_that_were_dropped_keep_their_time(arkit):
    """Live Link Face drops a frame now and then; the rest stay at their seconds."""
    rewrite(arkit, lambda rows: rows[:20] + rows[21:])
    back = read_performance(arkit)
    assert back.fps == pytest.approx(30.0)
    assert np.allclose(back.times, np.delete(np.arange(60), 19) / 30)


@pytest.mark.parametrize("name", ["arkit", "facs"])
def test_edited_by_a_spreadsheet(request, name):
    """Columns in another order, one more, a byte order mark and CRLF: the same curves."""
    path = request.getfixturevalue(name)
    before = read_performance(path).digest()
    rows = rows_of(path)
    order = np.random.default_rng(1).permutation(len(rows[0]))
    text = "\r\n".join(",".join([*(row[column] for column in order), "a note"]) for row in rows)
    path.write_bytes(b"\xef\xbb\xbf" + text.encode() + b"\r\n\r\n")
    assert read_performance(path).digest() == before


def test_eyes_turn_by_the_shapes_where_the_angles_are_not_given(arkit):
    def no_angles(rows):
        return [row[:55] for row in rows]

    back = read_performance(rewrite(arkit, no_angles))
    assert np.abs(back.gaze - performance().gaze).max() < 1e-6


def test_a_value_above_one_stays(facs):
    """Artists may exceed 1."""

    def pushed(rows):
        rows[2][rows[0].index("AU12_L")] = "1.4"
        return rows

    assert read_performance(rewrite(facs, pushed)).units[1, UNITS.index("AU12_L")] == 1.4


def replaced(name, value):
    def change(rows):
        rows[2][rows[0].index(name)] = value
        return rows

    return change


@pytest.mark.parametrize(
    ("name", "change", "what"),
    [
        ("arkit", lambda rows: without(rows, "JawOpen"), "'JawOpen' is missing"),
        ("facs", lambda rows: without(rows, "AU26"), "'AU26' is missing"),
        ("arkit", replaced("JawOpen", "open"), "'JawOpen' holds something that is not a number"),
        ("facs", replaced("AU26", ""), "'AU26' holds something that is not a number"),
        ("facs", replaced("AU26", "nan"), "'AU26' holds a value that is not finite"),
        ("arkit", replaced("Timecode", "12.5"), "Timecode"),
        ("facs", replaced("timestamp", "9"), "backwards"),
        ("facs", lambda rows: [*rows[:3], rows[3][:9]], "row 4 is incomplete"),
        ("facs", lambda rows: rows[:1], "no rows"),
        ("facs", lambda rows: [["a", "b"], ["1", "2"]], "neither"),
        ("facs", lambda rows: [], "no rows"),
    ],
)
def test_a_damaged_file_is_named_with_its_fault(request, name, change, what):
    path = request.getfixturevalue(name)
    with pytest.raises(InputError, match=what) as caught:
        read_performance(rewrite(path, change))
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00\x01binary", b"PK\x03\x04"])
@pytest.mark.parametrize("suffix", [".csv", ".npz"])
def test_something_else_is_refused(tmp_path, content, suffix):
    path = tmp_path / f"curves{suffix}"
    path.write_bytes(content)
    with pytest.raises(InputError, match="curves"):
        read_performance(path)


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_performance(tmp_path / "none.csv")
    with pytest.raises(InputError):
        read_performance(tmp_path)


def test_the_same_curves_give_the_same_bytes(tmp_path):
    for name in ("a.csv", "b.csv"):
        write_facs(performance(), tmp_path / name)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
