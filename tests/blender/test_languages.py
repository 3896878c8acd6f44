"""Words in other languages, and that all words are in one place."""

import json
from pathlib import Path

import pytest

pytest.importorskip("bpy", reason="bpy is missing: make env, or make test-blender")

from expression_transfer.scene import languages, strings


def test_a_planted_language_has_our_context_first(blender, tmp_path):
    (tmp_path / "de_DE.json").write_text(json.dumps({strings.FACE: "Gesicht"}), encoding="utf-8")
    table = languages.tables(tmp_path)
    assert table["de_DE"]["Expression Transfer", "Face"] == "Gesicht"
    blender.app.translations.register("planted", table)  # Blender checks its form
    blender.app.translations.unregister("planted")


def test_the_files_that_are_there_translate_words_that_are_there():
    words = {value for value in vars(strings).values() if isinstance(value, str)}
    for table in languages.tables().values():
        assert {english for _, english in table} <= words


def test_no_word_is_named_twice():
    lines = Path(strings.__file__).read_text(encoding="utf-8").splitlines()
    names = [line.split(" = ")[0] for line in lines if " = " in line and line[0].isupper()]
    assert len(names) == len(set(names))
