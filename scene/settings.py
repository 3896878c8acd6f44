"""What the panel's fields hold: settings on the scene, the running job's state on the window manager."""
# mypy: disallow-subclassing-any=False, disable-error-code="valid-type"

from pathlib import Path
from typing import Any

import bpy

from ..core import userdata
from ..core.hand_off.blender import VARIABLE as BLENDER_VARIABLE
from . import compat, strings

PACKAGE = __package__.rpartition(".")[0]
"""The extension's name as Blender's preferences list it."""
TASK_VARIABLE = "EXPRESSION_TRANSFER_TASK"
"""As core.landmarks.tasks has it; not imported from there, which needs OpenCV."""

TRANSFER, SOLVE, MODELS, HEAD, RIG, EXPORT = "transfer", "solve", "models", "head", "rig", "export"
COMPOSITE = "composite"
"""What a worker can be at, and so the part of the window where it is shown."""


class ExpressionTransferReading(bpy.types.PropertyGroup):
    """How footage is read, and what is known of it."""

    use_range: bpy.props.BoolProperty(name=strings.USE_RANGE, description=strings.USE_RANGE_TIP)
    start: bpy.props.IntProperty(min=0, default=1, name=strings.START, description=strings.START_TIP)
    end: bpy.props.IntProperty(min=0, default=250, name=strings.END, description=strings.END_TIP)
    rate: bpy.props.EnumProperty(items=strings.RATES, name=strings.RATE, description=strings.RATE_TIP)
    other_rate: bpy.props.FloatProperty(
        min=0.1, max=1000.0, default=24.0, precision=3, name=strings.OTHER_RATE_VALUE, description=strings.RATE_TIP
    )
    use_person: bpy.props.BoolProperty(name=strings.USE_PERSON, description=strings.USE_PERSON_TIP)
    person: bpy.props.IntVectorProperty(size=2, min=0, name=strings.PERSON, description=strings.PERSON_TIP)
    use_focal: bpy.props.BoolProperty(name=strings.USE_FOCAL, description=strings.USE_FOCAL_TIP)
    focal: bpy.props.FloatProperty(min=1.0, default=1500.0, name=strings.FOCAL, description=strings.FOCAL_TIP)
    use_neutral: bpy.props.BoolProperty(name=strings.USE_NEUTRAL, description=strings.USE_NEUTRAL_TIP)
    neutral: bpy.props.IntProperty(min=0, default=1, name=strings.NEUTRAL, description=strings.NEUTRAL_TIP)


class ExpressionTransferSettings(bpy.types.PropertyGroup):
    """Choices for the next transfer, saved with the scene."""

    source_clip: bpy.props.PointerProperty(
        type=bpy.types.MovieClip, name=strings.SOURCE_CLIP, description=strings.SOURCE_CLIP_TIP
    )
    source_file: bpy.props.StringProperty(
        subtype="FILE_PATH", options=compat.RELATIVE_PATH, name=strings.SOURCE_FILE, description=strings.SOURCE_FILE_TIP
    )
    rig: bpy.props.PointerProperty(type=bpy.types.Object, name=strings.RIG, description=strings.RIG_TIP)
    plate_clip: bpy.props.PointerProperty(
        type=bpy.types.MovieClip, name=strings.PLATE_CLIP, description=strings.PLATE_CLIP_TIP
    )
    plate_file: bpy.props.StringProperty(
        subtype="FILE_PATH", options=compat.RELATIVE_PATH, name=strings.PLATE_FILE, description=strings.PLATE_FILE_TIP
    )
    output: bpy.props.StringProperty(
        subtype="DIR_PATH",
        options=compat.RELATIVE_PATH,
        default="//expression/",
        name=strings.OUTPUT,
        description=strings.OUTPUT_TIP,
    )
    model: bpy.props.StringProperty(default=strings.BUILTIN, name=strings.MODEL, description=strings.MODEL_TIP)
    strength: bpy.props.FloatProperty(
        min=0.0, max=1.0, default=1.0, subtype="FACTOR", name=strings.STRENGTH, description=strings.STRENGTH_TIP
    )
    region: bpy.props.EnumProperty(items=strings.REGIONS, name=strings.REGION, description=strings.REGION_TIP)
    mode: bpy.props.EnumProperty(items=strings.MODES, name=strings.MODE, description=strings.MODE_TIP)
    method: bpy.props.EnumProperty(items=strings.METHODS, name=strings.METHOD, description=strings.METHOD_TIP)
    feather: bpy.props.FloatProperty(
        min=0.0, max=1000.0, soft_max=50.0, subtype="PIXEL", name=strings.FEATHER, description=strings.FEATHER_TIP
    )
    choke: bpy.props.FloatProperty(
        min=0.0, max=1000.0, soft_max=50.0, subtype="PIXEL", name=strings.CHOKE, description=strings.CHOKE_TIP
    )
    grain: bpy.props.FloatProperty(
        min=0.0, max=4.0, soft_max=2.0, default=1.0, name=strings.GRAIN, description=strings.GRAIN_TIP
    )
    shutter: bpy.props.FloatProperty(
        min=0.0, max=1.0, default=0.5, name=strings.SHUTTER, description=strings.SHUTTER_TIP
    )
    borrow_folds: bpy.props.BoolProperty(name=strings.BORROW_FOLDS, description=strings.BORROW_FOLDS_TIP)
    source_reading: bpy.props.PointerProperty(type=ExpressionTransferReading)
    plate_reading: bpy.props.PointerProperty(type=ExpressionTransferReading)
    offset: bpy.props.IntProperty(name=strings.OFFSET_FRAMES, description=strings.OFFSET_FRAMES_TIP)
    resume: bpy.props.BoolProperty(default=True, name=strings.RESUME, description=strings.RESUME_TIP)
    show_landmarks: bpy.props.BoolProperty(
        default=True, name=strings.SHOW_LANDMARKS, description=strings.SHOW_LANDMARKS_TIP
    )
    show_confidence: bpy.props.BoolProperty(
        default=True, name=strings.SHOW_CONFIDENCE, description=strings.SHOW_CONFIDENCE_TIP
    )
    export_kind: bpy.props.EnumProperty(
        items=strings.EXPORT_KINDS, name=strings.EXPORT_KIND, description=strings.EXPORT_KIND_TIP
    )
    provenance: bpy.props.BoolProperty(default=True, name=strings.PROVENANCE, description=strings.PROVENANCE_TIP)
    result_folder: bpy.props.StringProperty(subtype="DIR_PATH", options=compat.RELATIVE_PATH)
    result_of_plate: bpy.props.BoolProperty()
    result_clip: bpy.props.PointerProperty(type=bpy.types.MovieClip)
    result_image: bpy.props.PointerProperty(type=bpy.types.Image)


