"""The fitted head's motion alone: an empty before the camera that sees it, without a mesh."""

from typing import Any

import bpy
import numpy as np

from . import backdrop, camera, fitted, keys, strings
from .head import TURN_ORDER

_SIZE = 0.1
"""m: about half a head."""


def add_head_empty(solve: fitted.Solve, scene: Any, options: fitted.Options) -> tuple[Any, Any]:
    """An empty that moves as the head before its camera, or stands still while the camera moves, where the 3D cursor
    stands; the empty and the camera. Its axes are a Blender head's: Z up, looking along −Y. Raises InputError where
    Blender can't read the footage; nothing is added then.
    """
    fit, picture = solve.fit, None if solve.footage is None else backdrop.load(solve.footage)
    fitted.match(scene, fit, options)
    collection = bpy.data.collections.new(strings.FITTED_NAME.format(name=solve.name))
    scene.collection.children.link(collection)
    told = strings.CAMERA_NAME.format(name=solve.name)
    seen_by = camera.add_camera(told, fit.camera, camera.distances(fit), scene, options.sensor_width)
    empty = bpy.data.objects.new(strings.EMPTY_NAME.format(name=solve.name), None)
    empty.empty_display_type, empty.empty_display_size, empty.rotation_mode = "ARROWS", _SIZE, TURN_ORDER
    for each in (empty, seen_by):
        collection.objects.link(each)
    scene.camera = seen_by
    rows, frames = np.flatnonzero(fit.visible | fit.bridged), keys.scene_frames(fit.times, scene, options.start)
    known, name = frames[rows], strings.FITTED_TAKE.format(name=solve.name)
    fitted.stand(empty, seen_by, np.array(scene.cursor.location), options.animate)
    before = camera.heads_before_camera(fit, rows)
    if options.animate == "HEAD":
        camera.key_motion(empty, np.array(seen_by.matrix_basis) @ before, known, name)
    else:
        camera.key_motion(seen_by, np.array(empty.matrix_basis) @ np.linalg.inv(before), known, name)
    fitted.key_focal(seen_by, fit, rows, known, name)
    if picture is not None:
        backdrop.show_behind(seen_by, picture, fit, frames, f"Fitted {solve.name}")
    return empty, seen_by
