"""A command run in process, and little clips that are made once."""

import io
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import footage_maker
import pytest
from expression_transfer import cli


@dataclass(frozen=True)
class Ran:
    status: int
    err: str

    @property
    def last(self) -> str:
        return self.err.strip().splitlines()[-1]


@pytest.fixture
def run() -> Callable[..., Ran]:
    """Run a command line; its exit status and what it says."""

    def call(*arguments: object) -> Ran:
        err = io.StringIO()
        with redirect_stderr(err), redirect_stdout(io.StringIO()):
            try:
                status = cli.main([str(argument) for argument in arguments])
            except SystemExit as ended:  # argparse
                status = int(ended.code or 0)
        assert "Traceback" not in err.getvalue()
        return Ran(status, err.getvalue())

    return call


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with face.mp4 and other.mp4 (9 frames), nobody.mp4, leaving.mp4, still.png, acting.npz."""
    folder = tmp_path_factory.mktemp("clips")
    footage_maker.write_movie(folder / "face.mp4", footage_maker.acting_frames(9))
    footage_maker.write_movie(folder / "other.mp4", footage_maker.acting_frames(9, 2.0))
    footage_maker.write_movie(folder / "nobody.mp4", footage_maker.nobody(6))
    acting = footage_maker.acting_frames(14)
    footage_maker.write_movie(folder / "leaving.mp4", [*acting[:7], *footage_maker.nobody(12), *acting[7:]])
    footage_maker.write_png(folder / "still.png", footage_maker.portrait())
    footage_maker.pose(9, AU26=0.6, AU12_L=0.5, AU12_R=0.5).save(folder / "acting.npz")
    return folder
