"""`blender --command expression_transfer …`: the same commands as `expression-transfer …`."""

import os
from typing import Any

import bpy

_registered: list[Any] = []


def _run(argv: list[str]) -> int:
    from ..core import wheels  # noqa: PLC0415  nothing of the engine unless it is asked for
    from ..core.hand_off.blender import VARIABLE  # noqa: PLC0415

    wheels.put_first()  # this Blender runs nothing but the command
    os.environ.setdefault(VARIABLE, bpy.app.binary_path)
    from ..cli import main  # noqa: PLC0415

    return int(main(argv))


def register() -> None:
    _registered.append(bpy.utils.register_cli_command("expression_transfer", _run))


def unregister() -> None:
    bpy.utils.unregister_cli_command(_registered.pop())
