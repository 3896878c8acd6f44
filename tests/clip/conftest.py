"""Clips made by ffmpeg's own binary: the independent writer and reader of these tests."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
PATTERN = "testsrc2=s=322x242:r=25"


def run_ffmpeg(*arguments: object) -> bytes:
    return subprocess.run([FFMPEG, "-v", "error", "-y", *map(str, arguments)], check=True, capture_output=True).stdout


@pytest.fixture
def ffmpeg() -> Callable[..., bytes]:
    """ffmpeg's binary with the given arguments; its standard output."""
    return run_ffmpeg


@pytest.fixture
def planted(tmp_path: Path) -> Callable[..., Path]:
    """Write a test pattern of 25 frames (322×242, 25 fps) under a name, with ffmpeg's output options."""

    def make(name: str, *options: object) -> Path:
        run_ffmpeg("-f", "lavfi", "-i", f"{PATTERN}:d=1", *options, tmp_path / name)
        return tmp_path / name

    return make


@pytest.fixture
def decoded() -> Callable[[Path, int, int, str], np.ndarray]:
    """What ffmpeg itself reads: T×H×W×3."""

    def read(path: Path, width: int, height: int, dtype: str) -> np.ndarray:
        kind = "rgb24" if dtype == "uint8" else "rgb48le"
        raw = run_ffmpeg(
            "-i", path, "-map", "0:v:0", "-fps_mode", "passthrough", "-pix_fmt", kind, "-f", "rawvideo", "-"
        )
        return np.frombuffer(raw, dtype).reshape(-1, height, width, 3)

    return read
