"""Layers as OpenEXR, read back with another library than wrote them, on clips of a real face."""

import json
import shutil
from dataclasses import replace

import cv2
import numpy as np
import pytest
from expression_transfer.core.clip import open_clip
from expression_transfer.core.editable import Origin
from expression_transfer.core.errors import Cancelled
from expression_transfer.core.facs.performance import Performance
from expression_transfer.core.facs.tables import UNITS
from expression_transfer.core.fit.result import Fit
from expression_transfer.core.hand_off.curves import exporter as curves_exporter
from expression_transfer.core.hand_off.handed import begin
from expression_transfer.core.hand_off.header import colour_of, time_of
from expression_transfer.core.hand_off.layers import NAMES, layers_of
from expression_transfer.core.provenance import SOURCE_TYPE
from expression_transfer.core.raster.guides import surface
from expression_transfer.core.refine.reperform import Reperformer
from expression_transfer.core.refine.stages import Stages
from expression_transfer.core.reporting import SilentReporter
from expression_transfer.core.shot import Footage, Run
from footage_maker import unfinished
from scipy.ndimage import map_coordinates

OpenEXR = pytest.importorskip("OpenEXR", reason="OpenEXR is missing: make env")

FRAMES = range(1, 10)
LANCZOS = 4
"""px that the engine's resampling reaches."""


def read(path):
    """Header, and H×W by channel name."""
    with OpenEXR.File(str(path), separate_channels=True) as file:
        return dict(file.header()), {name: np.array(channel.pixels) for name, channel in file.channels().items()}


def rgb(channels, layer=""):
    return np.stack([channels[f"{layer}{name}"] for name in "RGB"], axis=-1)


def test_the_result_and_the_plate_are_the_composites_own(made, exported, clips):
    """8-bit values as 0–1 in float32: every one comes back exactly."""
    plate = open_clip(clips / "face.mp4")
    for frame in open_clip(made / "frames"):
        header, channels = read(exported / f"result.{frame.number:04d}.exr")
        assert set(channels) == {"R", "G", "B", "A", "plate.R", "plate.G", "plate.B"}
        assert all(plane.dtype == np.float32 for plane in channels.values())
        assert np.array_equal(np.rint(rgb(channels) * 255), frame.pixels)
        assert np.array_equal(np.rint(rgb(channels, "plate.") * 255), plate.read(frame.number).pixels)
        assert (channels["A"] == 1).all()
        assert header["compression"] == OpenEXR.ZIP_COMPRESSION
        assert [tuple(int(i) for i in corner) for corner in header["dataWindow"]] == [(0, 0), (255, 255)]


def test_layers_lie_in_the_faces_box(made, exported):
    for number in FRAMES:
        header, channels = read(exported / f"layers.{number:04d}.exr")
        (u0, v0), (u1, v1) = (tuple(int(i) for i in corner) for corner in header["dataWindow"])
        assert set(channels) == set(NAMES)
        assert [tuple(int(i) for i in corner) for corner in header["displayWindow"]] == [(0, 0), (255, 255)]
        assert all(plane.shape == (v1 - v0 + 1, u1 - u0 + 1) for plane in channels.values())
        assert all(plane.dtype == np.float32 and np.isfinite(plane).all() for plane in channels.values())
        matte = cv2.imread(str(made / "matte" / f"face.{number:04d}.png"), cv2.IMREAD_GRAYSCALE)
        assert np.array_equal(np.rint(channels["matte.Y"] * 255), matte[v0 : v1 + 1, u0 : u1 + 1])
        outside = matte.copy()
        outside[v0 : v1 + 1, u0 : u1 + 1] = 0
        assert not outside.any()
    assert channels["mouth.Y"].max() > 0.9
    seen = channels["face.Y"] > 0.99
    assert np.allclose(sum(channels[f"N.{axis}"] ** 2 for axis in "xyz")[seen], 1, atol=1e-5)
    assert channels["N.z"][seen].mean() > 0.5  # towards the eye


def test_headers_tell_time_camera_and_that_the_picture_was_altered(made, exported):
    fit = Fit.load(Origin.read(made).plate / "fit.npz")
    for name, colour in (("result", "srgb_rec709_scene"), ("layers", "data")):
        header, _ = read(exported / f"{name}.0004.exr")
        assert header["colorInteropID"] == colour
        code = header["timeCode"]
        assert (code.hours, code.minutes, code.seconds, code.frame) == (0, 0, 0, 4)
        assert str(header["FramesPerSecond"]) == "12"
        assert header["frameNumber"] == 4
        assert header["digitalSourceType"] == SOURCE_TYPE
        assert header["alteredFrom"] == "face.mp4"
        np.testing.assert_allclose(header["camera.focal_px"], fit.camera.focal[3], rtol=1e-6)
        face = np.array([0.01, 0.02, 0.03])
        head = np.asarray(header["camera.head"])
        np.testing.assert_allclose((np.append(face, 1) @ head)[:3], fit.to_camera(face, 3), atol=1e-6)


