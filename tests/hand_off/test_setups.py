"""Set-ups made from real layers: the Nuke script worked out on the files, what Blender reads, paint on the plate."""

import json
import shutil

import cv2
import nuke_reader
import numpy as np
import OpenImageIO as oiio  # noqa: N813 - its own name for itself
import pytest
from expression_transfer.core.clip import open_clip
from expression_transfer.core.export.points import MAIN
from expression_transfer.core.landmarks.track import LandmarkTrack
from expression_transfer.core.provenance import SOURCE_TYPE

MIDDLE = 5
"""A frame with the mouth open."""


@pytest.fixture
def out(exported, tmp_path):
    """The layers, and what they were made from, in a folder of their own."""
    return shutil.copytree(exported, tmp_path / "out")


def layers(path):
    """H×W by channel of the whole frame, as Nuke calls them: nothing outside the data window."""
    image = oiio.ImageBuf(str(path))
    values, spec, found = image.get_pixels(oiio.FLOAT), image.spec(), {}
    colours = {"R": "red", "G": "green", "B": "blue", "A": "alpha"}
    for k, name in enumerate(spec.channelnames):
        layer, _, channel = name.rpartition(".")
        whole = np.zeros((spec.full_height, spec.full_width), np.float32)
        whole[spec.y : spec.y + spec.height, spec.x : spec.x + spec.width] = values[..., k]
        found[f"{layer or 'rgba'}.{colours.get(channel, channel)}"] = whole
    return found


def worked_out(script, folder, number, name="Composite"):
    reads = [node.knobs["file"] for node in script.nodes.values() if node.kind == "Read"]
    picture = nuke_reader.picture(script.nodes[name], {file: layers(folder / (file % number)) for file in reads})
    return np.stack([picture[colour] for colour in nuke_reader.COLOUR], axis=-1)


def test_the_nuke_script_gives_the_engines_composite(run, made, out):
    before = {file.name: file.stat().st_mtime_ns for file in out.glob("*.exr")}
    assert run("export", "nuke", made, "-o", out).status == 0
    assert {file.name: file.stat().st_mtime_ns for file in out.glob("*.exr")} == before
    told = json.loads((out / "export.json").read_text())["nuke"]["files"]
    assert set(told) == {"comp.nk", *(file.name for file in out.glob("*.exr"))}
    script = nuke_reader.read((out / "comp.nk").read_text())
    for frame in open_clip(made / "frames"):
        assert np.abs(worked_out(script, out, frame.number) - frame.pixels / 255).max() < 1 / 1024


def test_a_grade_in_nuke_changes_the_face_alone(run, made, out):
    assert run("export", "nuke", made, "-o", out).status == 0
    script = nuke_reader.read((out / "comp.nk").read_text())
    neutral = worked_out(script, out, MIDDLE)
    script.nodes["Grade_face"].knobs["add"] = "0.25"
    found = layers(out / f"layers.{MIDDLE:04d}.exr")
    matte, face = found["matte.Y"], found["face.Y"]
    lifted = worked_out(script, out, MIDDLE) - neutral
    assert ((matte > 0) & (face == 0)).sum() > 100 and ((matte > 0) & (face > 0)).sum() > 1000
    assert np.abs(lifted - 0.25 * (matte * face)[..., None]).max() < 1e-6
    assert not lifted[face == 0].any()


def test_the_warp_alone_comes_near_it(run, made, out):
    assert run("export", "nuke", made, "-o", out).status == 0
    script = nuke_reader.read((out / "comp.nk").read_text())
    script.nodes["Face_or_warp"].knobs["which"] = "1"
    result = open_clip(made / "frames").read(MIDDLE).pixels / 255
    off = np.abs(worked_out(script, out, MIDDLE) - result)
    plate = np.abs(layers(out / f"result.{MIDDLE:04d}.exr")["plate.red"] - result[..., 0])
    assert off.mean() < 0.3 * plate.mean()


