"""Rigs on the command line: how they are driven, and `map`: which of their shape keys do which action units."""

import argparse
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .core.errors import InputError

if TYPE_CHECKING:
    from .core.facs.transfer import Region
    from .core.reporting import Reporter
    from .core.rigs.judge import Verdict
    from .core.rigs.scan import Scan
    from .scene.rig_jobs import Asked

SCANNED = ".npz"
"""A character that was scanned in Blender's window, for the worker."""


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("map", help="measure which shape keys of a rig do which action units → map.json")
    parser.add_argument("rig", type=Path, metavar="RIG", help=".blend .glb .gltf .fbx .vrm")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="map.json")
    parser.add_argument("--object", metavar="NAME", help="the character in a file that has several")
    parser.set_defaults(run=_map)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Of commands that drive a rig."""
    parser.add_argument("--object", metavar="NAME", help="the character in a rig file that has several")
    parser.add_argument("--map", type=Path, metavar="map.json", help="what its shape keys do; else by their names")
    parser.add_argument("--at", type=float, metavar="FRAME", help="its frame on which the footage begins")


def asked(arguments: argparse.Namespace, strength: float, region: "Region" = "all") -> "Asked":
    """For scene.rig_jobs.drive_rig, of add_options."""
    from .scene.rig_jobs import Asked

    return Asked(arguments.object, strength, region, arguments.map, arguments.at)


def jobs_for(rig: Path) -> Any:
    """scene.rig_jobs, which needs bpy. Raises InputError where there is none, before any work is done."""
    if not rig.exists():
        raise InputError(f"{rig}: no such file")
    _need_bpy(rig)
    from .scene import rig_jobs

    return rig_jobs


def tell(report: dict[str, Any], path: Path, reporter: "Reporter") -> None:
    """What became of a rig: written to `path`, and said."""
    from .core.storage import write_json

    write_json(path, report)
    keys = sum(len(keys) for keys in report["meshes"].values())
    reporter.log(f"drives {keys} shape keys on {', '.join(report['meshes'])}")
    for line in report["bones"]:
        reporter.log(line)
    if report["outside"]:
        reporter.log(report["outside"])
    for found, what in (("left_to_drivers", "left to drivers of their own"), ("limited", "held back by their limit")):
        named = [key for keys in report[found].values() for key in keys]
        if named:
            reporter.log(f"{what}: {', '.join(named)}")
    if report["missing"]:
        reporter.log(f"the rig has no key for {', '.join(report['missing'])}")
    reporter.log(f"done: {report['blend']}")


def _map(arguments: argparse.Namespace, reporter: "Reporter") -> None:
    from .core.face.library import load_builtin
    from .core.rigs.judge import judged
    from .core.storage import write_json

    verdict = judged(_scan(arguments.rig, arguments.object), load_builtin(), reporter)
    write_json(arguments.out, verdict.to_json())
    for line in told(verdict):
        reporter.log(line)
    reporter.log(f"done: {arguments.out}")


def _scan(rig: Path, name: str | None) -> "Scan":
    if not rig.exists():
        raise InputError(f"{rig}: no such file")
    if rig.suffix == SCANNED:
        from .core.rigs.scan import Scan

        return Scan.load(rig)
    return _jobs(rig).scan_file(rig, name)  # type: ignore[no-any-return]


def _jobs(rig: Path) -> Any:
    _need_bpy(rig)
    from .scene import rig_geometry

    return rig_geometry


def _need_bpy(rig: Path) -> None:
    if importlib.util.find_spec("bpy") is None:
        raise InputError(
            f"{rig}: rigs need Blender; run `blender --command expression_transfer …` or install the extra [bpy]"
        )


def told(verdict: "Verdict") -> list[str]:
    """What a terminal says of a map."""
    keys = {(row.mesh, row.key) for row in verdict.map.rows}
    lines = [
        f"{len(keys)} shape keys follow action units; {len(verdict.idle)} follow none (why: idle_keys in the file)"
    ]
    lines += [f"does {name}: {', '.join(units)}" for name, units in verdict.groups.items() if units]
    return lines