class ExpressionTransferJob(bpy.types.PropertyGroup):
    """The running worker, if any: on the window manager, so that neither undo nor the file knows of it."""

    running: bpy.props.BoolProperty()
    cancel: bpy.props.BoolProperty()
    fraction: bpy.props.FloatProperty(min=0.0, max=1.0)
    text: bpy.props.StringProperty()
    message: bpy.props.StringProperty()
    failed: bpy.props.BoolProperty()
    section: bpy.props.StringProperty(default=TRANSFER)


class ExpressionTransferModel(bpy.types.PropertyGroup):
    """A face model that can be chosen; `name` is its own."""

    kind: bpy.props.StringProperty()
    licence: bpy.props.StringProperty()
    size: bpy.props.StringProperty()
    path: bpy.props.StringProperty()


class ExpressionTransferModels(bpy.types.PropertyGroup):
    """The known face models, as they were last looked up (scene.models)."""

    known: bpy.props.CollectionProperty(type=ExpressionTransferModel)
    chosen: bpy.props.IntProperty()
    cached: bpy.props.IntProperty()
    """MiB that clearing the cache frees."""
    fetched: bpy.props.StringProperty()
    """Names of what is here of core.offers."""
    folder: bpy.props.StringProperty()
    """Where the user's own files lie."""
    devices: bpy.props.StringProperty()
    """What the worker said of each device, a line each; empty before it was asked."""


_CLASSES = (
    ExpressionTransferReading,
    ExpressionTransferSettings,
    ExpressionTransferJob,
    ExpressionTransferModel,
    ExpressionTransferModels,
)


def of_scene(scene: Any) -> Any:
    return scene.expression_transfer


def preferences(context: Any) -> Any:
    """The extension's preferences; None where it is registered by a script and not as an add-on."""
    addon = context.preferences.addons.get(PACKAGE)
    return addon.preferences if addon else None


def worker_environment(context: Any) -> dict[str, str]:
    """What the preferences add to the worker's environment, and which Blender this is."""
    chosen, named = preferences(context), {BLENDER_VARIABLE: bpy.app.binary_path}
    if chosen is not None:
        named |= {TASK_VARIABLE: chosen.task_file, userdata.VARIABLE: chosen.data_folder}
    return {variable: bpy.path.abspath(path) for variable, path in named.items() if path}


def use_data_folder(context: Any) -> None:
    """Look for the user's own files where the preferences say, in this process too."""
    chosen = preferences(context)
    named = chosen.data_folder if chosen else ""
    userdata.use_folder(Path(bpy.path.abspath(named)) if named else None)


def job(context: Any) -> Any:
    return context.window_manager.expression_transfer


def models(context: Any) -> Any:
    return context.window_manager.expression_transfer_models


def register() -> None:
    for cls in _CLASSES:
        bpy.utils.register_class(cls)
    bpy.types.Scene.expression_transfer = bpy.props.PointerProperty(type=ExpressionTransferSettings)
    bpy.types.WindowManager.expression_transfer = bpy.props.PointerProperty(type=ExpressionTransferJob)
    bpy.types.WindowManager.expression_transfer_models = bpy.props.PointerProperty(type=ExpressionTransferModels)


def unregister() -> None:
    del bpy.types.WindowManager.expression_transfer_models
    del bpy.types.WindowManager.expression_transfer
    del bpy.types.Scene.expression_transfer
    for cls in reversed(_CLASSES):
        bpy.utils.unregister_class(cls)
