"""The acting head and the camera that sees it, as a scene of another program."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

from ..export.gltf import write_gltf
from ..export.head_scene import HeadScene, head_scene
from ..export.usd import write_usd
from ..face.model import FaceModel
from ..fit.result import Fit
from ..heads.registry import load_model
from .handed import Exporter, HandOff

TEXTURE = Path("texture") / "texture.png"
"""In a solve's folder: the person's, where it was baked."""
NAME = "head"


Format = Literal["gltf", "usd"]

WRITERS: dict[Format, tuple[str, Callable[[HeadScene, Path], list[str]]]] = {
    "gltf": (".glb", write_gltf),
    "usd": (".usda", write_usd),
}
"""Suffix and writer by format; a writer returns what the format can't say, a line each."""


def exporter(kind: Format) -> Exporter:
    """Writes the scene in one format."""
    return partial(_export, kind)


def _export(kind: Format, hand: HandOff) -> list[Path]:
    suffix, write = WRITERS[kind]
    file = hand.folder / f"{NAME}{suffix}"
    for line in write(scene_of(hand), file):
        hand.run.reporter.log(f"{file.name}: {line}")
    return [file]


def scene_of(hand: HandOff) -> HeadScene:
    """The head as it acts in a result, or as it was solved. Raises InputError as HandOff.result."""
    fit, model, solve = _acting(hand)
    texture = solve / TEXTURE
    return head_scene(fit, model, hand.made.resolve().name, texture.resolve() if texture.is_file() else None)


def _acting(hand: HandOff) -> tuple[Fit, FaceModel, Path]:
    """Fit, model and the solve's folder; of what was only solved, the footage may be gone."""
    if hand.altered:
        made = hand.result
        return replace(made.fit, expression=made.expression, gaze=made.gaze), made.model, made.plate.folder
    fit = Fit.load(hand.made / "fit.npz")
    return fit, load_model(fit.model, hand.run.reporter), hand.made
