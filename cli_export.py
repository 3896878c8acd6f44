"""`expression-transfer export …`: what was made, as files of other programs."""

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .core.reporting import Reporter


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "export",
        help="hand a solve or result on to other programs (export list: the kinds)",
        description="KIND `list` names all kinds and presets.",
    )
    parser.add_argument("kind", nargs="?", metavar="KIND", help="a kind or a preset (export list)")
    parser.add_argument("made", nargs="?", type=Path, metavar="DIR", help="what transfer, composite or solve wrote")
    parser.add_argument("-o", "--out", type=Path, metavar="OUT", help="folder for the files")
    parser.add_argument("--plate", type=Path, metavar="FILE", help="where the plate's footage is now, if it was moved")
    parser.add_argument(
        "--driver", type=Path, metavar="FILE", help="where the driver's footage is now, if it was moved"
    )
    parser.add_argument("--no-provenance", action="store_true", help="don't say in the files that they were altered")
    parser.add_argument("--resume", action="store_true", help="keep the frames that an interrupted run left in OUT")
    parser.set_defaults(run=_export)


def _export(arguments: argparse.Namespace, reporter: "Reporter") -> None:
    from .core.errors import InputError
    from .core.hand_off.export import export
    from .core.hand_off.result import Elsewhere
    from .core.shot import Run
    from .core.storage import write_json

    if arguments.kind is None:
        raise InputError("export: name a kind, the folder to export and -o OUT; `export list` tells the kinds")
    if arguments.kind == "list":
        _list(reporter)
        return
    if arguments.made is None or arguments.out is None:
        raise InputError(f"export {arguments.kind}: name the folder to export, and where to with -o OUT")
    run = Run(reporter, resume=arguments.resume, provenance=not arguments.no_provenance)
    elsewhere = Elsewhere(arguments.plate, arguments.driver)
    files = export(arguments.kind, arguments.made, arguments.out, run, elsewhere)
    write_json(arguments.out / "timing.json", run.timings.stages)
    names = dict.fromkeys(re.sub(r"\.\d{4,}\.", ".####.", file.name) for file in files)
    reporter.log(f"done: {arguments.out} holds {', '.join(names)}")


def _list(reporter: "Reporter") -> None:
    from .core.hand_off.kinds import KINDS, PRESETS

    for name, kind in KINDS.items():
        reporter.log(f"{name:12} {kind.what}")
    for name, kinds in PRESETS.items():
        reporter.log(f"{name:12} preset: {', '.join(kinds)}")
