"""One result of a real face, and its layers, for all tests of the hand-off."""

from pathlib import Path

import pytest
from footage_fixtures import clips, run

__all__ = ["clips", "run"]


@pytest.fixture(scope="session")
def made(clips: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `composite` wrote: nine frames that open the mouth and smile."""
    folder = tmp_path_factory.mktemp("made") / "acted"
    _done("composite", clips / "acting.npz", clips / "face.mp4", "-o", folder)
    return folder


@pytest.fixture(scope="session")
def exported(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its layers."""
    out = tmp_path_factory.mktemp("exported")
    _done("export", "exr", made, "-o", out)
    return out


def _done(*words: object) -> None:
    from expression_transfer import cli  # noqa: PLC0415
    from expression_transfer.core.reporting import SilentReporter  # noqa: PLC0415

    cli.main([str(word) for word in words], SilentReporter())
