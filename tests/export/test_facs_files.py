"""events.json, facs_0-5.csv, facs_A-E.csv, and sheets of FACS codes."""

import csv
import json

import numpy as np
import pytest
from expression_transfer.core.errors import InputError
from expression_transfer.core.export.curves import read_performance
from expression_transfer.core.export.events import write_events
from expression_transfer.core.export.facs_csv import write_facs, write_scale
from expression_transfer.core.facs.tables import DERIVED, UNITS

from .test_curves import performance


@pytest.fixture
def smiling():
    """Ninety frames with one smile, stronger on the left, from frame 1031 on."""
    acted = performance(count=90)
    acted.missing[:] = acted.bridged[:] = False
    for name in ("units", "head", "gaze"):
        getattr(acted, name)[:] = 0.0
    swell = np.sin(np.pi * (np.arange(28) + 0.5) / 28)
    acted.units[30:58, UNITS.index("AU12_L")] = 0.75 * swell
    acted.units[30:58, UNITS.index("AU12_R")] = 0.5 * swell
    return acted


def table(path):
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_events_tell_what_happened_when(tmp_path, smiling):
    write_events(smiling, tmp_path / "events.json")
    told = json.loads((tmp_path / "events.json").read_text(encoding="utf-8"))
    (event,) = told["events"]
    assert event["event"] == "AU12 L+R, frames 1032–1057, apex 1044, D"
    assert event["name"] == "lip corner puller"
    assert event["source"] == "read"
    assert event["sides"] == {"L": pytest.approx(0.75, abs=0.01), "R": pytest.approx(0.5, abs=0.01)}
    assert event["seconds"]["onset"] == pytest.approx(31 / 30, abs=1e-3)
    assert event["begun_before"] is False
    assert told["levels"]["D"] == {"from": 0.622, "means": "severe or extreme"}


def test_letters(tmp_path, smiling):
    write_scale(smiling, "A-E", tmp_path / "facs_A-E.csv")
    rows = table(tmp_path / "facs_A-E.csv")
    left = [row["AU12_L_A-E"] for row in rows]
    assert (left[0], left[44], left[32]) == ("", "D", "A")
    assert {row["AU26_A-E"] for row in rows} == {""}
    assert set(rows[0]) >= {f"{name}_A-E" for name in (*UNITS, *DERIVED)}


def test_five_points(tmp_path, smiling):
    write_scale(smiling, "0-5", tmp_path / "facs_0-5.csv")
    left = np.array([float(row["AU12_L_0-5"]) for row in table(tmp_path / "facs_0-5.csv")])
    assert left[0] == 0.0
    assert left.max() == pytest.approx(3.9, abs=0.1)


@pytest.mark.parametrize("scale", ["0-5", "A-E"])
def test_another_scale_is_not_taken_for_curves(tmp_path, smiling, scale):
    write_scale(smiling, scale, tmp_path / "facs.csv")
    with pytest.raises(InputError, match="neither"):
        read_performance(tmp_path / "facs.csv")


def test_derived_columns_are_never_read_back(tmp_path, smiling):
    write_facs(smiling, tmp_path / "facs.csv")
    text = (tmp_path / "facs.csv").read_text()
    rows = list(csv.reader(text.splitlines()))
    derived = [column for column, name in enumerate(rows[0]) if name.endswith("_derived")]
    assert {rows[0][column] for column in derived} >= {"AU43_L_derived", "valence_derived", "arousal_derived"}
    for row in rows[1:]:
        for column in derived:
            row[column] = "0.9"
    (tmp_path / "edited.csv").write_text("\n".join(",".join(row) for row in rows))
    before, after = read_performance(tmp_path / "facs.csv"), read_performance(tmp_path / "edited.csv")
    assert np.array_equal(before.units, after.units)


def test_head_place_reads_back(tmp_path, smiling):
    smiling.position[:] = np.random.default_rng(0).normal(0, 0.02, (90, 3))
    write_facs(smiling, tmp_path / "facs.csv")
    assert np.abs(read_performance(tmp_path / "facs.csv").position - smiling.position).max() < 1e-6


def test_a_sheet_of_codes(tmp_path):
    path = tmp_path / "sheet.csv"
    path.write_text("timestamp,AU12,AU27,AU43,AU51\n0,0.5,0,0,0\n0.04,0.5,0.5,1,0.5\n")
    acted = read_performance(path)
    assert acted.fps == pytest.approx(25.0)
    row = dict(zip(UNITS, acted.units[1], strict=True))
    assert {unit: value for unit, value in row.items() if value} == pytest.approx(
        {"AU12_L": 0.5, "AU12_R": 0.5, "AU26": 0.75, "AU45_L": 1.0, "AU45_R": 1.0}
    )
    assert acted.head[1, 0] == pytest.approx(np.deg2rad(40))


def test_a_sheet_on_the_scale_of_five_is_refused(tmp_path):
    path = tmp_path / "sheet.csv"
    path.write_text("timestamp,AU12\n0,3\n0.04,4\n")
    with pytest.raises(InputError, match=r"sheet\.csv.*0–1"):
        read_performance(path)


def test_a_sheet_without_times_is_refused(tmp_path):
    path = tmp_path / "sheet.csv"
    path.write_text("AU12\n0.3\n")
    with pytest.raises(InputError, match="timestamp"):
        read_performance(path)
