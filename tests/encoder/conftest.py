from pathlib import Path

import footage_maker
import pytest
from expression_transfer.core.clip import Clip, open_clip


@pytest.fixture(scope="session")
def footage_clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """14 frames of a face with 12 of nobody between them."""
    path: Path = tmp_path_factory.mktemp("encoder") / "leaving.mp4"
    acting = footage_maker.acting_frames(14)
    return open_clip(footage_maker.write_movie(path, [*acting[:7], *footage_maker.nobody(12), *acting[7:]]))
