"""What a folder of results was made from, so that an interrupted job can go on and a changed one starts anew."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .clip import Clip
from .errors import InputError
from .storage import check_writable, write_json

FILE = "job.json"

RESULTS = 3
"""Raised whenever the same input gives other results than before, so that --resume doesn't mix the two."""


def fingerprint(**values: Any) -> str:
    """A short hash of settings and inputs; files count by path, size and modification time."""
    plain = json.dumps({**values, "results": RESULTS}, sort_keys=True, default=_stamp)
    return hashlib.sha256(plain.encode()).hexdigest()[:16]


def footage_files(clip: Clip) -> list[Path]:
    """The files that a clip's range is read from."""
    if clip.kind == "video" or clip.last is None:
        return [clip.source.location(clip.first)]
    return [clip.source.location(number) for number in range(clip.first, clip.last + 1)]


def _stamp(path: Path) -> list[Any]:
    status = path.stat()
    return [str(path.resolve()), status.st_size, status.st_mtime_ns]


class Job:
    """A result folder's stages and what each was made from. Without `resume`, nothing found in it is used."""

    def __init__(self, folder: Path, resume: bool) -> None:
        """Raises Failure where the folder can't be written, before any work is done."""
        check_writable(folder)
        self.folder = folder
        stored = _read(folder / FILE)
        self._resume = resume
        self._stages: dict[str, str] = stored["stages"] if resume else {}
        self._files: dict[str, dict[str, str]] = stored["files"]

    def finished(self, stage: str, made_from: str, *products: Path) -> bool:
        """Whether an earlier run finished this stage from the same input and its products are there."""
        return self._stages.get(stage) == made_from and all(product.exists() for product in products)

    def note(self, stage: str, made_from: str) -> None:
        """Remember what a stage's products are made from."""
        self._stages[stage] = made_from
        self._write()

    def begin(self, stage: str, files: Mapping[Path, str]) -> set[Path]:
        """Start a stage that writes many files (each with the fingerprint of what it is made from); those that an
        earlier run made from the same are good and are returned. What else the earlier run said it would write is
        removed first, so that none of it is ever taken for one of this run's.
        """
        known = self._files.get(stage, {})
        wanted = {file.relative_to(self.folder).as_posix(): made_from for file, made_from in files.items()}
        kept = {name for name in wanted.keys() & known.keys() if self._resume and known[name] == wanted[name]}
        for name in known.keys() - kept:
            if (old := self.folder / name).resolve().is_relative_to(self.folder.resolve()):
                old.unlink(missing_ok=True)
        self._files[stage] = wanted
        self._write()
        return {file for name in kept if (file := self.folder / name).exists()}

    def _write(self) -> None:
        write_json(self.folder / FILE, {"stages": self._stages, "files": self._files})


def refuse_own_results(path: Path, clip: Clip, folder: Path) -> None:
    """Raises InputError where footage is what a job in `folder` writes: it would be overwritten while it is read."""
    first = clip.source.location(clip.first).resolve()
    own = [folder / name for name in ("frames", "matte", "result.mp4", "result.png", "side_by_side.mp4")]
    if any(first.is_relative_to(result.resolve()) for result in own):
        raise InputError(f"{path}: is a result in {folder}, which would be overwritten; give another folder with -o")


def _read(path: Path) -> dict[str, dict[str, Any]]:
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        files = {stage: {str(name): str(of) for name, of in made.items()} for stage, made in stored["files"].items()}
        return {"stages": dict(stored["stages"]), "files": files}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {"stages": {}, "files": {}}
