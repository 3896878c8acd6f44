"""`expression-transfer models …`: face models listed, added, fetched, removed, and their cache cleared; `devices`."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .core.offers import Offer
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
    get = models.add_parser("get", help="download something that is not part of the product, by its checksum")
    get.add_argument("name", nargs="?", metavar="NAME", help="without it: what there is, and where from")
    get.add_argument("--from", dest="source", metavar="URL|FILE", help="a mirror, or a file fetched by other means")
    get.set_defaults(run=_get)
    commands.add_parser("devices", help="where networks run on this machine").set_defaults(run=_devices)


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


def _get(arguments: argparse.Namespace, reporter: "Reporter") -> None:
    from .core import offers

    if arguments.name is None:
        for each in offers.OFFERS:
            print(f"{each.name}\t{each.title}\t{each.size >> 20} MB\t{each.licence}\t{each.url}\t{each.sha256}")
        return
    wanted = offers.offer(arguments.name)
    if wanted.name != "ict":
        reporter.log(f"done: {offers.fetch(wanted, reporter, arguments.source)}")
        return
    _get_model(wanted, reporter, arguments.source)


def _get_model(wanted: "Offer", reporter: "Reporter", source: str | None) -> None:
    """An archive that is read once: the model is kept, the archive isn't."""
    from .core import offers
    from .core.errors import InputError
    from .core.heads import registry
    from .core.userdata import cache_folder

    if wanted.name in {entry.name for entry in registry.list_models()}:  # before a long download
        raise InputError(f"'{wanted.name}' was added before; `models remove {wanted.name}` first")
    archive = offers.fetch(wanted, reporter, source, cache_folder())
    try:
        entry = registry.add_model(archive, reporter, wanted.name)
    finally:
        archive.unlink(missing_ok=True)
    reporter.log(f"added '{entry.name}': {entry.size}")
    reporter.log(f"licence: {entry.licence}")


def _devices(arguments: argparse.Namespace, reporter: "Reporter") -> None:
    from .core.encoder.networks import EXPRESSION
    from .core.encoder.sessions import find_devices

    del arguments
    for device, wrong in find_devices(EXPRESSION).items():
        reporter.log(f"{device}: {wrong or 'works'}")
