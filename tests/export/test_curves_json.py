"""Curves as JSON: written for any reader, read with errors that name what is wrong."""

import json

import numpy as np
import pytest
from expression_transfer.core.errors import InputError
from expression_transfer.core.export.curves import WRITERS, read_performance
from expression_transfer.core.export.curves_json import write_curves_json
from expression_transfer.core.facs.channels import CHANNELS
from expression_transfer.core.facs.tables import UNITS

from .test_curves import performance


@pytest.fixture
def file(tmp_path):
    write_curves_json(performance(), tmp_path / "curves.json")
    return tmp_path / "curves.json"


def changed(file, **fields):
    value = json.loads(file.read_text()) | fields
    file.write_text(json.dumps({name: field for name, field in value.items() if field is not None}))
    return file


def test_any_json_reader_finds_the_channels_by_name(file):
    value, made = json.loads(file.read_text(encoding="utf-8")), performance()
    assert value["schema"] == "curves/1"
    assert value["fps"] == 30.0
    assert set(value["channels"]) == set(CHANNELS)
    np.testing.assert_allclose(value["channels"]["AU12_L"], made.units[:, UNITS.index("AU12_L")], atol=1e-6)
    np.testing.assert_allclose(value["channels"]["head_yaw"], made.head[:, 0], atol=1e-6)
    np.testing.assert_allclose(value["channels"]["gaze_R_pitch"], made.gaze[:, 1, 1], atol=1e-6)
    assert value["missing"] == [1006]
    assert value["bridged"] == [1004]


@pytest.mark.parametrize("kind", ["json", "npz", "facs"])
def test_formats_with_every_channel_bring_everything_back(tmp_path, kind):
    suffix, write = WRITERS[kind]
    made = performance()
    write(made, tmp_path / f"curves{suffix}")
    back = read_performance(tmp_path / f"curves{suffix}")
    for name in ("units", "head", "position", "gaze", "times"):
        np.testing.assert_allclose(getattr(back, name), getattr(made, name), atol=1e-6)
    np.testing.assert_allclose(back.confidence, made.confidence, atol=1e-4)
    for name in ("bridged", "missing", "frames"):
        np.testing.assert_array_equal(getattr(back, name), getattr(made, name))
    assert back.fps == pytest.approx(made.fps, rel=1e-4)


def test_what_is_left_out_is_at_rest(tmp_path):
    file = tmp_path / "hand.json"
    file.write_text('{"schema": "curves/1", "fps": 24, "times": [0, 0.5], "channels": {"AU26": [0, 1]}}')
    back = read_performance(file)
    assert back.units[:, UNITS.index("AU26")].tolist() == [0.0, 1.0]
    assert back.units.sum() == 1.0
    assert back.frames.tolist() == [1, 2]
    assert back.confidence.tolist() == [1.0, 1.0]
    assert back.source == "hand.json"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"schema": "curves/2"}, "no curves of this version"),
        ({"schema": None, "fps": None, "times": None}, "needs 'schema' .*, 'fps', 'times'"),
        ({"channels": {"AU12": [0.0] * 60}}, "no channel 'AU12'"),
        ({"channels": {"AU26": [0.0] * 59}}, "'AU26' has 59 numbers for 60 frames"),
        ({"channels": {"AU26": ["a"] * 60}}, "damaged curves"),
        ({"channels": {"AU26": [float("nan")] * 60}}, "'AU26' has to be a list of numbers"),
        ({"channels": []}, "damaged curves"),
        ({"times": None}, r"lacks 'times'; .* needs .*'times' \(s\)"),
        ({"times": []}, "'times' has to be a list"),
        ({"times": [0.0, -1.0] * 30}, "time runs backwards"),
        ({"frames": [1] * 60}, "'frames' has to hold 60 numbers that rise"),
        ({"fps": 0}, "'fps' has to be above 0"),
        ({"fps": None}, "lacks 'fps'"),
        ({"missing": [float("inf")]}, "damaged curves"),
    ],
)
def test_a_damaged_file_is_named_with_its_fault(file, fields, said):
    with pytest.raises(InputError, match=rf"curves\.json: .*{said}"):
        read_performance(changed(file, **fields))


@pytest.mark.parametrize("text", ["", "{", "[1]", "[" * 100_000])
def test_what_is_no_json_of_ours_is_refused(file, text):
    file.write_text(text)
    with pytest.raises(InputError, match=r"curves\.json"):
        read_performance(file)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_performance(tmp_path / "none.json")