def test_provenance_is_off_only_where_it_is_turned_off(run, made, tmp_path):
    assert run("export", "exr", made, "-o", tmp_path, "--no-provenance").status == 0
    header, _ = read(tmp_path / "result.0004.exr")
    assert not {"digitalSourceType", "xmp", "alteredFrom"} & set(header)


def ramp(width, height):
    """A plate whose values are the places of its pixels (px, centres at +0.5)."""
    v, u = np.mgrid[:height, :width].astype(np.float32) + np.float32(0.5)
    return np.stack([u, v, np.zeros_like(u)], axis=-1)


def test_an_stmap_is_the_warp_within_a_twentieth_of_a_pixel(made, tmp_path):
    """The engine warps a picture of coordinates, so that its pixels say where they came from; SciPy looks the same
    picture up where the STMap says.
    """
    result = begin(made, tmp_path, Run(SilentReporter())).result
    performer = Reperformer(result.model, result.fit, result.track, stages=Stages(False, False, False, False))
    plate, row = ramp(256, 256), 4
    states = result.expression[row], result.gaze[row]
    engine = performer.frame(row, plate, *states)
    window, channels = layers_of(engine, result.model, result.fit, row, *states, surface(result.model))
    u, v = channels["stmap.u"] * 256 - 0.5, (1 - channels["stmap.v"]) * 256 - 0.5
    looked_up = [map_coordinates(plate[..., k], [v, u], order=1, mode="nearest") for k in range(2)]
    came_from = engine.pixels[window[1] : window[3], window[0] : window[2], :2]
    whole = (channels["matte.Y"] == 1) & (channels["mouth.Y"] + channels["eyes.Y"] == 0)
    inside = (np.minimum(u, v) > LANCZOS) & (np.maximum(u, v) < 255 - LANCZOS)  # else it reaches beyond the frame
    whole &= inside
    assert whole.sum() > 2000
    moved = np.hypot(channels["backward.u"], channels["backward.v"])[whole]
    assert moved.max() > 4
    assert np.abs(np.stack(looked_up, -1) - came_from)[whole].max() < 0.05


def test_the_inverse_leads_back(exported):
    """Through the STMap and then its inverse, skin comes back to where it was."""
    header, channels = read(exported / "layers.0005.exr")
    (u0, v0), _ = (tuple(int(i) for i in corner) for corner in header["dataWindow"])
    u, v = channels["stmap_inverse.u"] * 256 - 0.5 - u0, (1 - channels["stmap_inverse.v"]) * 256 - 0.5 - v0
    there = [map_coordinates(channels[name], [v, u], order=1, mode="nearest") for name in ("stmap.u", "stmap.v")]
    rows, columns = np.indices(u.shape)
    missed = np.hypot(there[0] * 256 - 0.5 - u0 - columns, (1 - there[1]) * 256 - 0.5 - v0 - rows)
    steady = map_coordinates(channels["mouth.Y"] + channels["eyes.Y"], [v, u], order=1) == 0
    assert np.quantile(missed[steady], 0.99) < 0.05


def test_stmaps_are_whole_frames_of_the_same_map(run, made, exported, tmp_path):
    assert run("export", "stmap", made, "-o", tmp_path).status == 0
    header, layers = read(exported / "layers.0005.exr")
    (u0, v0), (u1, v1) = (tuple(int(i) for i in corner) for corner in header["dataWindow"])
    for name in ("stmap", "stmap_inverse"):
        header, channels = read(tmp_path / f"{name}.0005.exr")
        assert header["colorInteropID"] == "data"
        assert (channels["B"] == 1).all()
        for axis, plane in (("u", channels["R"]), ("v", channels["G"])):
            assert plane.shape == (256, 256)
            assert np.array_equal(plane[v0 : v1 + 1, u0 : u1 + 1], layers[f"{name}.{axis}"])
        assert channels["R"][0, 0] == np.float32(0.5 / 256)
        assert channels["G"][0, 0] == np.float32(1 - 0.5 / 256)


def test_a_solve_moves_nothing(run, made, tmp_path):
    assert run("export", "exr", made / "target", "-o", tmp_path).status == 0
    _, channels = read(tmp_path / "layers.0004.exr")
    assert not channels["matte.Y"].any()
    assert not channels["backward.u"].any()
    assert channels["face.Y"].max() == 1
    header, channels = read(tmp_path / "result.0004.exr")
    assert np.array_equal(rgb(channels), rgb(channels, "plate."))
    assert "digitalSourceType" not in header  # nothing was altered


