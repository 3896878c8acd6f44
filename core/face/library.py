"""Face models from files: the built-in one, or a saved FaceModel."""

import zipfile
from dataclasses import fields, is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..conventions import LANDMARKS
from ..errors import InputError
from ..facs.tables import SHAPES
from .flame import CODE_NAMES, IDENTITY_MODES
from .model import FaceModel

BUILTIN = "builtin"
BUILTIN_PATH = Path(__file__).resolve().parents[2] / "models" / "builtin" / "head.npz"

LARGEST = 2**30
"""Bytes of a face model's arrays; ICT-FaceKit's are 48 million."""

NEEDED_SHAPES = ("eyeBlink_L", "eyeBlink_R")
"""Expressions that the fit asks for by name."""
NEEDED_PART = "skin"
"""What the detector sees and light is measured on."""

Value = TypeVar("Value")


@cache
def load_builtin() -> FaceModel:
    """The model that the project ships (models/builtin/CARD.md)."""
    return load_file(BUILTIN_PATH)


def is_saved(path: Path) -> bool:
    """Whether a file was saved by this program, as a FaceModel or anything else."""
    if not path.is_file():  # a pipe would be waited for
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return "schema.npy" in archive.namelist()
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile):
        return False


def load_file(path: Path) -> FaceModel:
    """A FaceModel's .npz, checked whole; an InputError names a file that is not one."""
    if (claimed := _claimed(path)) > LARGEST:
        raise InputError(f"{path}: claims to hold {claimed >> 20} MiB, more than a face model can; fetch it again")
    model = _wide(FaceModel.load(path))
    problem = _problem(model)
    if problem:
        raise InputError(f"{path}: damaged face model ({problem}); make or fetch it again")
    return model


def _claimed(path: Path) -> int:
    """Bytes that a .npz says it holds; 0 where it is none."""
    try:
        with zipfile.ZipFile(path) as archive:
            return sum(member.file_size for member in archive.infolist())
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile):
        return 0


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
    """What is wrong with a model, if anything."""
    return _bad_name(model) or _bad_array(model) or _bad_index(model)


def _bad_name(model: FaceModel) -> str | None:
    names = model.expressions
    if unknown := sorted(set(names) - set(SHAPES)):
        return f"'{unknown[0]}' is no expression that is known"
    if len(set(names)) < len(names):
        return "an expression is there twice"
    if missing := [name for name in NEEDED_SHAPES if name not in names]:
        return f"the expression {missing[0]} is missing"
    if model.root is not None and (model.code_names != CODE_NAMES or len(model.identity) > IDENTITY_MODES):
        return "it has FLAME's root, but not its parameters"
    return None if NEEDED_PART in model.parts else f"the part '{NEEDED_PART}' is missing"


def _bad_array(model: FaceModel) -> str | None:
    modes, shapes = model.identity.shape[:1], (len(model.expressions),)
    vertices, triangles = model.mean.shape[:1], model.triangles.shape[:1]
    expected: dict[str, tuple[NDArray[Any], tuple[int, ...]]] = {
        "mean": (model.mean, (*vertices, 3)),
        "identity": (model.identity, (*modes, *vertices, 3)),
        "expression": (model.expression, (*shapes, *vertices, 3)),
        "triangles": (model.triangles, (*triangles, 3)),
        "uv": (model.uv, (*model.uv.shape[:1], 2)),
        "uv_triangles": (model.uv_triangles, (*triangles, 3)),
        "part": (model.part, triangles),
        "landmark_triangle": (model.landmark_triangle, (LANDMARKS,)),
        "landmark_weights": (model.landmark_weights, (LANDMARKS, 3)),
        "codes": (model.codes, (*shapes, len(model.code_names))),
        "eyes.centre": (model.eyes.centre, (2, 3)),
        "eyes.identity": (model.eyes.identity, (*modes, 2, 3)),
        "eyes.member": (model.eyes.member, vertices),
        "response.mean": (model.response.mean, (LANDMARKS, 3)),
        "response.identity": (model.response.identity, (*modes, LANDMARKS, 3)),
        "response.expression": (model.response.expression, (*shapes, LANDMARKS, 3)),
        "response.sigma": (model.response.sigma, (LANDMARKS, 2)),
        "response.common": (model.response.common, (*model.response.common.shape[:1], LANDMARKS, 2)),
    }
    if model.root is not None:
        expected |= {
            "root.origin": (model.root.origin, (3,)),
            "root.joint": (model.root.joint, (3,)),
            "root.identity": (model.root.identity, (*modes, 3)),
            "root.expression": (model.root.expression, (*shapes, 3)),
        }
    for name, (array, shape) in expected.items():
        if array.shape != shape:
            return f"{name} is {array.shape}, not {shape}"
        if array.dtype.kind not in "fiu" or not np.isfinite(array).all():
            return f"{name} has values that are not finite numbers"
    return None if 0 < model.eyes.radius < np.inf else f"eyes.radius is {model.eyes.radius}"


def _bad_index(model: FaceModel) -> str | None:
    indices: dict[str, tuple[NDArray[Any], int]] = {
        "triangles": (model.triangles, len(model.mean)),
        "uv_triangles": (model.uv_triangles, len(model.uv)),
        "landmark_triangle": (model.landmark_triangle, len(model.triangles)),
        "part": (model.part, len(model.parts)),
        "eyes.member": (model.eyes.member, 3),
    }
    for name, (array, limit) in indices.items():
        if array.dtype.kind not in "iu":
            return f"{name} holds no whole numbers"
        if array.size == 0 or array.min() < 0 or array.max() >= limit:
            return f"{name} points outside 0–{limit - 1}"
    return None
