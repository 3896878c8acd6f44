"""Started by path as a process of its own: loads this very package as `expression_transfer` and serves one command.

The first line on stdin is {"argv": [...], "path": [...], "module": "cli"}: the command, the parent's module search
path, and which of the package's modules has the `main` that serves it.
"""

import importlib.util
import json
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NoReturn


def _load_package(root: Path) -> None:
    """Import the package that lies around this file, whatever its folder is called."""
    spec = importlib.util.spec_from_file_location(
        "expression_transfer", root / "__init__.py", submodule_search_locations=[str(root)]
    )
    assert spec is not None
    assert spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules["expression_transfer"] = package
    spec.loader.exec_module(package)


def _main_of(module: str) -> Any:
    return importlib.import_module(f"expression_transfer.{module}").main


def main(load_command: Callable[[], Any] | None = None) -> int:
    """Serve one request with the command that `load_command` returns (core.worker.Command), or the one it asks for."""
    requests = open(0, "rb", buffering=0)  # noqa: SIM115  stays open as long as the process
    request = json.loads(requests.readline())
    sys.path += [folder for folder in request["path"] if folder not in sys.path]
    _load_package(Path(__file__).resolve().parent)
    importlib.import_module("expression_transfer.core.wheels").put_first()
    worker = importlib.import_module("expression_transfer.core.worker")
    load = load_command or partial(_main_of, request["module"])
    return int(worker.serve(request["argv"], load, requests, worker.take_stdout()))


def leave(status: int) -> NoReturn:
    """End at once: all files are closed, and native libraries take their time to tear down, or crash in it."""
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    leave(main())
