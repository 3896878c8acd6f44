"""The acting head and the camera that sees it, as a scene of another program."""

import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal, get_args

from ..export.gltf import write_gltf
from ..export.head_scene import HeadScene, beyond, head_scene
from ..export.usd import write_usd
from ..face.model import FaceModel
from ..fit.result import Fit
from ..heads.registry import load_model
from .blender import find_blender, write_in_blender
from .handed import Exporter, HandOff, is_character

TEXTURE = Path("texture") / "texture.png"
"""In a solve's folder: the person's, where it was baked."""
NAME = "fitted_head"

Format = Literal["gltf", "usd", "fbx", "abc"]
FORMATS: tuple[Format, ...] = get_args(Format)

_OWN: dict[Format, tuple[str, Callable[[HeadScene, Path], list[str]]]] = {
    "gltf": (".glb", write_gltf),
    "usd": (".usda", write_usd),
}
"""Suffix and writer of formats that need no Blender; a writer returns what the format can't say, a line each."""
_BLENDERS: dict[Format, str] = {"gltf": ".glb", "usd": ".usdc", "fbx": ".fbx", "abc": ".abc"}
"""Suffixes of what Blender writes."""


def exporter(kind: Format) -> Exporter:
    """Writes the scene in one format, and the characters that `rig` or `transfer` left beside it; or a character."""
    return partial(_export, kind)


def _export(kind: Format, hand: HandOff) -> list[Path]:
    if is_character(hand.made):
        return [_export_character(kind, hand.made, hand)]
    return [_export_head(kind, hand), *(_export_character(kind, blend, hand) for blend in _characters(hand))]


def _export_head(kind: Format, hand: HandOff) -> Path:
    scene = scene_of(hand)
    if kind in _OWN:
        suffix, write = _OWN[kind]
        file = hand.folder / f"{NAME}{suffix}"
        unsaid = write(scene, file)
    else:
        file = hand.folder / f"{NAME}{_BLENDERS[kind]}"
        unsaid = beyond(scene.camera, shift=True, zoom=True)
        with tempfile.TemporaryDirectory() as folder:
            kept = Path(folder) / "scene.npz"
            scene.save(kept, packed=False)
            write_in_blender(kind, kept, file, hand.run.reporter)
    for line in unsaid:
        hand.run.reporter.log(f"{file.name}: {line}")
    return file


def _characters(hand: HandOff) -> list[Path]:
    """Those that were driven into the folder; only Blender reads them."""
    driven = sorted(file for file in hand.made.glob("*.blend") if file.with_suffix(".json").is_file())
    if driven and find_blender() is None:
        hand.run.reporter.log(f"{', '.join(file.name for file in driven)}: not exported, which needs Blender")
        return []
    return driven


def _export_character(kind: Format, blend: Path, hand: HandOff) -> Path:
    file = hand.folder / f"{blend.stem}{_BLENDERS[kind]}"
    write_in_blender(kind, blend.resolve(), file, hand.run.reporter)
    return file


def scene_of(hand: HandOff) -> HeadScene:
    """The head as it acts in a result, or as it was solved. Raises InputError as HandOff.result."""
    fit, model, solve = _acting(hand)
    texture = (solve / TEXTURE).resolve()
    found = texture if texture.is_file() else None
    return head_scene(fit, model, hand.made.resolve().name, found, altered=hand.says_altered)


def _acting(hand: HandOff) -> tuple[Fit, FaceModel, Path]:
    """Fit, model and the solve's folder; of what was only solved, the footage may be gone."""
    if hand.altered:
        made = hand.result
        return replace(made.fit, expression=made.expression, gaze=made.gaze), made.model, made.plate.folder
    fit = Fit.load(hand.made / "fit.npz")
    return fit, load_model(fit.model, hand.run.reporter), hand.made
