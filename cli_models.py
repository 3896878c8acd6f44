"""`expression-transfer models …`: face models listed, added, removed, and their cache cleared."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .core.reporting import Reporter


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    models = commands.add_parser("models", help="face models").add_subparsers(required=True, metavar="ACTION")
    models.add_parser("list", help="what --model can name").set_defaults(run=_list)
    add = models.add_parser("add", help="check a face model, calibrate it (one to five minutes, once), register it")
    add.add_argument("path", type=Path, metavar="PATH", help="ICT-FaceKit, FLAME, BFM or GNM; or a saved model")
    add.add_argument("--name", metavar="NAME", help="what to call it (default: what it calls itself)")
    add.add_argument(
        "--engine",
        choices=("numpy", "smplx"),
        default="numpy",
        help="what computes FLAME heads: ours, or your own smplx",
    )
    add.set_defaults(run=_add)
    remove = models.add_parser("remove", help="forget a registered model")
    remove.add_argument("name", metavar="NAME")
    remove.set_defaults(run=_remove)
    clear = models.add_parser(
        "clear", help="free the cache: models used by path, and calibrations (made again when needed)"
    )
    clear.set_defaults(run=_clear)


def _list(arguments: argparse.Namespace, reporter: "Reporter") -> None:
    from .core.heads import registry

    del arguments, reporter
    for entry in registry.list_models():
        print(f"{entry.name}\t{entry.kind}\t{entry.licence}\t{entry.size}\t{entry.path}")


def _add(arguments: argparse.Namespace, reporter: "Reporter") -> None:
    from .core.heads import registry

    entry = registry.add_model(arguments.path, reporter, arguments.name, arguments.engine)
    reporter.log(f"added '{entry.name}': {entry.size}")
    reporter.log(f"licence: {entry.licence}")


def _remove(arguments: argparse.Namespace, reporter: "Reporter") -> None:
    from .core.heads import registry

    registry.remove_model(arguments.name)
    reporter.log(f"removed '{arguments.name}'")


def _clear(arguments: argparse.Namespace, reporter: "Reporter") -> None:
    from .core.heads.prepare import clear_cache

    del arguments
    reporter.log(f"freed {clear_cache() / 2**20:.1f} MiB")
