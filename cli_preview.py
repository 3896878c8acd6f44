"""`expression-transfer preview …`: what the window asks single frames of while an artist edits."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from .core.errors import InputError

if TYPE_CHECKING:
    from .core.reporting import Reporter


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    preview = commands.add_parser("preview", help="frames at proxy size for a program that asks (core/worker.py)")
    preview.add_argument("solve", type=Path, metavar="SOLVE", help="folder that solve wrote")
    preview.add_argument("-o", "--out", type=Path, required=True, metavar="DIR")
    preview.add_argument("--width", type=int, metavar="PX", help="of the frames, at most")
    preview.set_defaults(run=_preview)


def _preview(arguments: argparse.Namespace, reporter: "Reporter") -> None:
    from .core import preview
    from .core.reporting import Conversation

    if not isinstance(reporter, Conversation):
        raise InputError("preview: answers the program that started it as a worker; use composite in a terminal")
    preview.serve(arguments.solve, arguments.out, arguments.width or preview.WIDTH, reporter)
