"""A .blend in which a plate's compositing is set up: nodes, tracks, and the head as an empty before its camera."""

import json
from dataclasses import replace
from pathlib import Path

import bpy

from ..core.errors import InputError
from ..core.export import points
from ..core.landmarks.track import LandmarkTrack
from . import backdrop, clips, compositor, fitted, head_empty, jobs, rig_files, strings, tracks


def export_setup(file: Path, path: Path) -> None:
    """Write the .blend of what `export compositor` told (compositor.json), on the source's frame numbers; the session's
    own scene is replaced. Raises InputError where something of it is gone.
    """
    layers = compositor.read_setup(file)
    solve, footage, marks = _told(file)
    rig_files.new_scene()
    scene, fit, first = bpy.context.scene, solve.fit, clips.frame_number(layers.result)
    jobs.set_rate(scene, fit.fps)
    scene.frame_start, scene.frame_end = first, first + layers.count - 1
    scene.view_settings.view_transform = "Standard"  # footage looks as it was shot
    for name, text in marks.items():
        scene[name] = text
    begins = float(fit.frames[0] - fit.fps * fit.times[0])
    head_empty.add_head_empty(solve, scene, fitted.Options(begins, take_size=True))
    _add_tracks(solve.folder, footage)
    compositor.build(layers, scene, first)
    for image in bpy.data.images:
        if Path(image.filepath).parent == file.parent:  # layers move with the .blend, which comes to lie beside them
            image.filepath_raw = f"//{Path(image.filepath).name}"  # raw: nodes would forget the layers of what is gone
    rig_files.save_blend(path, relative=False)


def _add_tracks(solve: Path, footage: backdrop.Footage) -> None:
    begins = clips.frame_number(footage.file) if footage.kind == "sequence" else 1
    clip = tracks.load_clip(footage.file, begins)
    tracks.add_tracks(clip, points.main_points(LandmarkTrack.load(solve / "landmarks.npz")))


def _told(file: Path) -> tuple[fitted.Solve, backdrop.Footage, dict[str, str]]:
    """The plate's solve, its footage where it lies now, and what a scene of it says of itself."""
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        plate = told["footage"]
        footage = backdrop.Footage(plate["kind"], Path(plate["file"]), plate["named"])
        folder, marks = Path(told["solve"]), dict(told["provenance"])
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise InputError(strings.NO_LAYERS.format(file=file, error=error)) from error
    return replace(fitted.read_solve(folder), footage=footage), footage, marks