def test_what_is_there_is_kept_and_what_is_gone_is_made_again(run, made, exported):
    stamps = {path: path.stat().st_mtime_ns for path in exported.glob("*.exr")}
    before = (exported / "layers.0003.exr").read_bytes()
    (exported / "layers.0003.exr").unlink()
    assert run("export", "exr", made, "-o", exported, "--resume").status == 0
    changed = {path.name for path, stamp in stamps.items() if path.stat().st_mtime_ns != stamp}
    assert changed == {"layers.0003.exr", "result.0003.exr"}
    assert (exported / "layers.0003.exr").read_bytes() == before
    told = json.loads((exported / "export.json").read_text())
    assert len(told["exr"]["files"]) == 2 * len(FRAMES)


@pytest.mark.parametrize("target", ["face.mp4", "still.png"])
def test_a_transfers_frames_are_made_again_to_the_bit(run, clips, tmp_path, target):
    """With the driver's own mouth and eyes, the artist's finish, and a still held for as long as it acts."""
    acted, out = tmp_path / "acted", tmp_path / "out"
    finish = ("--strength", 0.8, "--choke", 2, "--feather", 4)
    assert run("transfer", clips / "other.mp4", clips / target, "-o", acted, *finish).status == 0
    assert run("export", "exr", acted, "-o", out).status == 0
    for frame in open_clip(acted / "frames"):
        _, channels = read(out / f"result.{frame.number:04d}.exr")
        assert np.array_equal(np.rint(rgb(channels) * 255), frame.pixels)


@pytest.mark.slow
def test_real_footage(run, footage, tmp_path):
    """The STMap warps the plate, by OpenCV's own hand, to what the engine made of it: where nothing else was done to
    the picture, within the plate's rounding and what a twentieth of a pixel is there.
    """
    assert run("solve", footage / "d0.mp4", "--end", 12, "-o", tmp_path / "solve").status == 0
    own = Performance.load(tmp_path / "solve" / "performance.npz")
    units = own.units.copy()
    units[:, [UNITS.index(name) for name in ("AU12_L", "AU12_R", "AU26")]] += 0.4
    replace(own, units=units).save(tmp_path / "acting.npz")
    words = ("composite", tmp_path / "acting.npz", tmp_path / "solve", "-o", tmp_path / "made", "--mode", "edit")
    assert run(*words, "--grain", 0).status == 0
    assert run("export", "exr", tmp_path / "made", "-o", tmp_path / "out").status == 0
    _, result = read(tmp_path / "out" / "result.0006.exr")
    header, layers = read(tmp_path / "out" / "layers.0006.exr")
    (u0, v0), (u1, v1) = (tuple(int(i) for i in corner) for corner in header["dataWindow"])
    u, v = layers["stmap.u"] * 512 - 0.5, (1 - layers["stmap.v"]) * 512 - 0.5
    warped = cv2.remap(rgb(result, "plate."), u, v, cv2.INTER_LANCZOS4)
    made = rgb(result)[v0 : v1 + 1, u0 : u1 + 1]
    plain = (layers["matte.Y"] == 1) & (layers["mouth.Y"] + layers["eyes.Y"] + layers["attention.Y"] == 0)
    away = 255 * np.abs(warped - made).max(axis=-1)[plain]
    slope = 255 * np.abs(np.gradient(warped[..., 1])).sum(axis=0)[plain]
    assert plain.sum() > 20_000
    assert np.mean(away <= 1 + 0.05 * slope) > 0.9  # wrinkles and motion blur change the rest


class Stopping(SilentReporter):
    """Cancels once so many frames are written."""

    def __init__(self, frames):
        self.left = frames

    def progress(self, stage, done, total):
        self.left -= stage == "exr"

    def check(self):
        if self.left <= 0:
            raise Cancelled("cancelled")


def test_stopped_on_the_way_only_whole_files_are_there_and_it_goes_on_from_them(run, made, exported, tmp_path):
    from expression_transfer import cli  # noqa: PLC0415

    with pytest.raises(Cancelled):
        cli.main(["export", "exr", str(made), "-o", str(tmp_path)], Stopping(3))
    written = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.exr")}
    assert 6 <= len(written) < 2 * len(FRAMES)
    assert not unfinished(tmp_path)
    assert all((exported / path.name).read_bytes() == path.read_bytes() for path in written)
    assert run("export", "exr", made, "-o", tmp_path, "--resume").status == 0
    pairs = [[path for path in written if f".{number:04d}." in path.name] for number in FRAMES]
    assert all(path.stat().st_mtime_ns == written[path] for pair in pairs if len(pair) == 2 for path in pair)
    names = {path.name for path in exported.glob("*.exr")}
    assert {path.name for path in tmp_path.glob("*.exr")} == names
    assert all((exported / name).read_bytes() == (tmp_path / name).read_bytes() for name in names)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nonsense", "{made}", "-o", "{out}"], "no such kind of export"),
        (["exr", "{empty}", "-o", "{out}"], "holds nothing to export"),
        (["exr", "{out}", "-o", "{out}"], "none: no such folder"),
        (["fbx", "{out}.blend", "-o", "{out}"], "none.blend: no such file"),
        (["exr", "{made}", "-o", "{made}/frames"], "lies in what is exported"),
        ([], "export list"),
        (["exr", "{made}", "-o", "{made}"], "holds what is exported"),
        (["exr", "{made}"], "-o OUT"),
    ],
)
def test_what_cannot_be_exported_is_told_in_one_line(run, made, tmp_path, words, said):
    ran = run("export", *(word.format(made=made, out=tmp_path / "none", empty=tmp_path) for word in words))
    assert ran.status == 2
    assert said in ran.last


