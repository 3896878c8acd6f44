"""The preview's picture: before and after of one frame, compared in an image that the Image Editor shows."""
# mypy: disallow-subclassing-any=False, disable-error-code="valid-type"

from typing import Any

import bpy
import numpy as np
from numpy.typing import NDArray

from ..core.facs.performance import Performance
from . import layers, strings, units

Pictures = NDArray[np.uint8]
"""2×H×W×3, top row first: before and after."""

_shown: list[Pictures] = []
"""What was answered last, for another look at it; empty where nothing is shown."""


def _compare_again(state: Any, context: Any) -> None:  # noqa: ARG001  Blender's signature
    _draw(state)


class ExpressionTransferPreview(bpy.types.PropertyGroup):
    """How the preview is looked at: on the window manager, so that neither undo nor the file knows of it."""

    running: bpy.props.BoolProperty()
    stop: bpy.props.BoolProperty()
    text: bpy.props.StringProperty()
    failed: bpy.props.BoolProperty()
    compare: bpy.props.EnumProperty(
        items=strings.COMPARED, name=strings.COMPARE, description=strings.COMPARE_TIP, update=_compare_again
    )
    wipe: bpy.props.FloatProperty(
        min=0.0, max=1.0, default=0.5, subtype="FACTOR", name=strings.WIPE, description=strings.WIPE_TIP,
        update=_compare_again,
    )  # fmt: skip


def state() -> Any:
    return bpy.context.window_manager.expression_transfer_preview


def signature(face: Any, scene: Any) -> tuple[float, ...]:
    """What the picture depends on; cheap, to be asked many times a second."""
    return (scene.frame_current_final, *(float(face[name]) for name in units.EDITABLE))


def request(face: Any, base: Performance, scene: Any) -> dict[str, Any]:
    """What to ask the engine for: the head's action units as they are now. Raises InputError as layers.shown."""
    wanted = layers.shown(face, base, scene.frame_current_final)
    return {"frame": int(wanted.frames[0]), "units": wanted.units[0].tolist(), "gaze": wanted.gaze[0].tolist()}


def show(pictures: Pictures) -> bool:
    """Draw an answer; whether an Image Editor shows it."""
    _shown[:] = [pictures]
    image = _draw(state())
    areas = [area for window in bpy.context.window_manager.windows for area in window.screen.areas]
    editors = [area.spaces.active for area in areas if area.type == "IMAGE_EDITOR"]
    if editors and not any(editor.image == image for editor in editors):
        editors[0].image = image
    return bool(editors)


def keep() -> None:
    """Draw the last answer again where an undo took the picture away."""
    if _shown and strings.PREVIEW_NAME not in bpy.data.images:
        show(_shown[0])


def clear() -> None:
    """Take the picture away: what nobody keeps up to date must not be taken for the plate."""
    _shown.clear()
    image = bpy.data.images.get(strings.PREVIEW_NAME)
    if image is not None:
        bpy.data.images.remove(image)


def compared(pictures: Pictures, compare: str, wipe: float) -> Pictures:
    """H×W×3: before, after, or before to the left of `wipe` (0–1 of the width), a line and after."""
    before, after = pictures
    if compare != "WIPE":
        return np.asarray(before if compare == "BEFORE" else after)
    picture: NDArray[np.uint8] = after.copy()
    edge = round(wipe * after.shape[1])
    picture[:, :edge] = before[:, :edge]
    picture[:, max(edge - 1, 0) : edge] = 255
    return picture


def _draw(chosen: Any) -> Any:
    if not _shown:
        return None
    picture = compared(_shown[0], chosen.compare, chosen.wipe)
    height, width = picture.shape[:2]
    image = _image(width, height)
    pixels = np.ones((height, width, 4), dtype=np.float32)
    pixels[..., :3] = picture[::-1] / np.float32(255)
    image.pixels.foreach_set(pixels.ravel())
    image.update()
    return image


def _image(width: int, height: int) -> Any:
    image = bpy.data.images.get(strings.PREVIEW_NAME)
    if image is not None and tuple(image.size) != (width, height):
        bpy.data.images.remove(image)
        image = None
    return image or bpy.data.images.new(strings.PREVIEW_NAME, width, height)


def register() -> None:
    bpy.utils.register_class(ExpressionTransferPreview)
    bpy.types.WindowManager.expression_transfer_preview = bpy.props.PointerProperty(type=ExpressionTransferPreview)


def unregister() -> None:
    clear()
    del bpy.types.WindowManager.expression_transfer_preview
    bpy.utils.unregister_class(ExpressionTransferPreview)
