"""Shots as a solve leaves them, seen through every kind of lens, and pictures for their footage."""

import json
from pathlib import Path

import numpy as np
from expression_transfer.core.face.library import load_builtin
from expression_transfer.core.fit.result import Camera, Fit

FRAMES = 12
LENSES = {
    "landscape": {"width": 1920, "height": 1080, "principal": (960.0, 540.0), "aspect": 1.0},
    "portrait": {"width": 720, "height": 1280, "principal": (360.0, 640.0), "aspect": 1.0},
    "anamorphic": {"width": 1440, "height": 1080, "principal": (720.0, 540.0), "aspect": 0.5},
    "tall pixels": {"width": 720, "height": 480, "principal": (360.0, 240.0), "aspect": 1.2},
    "off-centre": {"width": 1280, "height": 720, "principal": (801.5, 222.25), "aspect": 1.0},
    "portrait, off-centre": {"width": 720, "height": 1280, "principal": (200.0, 900.0), "aspect": 1.0},
    "square": {"width": 512, "height": 512, "principal": (256.0, 256.0), "aspect": 1.0},
}


def make_fit(fps=30.0, focal=1500.0, first=1, start=0.0, **lens) -> Fit:
    """A shot of the built-in head that turns, moves, acts and looks around."""
    model, chance = load_builtin(), np.random.default_rng(7)
    camera = Camera(lens["width"], lens["height"], np.broadcast_to(focal, FRAMES).astype(float),
                    np.array(lens["principal"]), np.zeros(2), lens["aspect"])  # fmt: skip
    away = np.array([0.02, -0.03, 0.9]) + 0.05 * chance.standard_normal((FRAMES, 3))
    flags = np.ones(FRAMES, dtype=bool)
    return Fit(
        model=model.name, expressions=model.expressions, camera=camera,
        identity=chance.standard_normal(len(model.identity)),
        rotation=0.3 * chance.standard_normal((FRAMES, 3)), translation=away,
        expression=chance.uniform(0, 1, (FRAMES, len(model.expressions))),
        variance=np.zeros((FRAMES, len(model.expressions)), dtype=np.float32),
        gaze=0.3 * chance.standard_normal((FRAMES, 2, 2)), offset=np.zeros((478, 3)), residual=np.ones(FRAMES),
        confidence=np.ones(FRAMES), visible=flags, bridged=~flags,
        frames=first + np.arange(FRAMES), times=start + np.arange(FRAMES) / fps, fps=fps,
    )  # fmt: skip


def solve_folder(folder: Path, fit: Fit, kind: str = "still", file: Path | None = None) -> Path:
    fit.save(folder / "fit.npz")
    if file is not None:
        (folder / "report.json").write_text(json.dumps({"footage": str(file), "kind": kind, "first_file": str(file)}))
    return folder


def plate(bpy, folder: Path, numbers, width=8, height=8) -> Path:
    """A sequence; the first file."""
    image = bpy.data.images.new("plate", width, height)
    image.file_format = "PNG"
    for number in numbers:
        image.filepath_raw = str(folder / f"shot.{number:04d}.png")
        image.save()
    bpy.data.images.remove(image)
    return folder / f"shot.{numbers[0]:04d}.png"
