"""What a solve's report says, kept with the scene: drawing must not wait for files."""
# mypy: disallow-subclassing-any=False, disable-error-code="valid-type"

import json
from pathlib import Path
from typing import Any, Literal

import bpy
import numpy as np

from ..core.errors import InputError
from ..core.fit.result import Fit
from . import clips, keys, settings, strings

Role = Literal["source", "plate"]
"""Which of the two footages."""
_KINDS = {"low_confidence": "LOW", "bridged": "BRIDGED", "missing": "MISSING"}
"""Lists of passages in a report → their kind in the window."""
_PRODUCTS = ("performance.npz", "arkit.csv", "facs.csv", "events.json", "neutral.obj", "fit.npz", "curves.png")
"""What other programs take from a solve's folder."""


class ExpressionTransferPassage(bpy.types.PropertyGroup):
    """Frames that deserve a look."""

    kind: bpy.props.EnumProperty(items=strings.PASSAGES)
    first: bpy.props.IntProperty()
    """Source frame."""
    last: bpy.props.IntProperty()
    seconds: bpy.props.FloatProperty()
    """When it begins, from the footage's second 0."""
    confidence: bpy.props.FloatProperty()
    """Its mean, 0–1."""


class ExpressionTransferSummary(bpy.types.PropertyGroup):
    """A solve's figures; `name`: its footage's file, empty where there is none."""

    file: bpy.props.StringProperty()
    """Where that is; of a sequence, its pattern."""
    frames: bpy.props.IntProperty()
    first: bpy.props.IntProperty()
    last: bpy.props.IntProperty()
    rate: bpy.props.FloatProperty()
    length: bpy.props.FloatProperty()
    """s, from the footage's second 0 to the last frame solved."""
    size: bpy.props.IntVectorProperty(size=2)
    seen: bpy.props.IntProperty()
    confidence: bpy.props.FloatProperty()
    residual: bpy.props.FloatProperty()
    """% of the distance between the eyes."""
    focal: bpy.props.FloatProperty()
    focal_given: bpy.props.BoolProperty()
    model: bpy.props.StringProperty()
    warnings: bpy.props.StringProperty()
    products: bpy.props.StringProperty()
    passages: bpy.props.CollectionProperty(type=ExpressionTransferPassage)
    marked: bpy.props.IntProperty()


def of_source(scene: Any) -> Any:
    return scene.expression_transfer_source


def of_plate(scene: Any) -> Any:
    return scene.expression_transfer_plate


def both(scene: Any) -> dict[Role, Any]:
    return {"source": of_source(scene), "plate": of_plate(scene)}


def solve_folder(chosen: Any, role: Role) -> Path:
    """Where the last result has the solve of its 'source' or its 'plate'."""
    folder = Path(bpy.path.abspath(chosen.result_folder))
    return folder / "target" if role == "plate" else folder


def note(scene: Any) -> None:
    """Take down what the last result's reports say."""
    chosen = settings.of_scene(scene)
    _take(of_source(scene), solve_folder(chosen, "source"), "driver")
    _clear(of_plate(scene))
    if chosen.result_of_plate:
        _take(of_plate(scene), solve_folder(chosen, "plate"), "target")


def _clear(summary: Any) -> None:
    for name in summary.bl_rna.properties.keys():  # noqa: SIM118  a Blender collection
        if name != "rna_type":
            summary.property_unset(name)


def _take(summary: Any, folder: Path, whose: str) -> None:
    """`whose`: part of a transfer's report that tells of this footage, where the report is a transfer's."""
    _clear(summary)
    try:
        told = json.loads((folder / "report.json").read_text(encoding="utf-8"))
        told = told.get(whose, told)
        _figures(summary, told)
        fit = Fit.load(folder / "fit.npz")
        summary.length = float(fit.times[-1])
        for listed, kind in _KINDS.items():
            for first, last in told[listed]:
                _add_passage(summary, fit, kind, int(first), int(last))
    except (OSError, ValueError, LookupError, TypeError, AttributeError, InputError):
        _clear(summary)  # a report of another make tells nothing
        return
    summary.products = " · ".join(name for name in _PRODUCTS if (folder / name).is_file())


def _figures(summary: Any, told: dict[str, Any]) -> None:
    summary.name = Path(told["footage"]).name
    file = Path(told["first_file"])
    summary.file = str(clips.numbered(file) if told["kind"] == "sequence" else file)
    summary.frames, summary.first, summary.last = told["frames"], told["first_frame"], told["last_frame"]
    summary.rate, summary.size, summary.seen = told["fps"], told["size"], told["seen"]
    summary.confidence = told["mean_confidence"]
    summary.residual = told["residual_percent_of_eye_distance"]
    summary.focal, summary.focal_given = told["focal_px"], told["focal_from"] == "given"
    summary.model = told["face_model"]["name"]
    summary.warnings = "\n".join(told["warnings"])


def _add_passage(summary: Any, fit: Fit, kind: str, first: int, last: int) -> None:
    rows = np.flatnonzero((fit.frames >= first) & (fit.frames <= last))
    passage = summary.passages.add()
    passage.kind, passage.first, passage.last = kind, first, last
    passage.seconds = float(fit.times[rows[0]])
    passage.confidence = float(fit.confidence[rows].mean())


def scene_frame(seconds: float, scene: Any) -> int:
    """The scene frame on which the source shows its second."""
    start = clips.start_of(settings.of_scene(scene), scene)
    return round(float(keys.scene_frames(np.array([seconds]), scene, start)[0]))


_CLASSES = (ExpressionTransferPassage, ExpressionTransferSummary)


def register() -> None:
    for cls in _CLASSES:
        bpy.utils.register_class(cls)
    bpy.types.Scene.expression_transfer_source = bpy.props.PointerProperty(type=ExpressionTransferSummary)
    bpy.types.Scene.expression_transfer_plate = bpy.props.PointerProperty(type=ExpressionTransferSummary)


def unregister() -> None:
    del bpy.types.Scene.expression_transfer_plate
    del bpy.types.Scene.expression_transfer_source
    for cls in reversed(_CLASSES):
        bpy.utils.unregister_class(cls)
