"""Where the footage of a movie clip lies, for the solver's command line."""

from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("bpy", reason="bpy is missing: make env, or make test-blender")

from expression_transfer.scene.clips import footage_path


@pytest.mark.parametrize(
    ("first", "pattern"),
    [
        ("shot.0007.png", "shot.%04d.png"),
        ("shot.0001.jp2", "shot.%04d.jp2"),
        ("v2_plate101.exr", "v2_plate%03d.exr"),
        ("still.jp2", "still.jp2"),
    ],
)
def test_the_number_is_in_the_stem(first, pattern):
    clip = SimpleNamespace(filepath=f"/plates/{first}", library=None, source="SEQUENCE")
    assert footage_path(clip, "") == Path("/plates") / pattern
