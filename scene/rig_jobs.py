"""The character of a file driven by a performance, and saved as a .blend that is set up in the tab."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy

from ..core.errors import InputError
from ..core.facs.performance import Performance
from ..core.facs.transfer import Region
from ..core.rigs.mapping import RigMap
from . import jobs, mapping, rig_files, settings, solves
from .characters import named_object


@dataclass(frozen=True)
class Asked:
    """How a rig in a file is to be driven."""

    object_name: str | None = None
    """Of the character, where there are several."""
    strength: float = 1.0
    region: Region = "all"
    map_file: Path | None = None
    """A rig map (RigMap.save); None: by the keys' names."""
    start: float | None = None
    """Scene frame of the performance's second 0; None: the scene's first."""


def open_character(rig: Path, asked: Asked) -> jobs.Character:
    """Replace the session by a rig's file; the character in it that is to be driven.

    Raises InputError where the rig or its map can't be read or it has no such character or keys to drive.
    """
    wanted = None if asked.map_file is None else RigMap.load(asked.map_file)
    rig_files.open_rig(rig)
    objects = bpy.context.scene.objects
    try:
        target = None if asked.object_name is None else named_object(bpy.context.scene, asked.object_name)
        if wanted is None:
            return jobs.find_character(objects, target)
        return jobs.mapped_character(objects, target, wanted)
    except InputError as error:
        raise InputError(f"{rig}: {error}") from error


def drive_rig(
    performance: Performance, rig: Path, out: Path, asked: Asked, solved: Path | None = None
) -> dict[str, Any]:
    """Drive the character of a rig file with a performance and save it as a .blend; the report says what is driven.

    A .blend keeps its frame rate and the performance lands at its seconds; other files take the footage's rate. The
    scene's settings name the rig, its table and the folder of the performance's solve, where that is `solved`.
    Raises InputError as open_character, Failure where `out` can't be written.
    """
    character, scene = open_character(rig, asked), bpy.context.scene
    if rig.suffix.lower() != ".blend":
        jobs.set_timing(scene, performance.fps, performance.times, 1 if asked.start is None else round(asked.start))
    with solves.registered():
        try:
            report = _drive(performance, character, scene, asked)
        except InputError as error:
            raise InputError(f"{rig}: {error}") from error
        if solved is not None and solves.is_solve(solved):
            solves.take(scene, solved.resolve())
        rig_files.save_blend(out)
    return report | {"rig": str(rig), "blend": str(out)}


def _drive(performance: Performance, character: jobs.Character, scene: Any, asked: Asked) -> dict[str, Any]:
    chosen = settings.of_scene(scene)
    chosen.rig, chosen.strength, chosen.region = character.objects[0], asked.strength, asked.region
    chosen.offset = 0 if asked.start is None else round(asked.start) - scene.frame_start
    character = jobs.allowing(character, jobs.scaled(performance, asked.strength))
    if asked.map_file is not None or not mapping.has_map(character.carrier):
        mapping.store(character.carrier, character.map)
    return jobs.drive(performance, character, scene, strength=asked.strength, region=asked.region, start=asked.start)
