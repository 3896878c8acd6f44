"""What only Blender can write, by a Blender of its own: the user's session is left alone."""

import importlib.util
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from ..errors import Failure, InputError
from ..process import Ended, WorkerProcess
from ..reporting import Reporter
from ..storage import UNFINISHED

VARIABLE = "EXPRESSION_TRANSFER_BLENDER"
"""Names the Blender to use: the one in whose window the export was asked for, or a user's choice."""
JOB = "scene.export_job"
_TICK = 0.1
"""s between looks at the worker."""


def find_blender() -> tuple[str, ...] | None:
    """How a script is run in Blender: the one that is named, this Python's own `bpy`, or a `blender` on the path."""
    named = os.environ.get(VARIABLE) or None
    if named is None and importlib.util.find_spec("bpy") is not None:
        return sys.executable, "-I"
    found = named or shutil.which("blender")
    return None if found is None else (found, "--background", "--factory-startup", "--python")


def write_in_blender(kind: str, source: Path, file: Path, reporter: Reporter) -> None:
    """Let Blender write `file` of a HeadScene (.npz) or of a driven character (.blend); whatever becomes of that
    Blender, nothing half done stays.

    Raises InputError where there is no Blender, Cancelled, and whatever the job itself has to say.
    """
    blender = find_blender()
    if blender is None:
        raise InputError(
            f"{file.name}: needs Blender; run `blender --command expression_transfer export …`, name it in {VARIABLE},"
            " or install the extra [bpy]"
        )
    reporter.log(f"Blender writes {file.name}")
    with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=file.parent) as folder:
        unfinished = Path(folder)
        worker = WorkerProcess([kind, str(source), str(unfinished / file.name)], python=blender, module=JOB)
        try:
            ended = _followed(worker, reporter)
        finally:
            worker.stop()
        if ended.error:
            said = ended.error.replace(str(unfinished), str(file.parent))
            raise (InputError if ended.status == InputError.exit_status else Failure)(said)
        _move_all(unfinished, file.parent)


def _move_all(folder: Path, to: Path) -> None:
    """The file, and textures that it names beside it."""
    for each in [each for each in folder.rglob("*") if each.is_file()]:
        place = to / each.relative_to(folder)
        place.parent.mkdir(parents=True, exist_ok=True)
        each.replace(place)


def _followed(worker: WorkerProcess, reporter: Reporter) -> Ended:
    """Wait for the worker, listening for a cancellation."""
    while True:
        reporter.check()
        for news in worker.poll():
            if isinstance(news, Ended):
                return news
        time.sleep(_TICK)
