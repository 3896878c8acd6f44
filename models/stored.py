"""Sets of samples on disk: a folder with a file for each field."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Self

import numpy as np

from ..core.storage import whole_file


@dataclass(frozen=True)
class Stored:
    """What dataclasses inherit whose fields are arrays with a row for each sample."""

    def __len__(self) -> int:
        return len(getattr(self, fields(self)[-1].name))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read from disk as they are needed."""
        made: Callable[..., Self] = cls
        return made(*(np.load(folder / f"{each.name}.npy", mmap_mode="r") for each in fields(cls)))

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for each in fields(self):  # the last tells that all are there
            with whole_file(folder / f"{each.name}.npy") as part, part.open("wb") as file:
                np.save(file, getattr(self, each.name))

    @classmethod
    def there(cls, folder: Path) -> bool:
        return (folder / f"{fields(cls)[-1].name}.npy").is_file()
