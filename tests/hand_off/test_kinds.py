"""Kinds and presets: each is told of where people look for it, and a preset does nothing twice."""

from pathlib import Path

import expression_transfer
import pytest
from expression_transfer.core.hand_off.kinds import KINDS, PRESETS
from expression_transfer.core.refine.reperform import Reperformer

DOCS = Path(expression_transfer.__file__).parent / "docs" / "exports.md"


def test_docs_name_every_kind_and_what_presets_are():
    text = DOCS.read_text()
    assert all(f"`{name}`" in text for name in (*KINDS, *PRESETS))
    for name, kinds in PRESETS.items():
        assert f"| `{name}` | {' '.join(f'`{kind}`' for kind in kinds)} |" in text


def test_the_list_tells_all(run):
    said = run("export", "list").err.splitlines()
    assert [line.split()[0] for line in said] == [*KINDS, *PRESETS]


@pytest.fixture
def performed(monkeypatch):
    """Rows of the frames that are made."""
    rows, frame = [], Reperformer.frame

    def counted(self, row, *rest):
        rows.append(row)
        return frame(self, row, *rest)

    monkeypatch.setattr(Reperformer, "frame", counted)
    return rows


def test_a_preset_makes_each_frame_once(run, made, exported, performed, tmp_path):
    assert run("export", "for-nuke", made, "-o", tmp_path).status == 0
    assert sorted(performed) == list(range(9))
    assert all((tmp_path / file.name).read_bytes() == file.read_bytes() for file in exported.glob("*.exr"))
    assert len(list(tmp_path.glob("stmap*.exr"))) == 18
    (tmp_path / "stmap.0004.exr").unlink()
    stamps = {file: file.stat().st_mtime_ns for file in tmp_path.glob("*.exr")}
    performed.clear()
    assert run("export", "for-nuke", made, "-o", tmp_path, "--resume").status == 0
    assert performed == [3]
    changed = {file.name for file, stamp in stamps.items() if file.stat().st_mtime_ns != stamp}
    assert changed == {"stmap_inverse.0004.exr"} and (tmp_path / "stmap.0004.exr").exists()
