"""What the benchmarks run on: the shared clips where they are, the demo's own input elsewhere."""

from pathlib import Path

SHARED = Path(__file__).resolve().parents[2] / "shared"


def shared_clip(name: str) -> Path | None:
    """A shared clip, or None (said) where it is missing."""
    path = SHARED / "footage" / name
    if path.is_file():
        return path
    print(f"skipped: {path} is missing")
    return None
