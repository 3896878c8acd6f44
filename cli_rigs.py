"""`expression-transfer map`: which of a rig's shape keys do which action units, measured on its face."""

import argparse
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .core.errors import InputError

if TYPE_CHECKING:
    from .core.reporting import Reporter
    from .core.rigs.judge import Verdict
    from .core.rigs.scan import Scan

SCANNED = ".npz"
"""A character that was scanned in Blender's window, for the worker."""


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("map", help="measure which shape keys of a rig do which action units → map.json")
    parser.add_argument("rig", type=Path, metavar="RIG", help=".blend .glb .gltf .fbx .vrm")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="map.json")
    parser.add_argument("--object", metavar="NAME", help="the character in a file that has several")
    parser.set_defaults(run=_map)


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
    if importlib.util.find_spec("bpy") is None:
        raise InputError(
            f"{rig}: rigs need Blender; run `blender --command expression_transfer …` or install the extra [bpy]"
        )
    from .scene import rig_geometry

    return rig_geometry


def told(verdict: "Verdict") -> list[str]:
    """What a terminal says of a map."""
    keys = {(row.mesh, row.key) for row in verdict.map.rows}
    lines = [
        f"{len(keys)} shape keys follow action units; {len(verdict.idle)} follow none (why: idle_keys in the file)"
    ]
    lines += [f"does {name}: {', '.join(units)}" for name, units in verdict.groups.items() if units]
    return lines