def test_trackers_are_the_detectors_landmarks(run, made, tmp_path):
    assert run("export", "tracks", made, "-o", tmp_path).status == 0
    script = nuke_reader.read((tmp_path / "tracks.nk").read_text())
    seen = LandmarkTrack.load(made / "target" / "landmarks.npz")
    rows = nuke_reader.tracks(script.nodes["Track_face"].knobs["tracks"])
    for name, index in MAIN.items():
        x, y = (nuke_reader.curve(rows[name][column])[0] for column in ("track_x", "track_y"))
        told = np.array([[x[frame], 256 - y[frame]] for frame in seen.frames])
        assert np.abs(told - seen.points[:, index]).max() < 1e-3


def test_blender_gets_whole_frames(run, made, out):
    assert run("export", "compositor", made, "-o", out).status == 0
    told = json.loads((out / "compositor.json").read_text())
    assert (told["result"], told["mattes"], told["count"]) == ("result.0001.exr", "mattes.0001.exr", 9)
    assert told["encoded"] is True
    whole, box = layers(out / f"mattes.{MIDDLE:04d}.exr"), layers(out / f"layers.{MIDDLE:04d}.exr")
    for name in ("matte.Y", "face.Y", "mouth.Y", "eyes.Y"):
        assert np.array_equal(whole[name], box[name])
    inside = box["matte.Y"] > 0
    assert np.array_equal(whole["stmap.X"][inside], box["stmap.u"][inside])
    assert whole["stmap.X"][0, 0] == np.float32(0.5 / 256) and whole["stmap.Y"][-1, 0] == np.float32(0.5 / 256)
    assert (whole["stmap.Z"] == 1).all()
    header = oiio.ImageBuf(str(out / f"mattes.{MIDDLE:04d}.exr")).spec()
    assert header.get_string_attribute("smpte:TimeCode") == f"00:00:00:{MIDDLE:02}"
    assert header.getattribute("FramesPerSecond") == (12, 1)
    assert header.get_string_attribute("digitalSourceType") == SOURCE_TYPE


@pytest.fixture(scope="module")
def unwrapped(made, tmp_path_factory):
    from expression_transfer import cli  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("unwrapped")
    assert cli.main(["export", "unwrap", str(made), "-o", str(folder)]) == 0
    return folder


def test_only_paint_comes_back(run, made, clips, unwrapped, tmp_path):
    """Untouched frames, saved again by whatever program, are the plate; a painted spot changes what is under it."""
    out, plate = shutil.copytree(unwrapped, tmp_path / "out"), open_clip(clips / "face.mp4")
    values = oiio.ImageBuf(str(out / "unwrap.0003.exr")).get_pixels(oiio.FLOAT)
    shutil.copy(out / "unwrap.0002.exr", out / "painted.0002.exr")
    other = oiio.ImageBuf(str(out / "unwrap.0004.exr")).get_pixels(oiio.FLOAT)[..., 2::-1]
    cv2.imwrite(str(out / "painted.0004.png"), np.rint(255 * other).astype(np.uint8))
    side = len(values)
    spot = np.s_[side // 4 : side // 4 + side // 16, side // 2 - side // 32 : side // 2 + side // 32]
    values[(*spot, slice(0, 3))] = (1, 0, 0)
    painted = oiio.ImageBuf(oiio.ImageSpec(side, side, 4, "float"))
    painted.set_pixels(oiio.ROI(), values)
    painted.write(str(out / "painted.0003.exr"))
    assert run("export", "rewrap", made, "-o", out).status == 0
    for frame in plate:
        back = next(iter(open_clip(out / f"rewrapped.{frame.number:04d}.png"))).pixels
        changed = np.any(back != frame.pixels, axis=-1)
        assert changed.any() == (frame.number == 3)
        if frame.number == 3:
            red = back[changed].astype(int)
            assert 50 < changed.sum() < 2500 and (np.median(red, axis=0) == (255, 0, 0)).all()


def test_paint_of_another_size_is_told(run, made, unwrapped, tmp_path):
    out = shutil.copytree(unwrapped, tmp_path / "out")
    assert "holds no painted" in run("export", "rewrap", made, "-o", out).last
    cv2.imwrite(str(out / "painted.0002.png"), np.zeros((64, 64, 3), np.uint8))
    ended = run("export", "rewrap", made, "-o", out)
    assert ended.status == 2 and "64×64" in ended.last
