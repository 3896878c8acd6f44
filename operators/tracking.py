"""What was tracked, as Blender's own tracking data: tracks of a movie clip, and an empty that moves as the head."""
# mypy: disallow-subclassing-any=False, disable-error-code="valid-type"

from pathlib import Path
from typing import Any

import bpy

from ..core.errors import ExpressionTransferError, InputError
from ..core.export import points
from ..core.landmarks.track import LandmarkTrack
from ..scene import clips, fitted, head_empty, settings, strings, summary, tracks, windows
from .results import OfSolve


class _OfLastSolve(OfSolve):
    """Base of what is added of whom the last result shows."""

    def execute(self, context: Any) -> set[str]:
        chosen = settings.of_scene(context.scene)
        role: summary.Role = "plate" if chosen.result_of_plate else "source"
        start = clips.start_of(chosen, context.scene, role)
        try:
            said = self.add(context, summary.solve_folder(chosen, role), start)
        except ExpressionTransferError as error:
            self.report({"ERROR"}, strings.REPORT.format(message=error))
            return {"CANCELLED"}
        self.report({"INFO"}, strings.REPORT.format(message=said))
        return {"FINISHED"}

    def add(self, context: Any, folder: Path, start: float) -> str:
        """Add it, of the solve in `folder`, whose second 0 is scene frame `start`; what to tell the user."""
        raise NotImplementedError


class AddTracks(_OfLastSolve):
    bl_idname = "expression_transfer.add_tracks"
    bl_label = strings.ADD_TRACKS
    bl_description = strings.ADD_TRACKS_TIP
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012  Blender reads it as a set

    which: bpy.props.EnumProperty(
        items=strings.TRACK_SETS, name=strings.WHICH_TRACKS, description=strings.WHICH_TRACKS_TIP
    )

    def add(self, context: Any, folder: Path, start: float) -> str:  # noqa: ARG002  the base's signature
        footage = fitted.footage_of(folder)
        if footage is None:
            raise InputError(strings.FOOTAGE_GONE.format(folder=folder))
        track = LandmarkTrack.load(folder / "landmarks.npz")
        chosen = points.main_points(track) if self.which == "MAIN" else points.all_points(track)
        clip = tracks.load_clip(footage.file, round(start))
        made = tracks.add_tracks(clip, chosen)
        return strings.TRACKS_ADDED.format(count=len(made.tracks), name=made.name, clip=clip.name)


class AddHeadEmpty(_OfLastSolve):
    bl_idname = "expression_transfer.add_head_empty"
    bl_label = strings.HEAD_EMPTY
    bl_description = strings.HEAD_EMPTY_TIP
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012  Blender reads it as a set

    animate: bpy.props.EnumProperty(items=strings.ANIMATED, name=strings.ANIMATE, description=strings.ANIMATE_TIP)
    sensor_width: bpy.props.FloatProperty(
        default=36.0, min=1.0, max=1000.0, unit="CAMERA", name=strings.SENSOR, description=strings.SENSOR_TIP
    )

    def add(self, context: Any, folder: Path, start: float) -> str:
        options = fitted.Options(start, self.animate, self.sensor_width)
        empty, seen_by = head_empty.add_head_empty(fitted.read_solve(folder), context.scene, options)
        windows.look_through(context, empty, seen_by)
        return strings.EMPTY_ADDED.format(name=empty.name)


_CLASSES = (AddTracks, AddHeadEmpty)


def register() -> None:
    for cls in _CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    for cls in reversed(_CLASSES):
        bpy.utils.unregister_class(cls)
