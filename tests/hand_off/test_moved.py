"""Footage that was moved since it was solved: named anew, the same files come out; another clip is told to be one."""

import json
import shutil

import footage_maker
import numpy as np
import pytest

OpenEXR = pytest.importorskip("OpenEXR", reason="OpenEXR is missing: make env")


def pixels(path):
    with OpenEXR.File(str(path), separate_channels=True) as file:
        return {name: np.array(channel.pixels) for name, channel in file.channels().items()}


def forget(solve):
    """Let a solve's report, or a transfer's of its driver, name footage that is gone."""
    file = solve / "report.json"
    report = json.loads(file.read_text())
    told = report.get("driver", report)["read"]["as"]
    told["path"] = f"/gone/{told['path'].rpartition('/')[2]}"
    file.write_text(json.dumps(report))


@pytest.fixture
def moved(made, clips, tmp_path):
    """A copy of the result whose plate lies elsewhere."""
    folder = shutil.copytree(made, tmp_path / "made")
    forget(folder / "target")
    shutil.copy(clips / "face.mp4", tmp_path / "renamed.mp4")
    return folder


def test_named_anew_it_is_the_same(run, moved, exported, tmp_path):
    out = tmp_path / "out"
    assert run("export", "exr", moved, "-o", out, "--plate", tmp_path / "renamed.mp4").status == 0
    for name in ("result.0003.exr", "layers.0006.exr"):
        ours, theirs = pixels(out / name), pixels(exported / name)
        assert ours.keys() == theirs.keys() and all(np.array_equal(ours[each], theirs[each]) for each in ours)


def test_a_driver_too(run, clips, tmp_path):
    made, before, after = (tmp_path / name for name in ("made", "before", "after"))
    assert run("transfer", clips / "other.mp4", clips / "face.mp4", "-o", made).status == 0
    assert run("export", "stmap", made, "-o", before).status == 0
    forget(made)
    ran = run("export", "stmap", made, "-o", after)
    assert ran.status == 2 and ran.last.endswith("name it where it is now with --driver FILE")
    ran = run("export", "stmap", made, "-o", after, "--driver", clips / "nobody.mp4")
    assert ran.status == 2 and f"isn't the footage that {made} was made from" in ran.last
    assert run("export", "stmap", made, "-o", after, "--driver", clips / "other.mp4").status == 0
    ours, theirs = (pixels(folder / "stmap.0005.exr") for folder in (after, before))
    assert all(np.array_equal(ours[name], theirs[name]) for name in "RGB")


@pytest.fixture(scope="module")
def others(tmp_path_factory):
    """Clips that aren't face.mp4, by what tells them apart."""
    folder, frames = tmp_path_factory.mktemp("others"), footage_maker.acting_frames(10)
    clips = {
        "it goes on after frame 9": (frames, 12),
        "it has no frames 1–9": (frames[:8], 12),
        "24 frames a second, not 12": (frames[:9], 24),
        "it shows something else in frame 1": ([255 - frame for frame in frames[:9]], 12),
    }
    for number, (pictures, fps) in enumerate(clips.values()):
        footage_maker.write_movie(folder / f"{number}.mp4", pictures, fps)
    footage_maker.write_png(folder / "still.png", footage_maker.portrait(size=200))
    named = {said: folder / f"{number}.mp4" for number, said in enumerate(clips)}
    return named | {"200×200 px, not 256×256": folder / "still.png"}


def test_another_clip_is_told_in_one_line(run, moved, others, tmp_path):
    for said, clip in others.items():
        for kind in ("exr", "livelink"):
            ran = run("export", kind, moved, "-o", tmp_path / "out", "--plate", clip)
            assert ran.status == 2
            told = f"{clip}: isn't the footage that {moved / 'target'} was made from ({said})"
            assert ran.last == f"expression-transfer: {told}; name that, or solve this one"
    ran = run("export", "exr", moved, "-o", tmp_path / "out", "--plate", tmp_path / "none.mp4")
    assert ran.status == 2 and "none.mp4: no such file" in ran.last
    assert not list((tmp_path / "out").glob("*.exr"))
