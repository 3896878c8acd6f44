"""What a folder of results was made from, so that an interrupted job can go on and a changed one starts anew."""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .storage import write_json

FILE = "job.json"


def fingerprint(**values: Any) -> str:
    """A short hash of settings and inputs; footage counts by path, size and modification time."""
    plain = {name: _plain(value) for name, value in values.items()}
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    if not isinstance(value, Path):
        return value
    files = sorted(value.parent.glob("*")) if "#" in value.name or "%" in value.name else [value]
    files = sorted(value.iterdir()) if value.is_dir() else files
    stats = [(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files if file.is_file()]
    return [str(value.absolute()), stats]


@dataclass
class Job:
    """A result folder's stages and what each was made from. Without `resume`, nothing found in it is used."""

    folder: Path
    resume: bool
    _stages: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.resume:
            self._stages = _read(self.folder / FILE)

    def finished(self, stage: str, made_from: str, *products: Path) -> bool:
        """Whether an earlier run finished this stage from the same input and its products are there."""
        return self._stages.get(stage) == made_from and all(product.exists() for product in products)

    def begun(self, stage: str, made_from: str) -> bool:
        """Whether an earlier run began this stage from the same input; from now on, this run has."""
        before = self._stages.get(stage) == made_from
        self.note(stage, made_from)
        return before

    def note(self, stage: str, made_from: str) -> None:
        """Remember what a stage's products are made from."""
        self._stages[stage] = made_from
        write_json(self.folder / FILE, self._stages)


def _read(path: Path) -> dict[str, str]:
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(stage): str(made_from) for stage, made_from in stored.items()} if isinstance(stored, dict) else {}