def test_mattes_stay_within_0_and_1(exported):
    for path in exported.glob("layers.*.exr"):
        _, channels = read(path)
        for name in ("matte.Y", "mouth.Y", "eyes.Y", "occlusion.Y", "attention.Y"):
            assert channels[name].min() >= 0 and channels[name].max() <= 1


def test_another_picture_than_was_left_is_refused(run, made, tmp_path):
    """As another version or network would have made it: a few pixels of one frame."""
    other = shutil.copytree(made, tmp_path / "made")
    file = other / "frames" / "face.0004.png"
    picture = cv2.imread(str(file))
    picture[100:104, 100:104] ^= 16
    cv2.imwrite(str(file), picture)
    ran = run("export", "exr", other, "-o", tmp_path / "out")
    assert ran.status == 2
    assert f"{file}: was made by another version or network" in ran.last
    assert not (tmp_path / "out" / "result.0004.exr").exists()


def test_a_folder_keeps_to_one_result(run, made, exported):
    before = {path: path.read_bytes() for path in exported.glob("*.exr")}
    ran = run("export", "exr", made / "target", "-o", exported)
    assert ran.status == 2
    assert f"holds an export of {made}" in ran.last
    assert {path: path.read_bytes() for path in exported.glob("*.exr")} == before


def test_gone_footage_is_told_to_be_the_results(run, made, tmp_path):
    solve = shutil.copytree(made / "target", tmp_path / "solve")
    report = solve / "report.json"
    told = json.loads(report.read_text())
    told["read"]["as"]["path"] = str(tmp_path / "gone.mp4")
    report.write_text(json.dumps(told))
    ran = run("export", "exr", solve, "-o", tmp_path / "out")
    assert ran.status == 2
    said = f"no such file (the footage that {solve} was made from); name it where it is now with --plate FILE"
    assert ran.last == f"expression-transfer: {tmp_path}/gone.mp4: {said}"
    assert run("export", "livelink", solve, "-o", tmp_path / "out").status == 0  # curves need none


def test_the_classic_methods_result_is_named_as_it_has_no_layers(run, made, clips, tmp_path):
    other = shutil.copytree(made, tmp_path / "made")
    report = json.loads((other / "report.json").read_text())
    report["settings"]["method"] = "tps"
    (other / "report.json").write_text(json.dumps(report))
    ran = run("export", "exr", other, "-o", tmp_path / "out")
    assert ran.status == 2 and f"{other}: --method tps" in ran.last


@pytest.mark.parametrize(("timecode", "first"), [(None, "00:00:00:01"), ("01:02:03:10", "01:02:03:10")])
def test_a_frame_has_the_same_time_in_every_file(made, tmp_path, monkeypatch, timecode, first):
    hand = begin(made, tmp_path, Run(SilentReporter()))
    clip = replace(hand.result.clip, timecode=timecode)
    monkeypatch.setattr(Footage, "open", lambda footage, folder: clip)
    curves_exporter("live_link")(hand)
    rows = [line.split(",")[0] for line in (tmp_path / "live_link.csv").read_text().splitlines()[1:]]
    assert rows[0] == f"{first}.000"
    result = replace(hand.result, plate=replace(hand.result.plate, clip=clip))
    for number, row in zip(FRAMES, rows, strict=True):
        packed = time_of(result, number)["smpte:TimeCode"][1][0]
        digits = f"{packed:08x}"
        assert row == f"{':'.join(digits[k : k + 2] for k in (0, 2, 4, 6))}.000"


def test_pixels_that_nobody_names_the_space_of_are_told_as_they_are_taken(made, tmp_path):
    result = begin(made, tmp_path, Run(SilentReporter())).result
    for dtype, space in (("uint8", "srgb_rec709_scene"), ("float16", "lin_rec709_scene")):
        clip = replace(result.clip, colour_space="", dtype=dtype)
        told = colour_of(replace(result, plate=replace(result.plate, clip=clip)))
        assert told["colorInteropID"] == space
        assert told["plateColorSpace"] == f"not said; taken for {space}"
