"""Face models from files: the built-in one, or a saved FaceModel."""

from dataclasses import fields, is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..conventions import LANDMARKS
from ..errors import InputError
from .model import FaceModel

BUILTIN = "builtin"
BUILTIN_PATH = Path(__file__).resolve().parents[2] / "models" / "builtin" / "head.npz"

Value = TypeVar("Value")


@cache
def load_builtin() -> FaceModel:
    """The model that the project ships (models/builtin/CARD.md)."""
    return load_file(BUILTIN_PATH)


def load_file(path: Path) -> FaceModel:
    """A FaceModel's .npz, checked whole; an InputError names a file that is not one."""
    model = _wide(FaceModel.load(path))
    problem = _problem(model)
    if problem:
        raise InputError(f"{path}: damaged face model ({problem}); make or fetch it again")
    return model


def _wide(value: Value) -> Value:
    """Arrays that a file keeps in half precision, as float32."""
    changed: dict[str, Any] = {}
    for field in fields(value):  # type: ignore[arg-type]
        item = getattr(value, field.name)
        if is_dataclass(item):
            changed[field.name] = _wide(item)
        elif isinstance(item, np.ndarray) and item.dtype == np.float16:
            changed[field.name] = item.astype(np.float32)
    return replace(value, **changed)  # type: ignore[type-var]


def _problem(model: FaceModel) -> str | None:
    """What is wrong with a model's arrays, if anything."""
    modes, shapes, vertices = len(model.identity), len(model.expressions), len(model.mean)
    expected: dict[str, tuple[NDArray[Any], tuple[int, ...]]] = {
        "mean": (model.mean, (vertices, 3)),
        "identity": (model.identity, (modes, vertices, 3)),
        "expression": (model.expression, (shapes, vertices, 3)),
        "uv_triangles": (model.uv_triangles, model.triangles.shape),
        "part": (model.part, model.triangles.shape[:1]),
        "landmark_triangle": (model.landmark_triangle, (LANDMARKS,)),
        "landmark_weights": (model.landmark_weights, (LANDMARKS, 3)),
        "eyes.identity": (model.eyes.identity, (modes, 2, 3)),
        "eyes.member": (model.eyes.member, (vertices,)),
        "response.mean": (model.response.mean, (LANDMARKS, 3)),
        "response.identity": (model.response.identity, (modes, LANDMARKS, 3)),
        "response.expression": (model.response.expression, (shapes, LANDMARKS, 3)),
        "response.sigma": (model.response.sigma, (LANDMARKS, 2)),
    }
    for name, (array, shape) in expected.items():
        if array.shape != shape:
            return f"{name} is {array.shape}, not {shape}"
        if not np.isfinite(array).all():
            return f"{name} has values that are not finite"
    indices: dict[str, tuple[NDArray[Any], int]] = {
        "triangles": (model.triangles, vertices),
        "uv_triangles": (model.uv_triangles, len(model.uv)),
        "landmark_triangle": (model.landmark_triangle, len(model.triangles)),
        "part": (model.part, len(model.parts)),
    }
    for name, (array, limit) in indices.items():
        if array.size == 0 or array.min() < 0 or array.max() >= limit:
            return f"{name} points outside 0–{limit - 1}"
    return None
