"""Wall time per stage, kept apart from report.json, which is the same on every run."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Timings:
    """Seconds, frames and frames per second of each stage, in the order they ran."""

    stages: dict[str, dict[str, float]] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str, frames: int | None = None) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        seconds = time.perf_counter() - begun
        rate = {} if frames is None else {"frames": frames, "fps": round(frames / seconds, 1)}
        self.stages[name] = {"seconds": round(seconds, 3), **rate}

    def include(self, other: "Timings", whose: str) -> None:
        """Add the stages of another clip of the same run, named as its."""
        self.stages |= {f"{whose}: {name}": figures for name, figures in other.stages.items()}
