"""The window's words in other languages: `languages/<locale>.json` maps English words (scene.strings) to theirs."""

import json
from pathlib import Path

import bpy

from . import settings, strings

FOLDER = Path(__file__).with_name("languages")
_CONTEXTS = (strings.CONTEXT, "Operator", "*")
"""Ours first: Blender's own words, such as a mesh's Face, have other meanings."""

Table = dict[tuple[str, str], str]


def tables(folder: Path = FOLDER) -> dict[str, Table]:
    """Locale → (context, English) → translation, as bpy.app.translations takes it."""
    return {file.stem: _table(file) for file in sorted(folder.glob("*.json"))}


def _table(file: Path) -> Table:
    words = json.loads(file.read_text(encoding="utf-8"))
    return {(context, english): theirs for english, theirs in words.items() for context in _CONTEXTS}


def register() -> None:
    bpy.app.translations.register(settings.PACKAGE, tables())


def unregister() -> None:
    bpy.app.translations.unregister(settings.PACKAGE)
