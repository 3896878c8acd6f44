"""Planted shots of a real face: the astronaut portrait that scikit-image carries (a NASA photograph, public domain)."""

import importlib.util
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import skimage.data
from expression_transfer.core.clip import Clip, open_clip
from expression_transfer.core.landmarks.detect import DetectOptions, detect
from expression_transfer.core.landmarks.track import LandmarkTrack
from expression_transfer.core.reporting import SilentReporter


@pytest.fixture(scope="session")
def portrait() -> np.ndarray:
    """The head and shoulders, 300×300."""
    return np.ascontiguousarray(skimage.data.astronaut()[:300, 70:370])


@pytest.fixture(scope="session", params=["mediapipe-solutions", "mediapipe-tasks"])
def options(request: pytest.FixtureRequest) -> DetectOptions:
    """Both back ends, each where it can run."""
    if request.param == "mediapipe-tasks":
        return DetectOptions("mediapipe-tasks", request.getfixturevalue("shared") / "models" / "face_landmarker.task")
    package = importlib.util.find_spec("mediapipe")
    if package is None or not (Path(package.origin).parent / "modules" / "face_landmark").is_dir():
        pytest.skip("this mediapipe has no models in its wheel")
    return DetectOptions("mediapipe-solutions")


@pytest.fixture
def shot(tmp_path: Path) -> Callable[[Sequence[np.ndarray]], Clip]:
    """A clip of the given frames."""

    def make(frames: Sequence[np.ndarray]) -> Clip:
        for number, frame in enumerate(frames, 1):
            PIL.Image.fromarray(frame).save(tmp_path / f"shot.{number:04d}.png")
        return open_clip(tmp_path / "shot.####.png")

    return make


@pytest.fixture
def tracked(shot: Callable, options: DetectOptions) -> Callable[..., LandmarkTrack]:
    def run(frames: Sequence[np.ndarray], person: tuple[float, float] | None = None) -> LandmarkTrack:
        return detect(shot(frames), DetectOptions(options.backend, options.task, person), SilentReporter())

    return run
