"""Plates of every kind through `composite` and `transfer`: depth, stills, lengths, rates, and the matte's promise."""

import json
from fractions import Fraction

import av
import cv2
import footage_maker
import numpy as np
import OpenImageIO as oiio  # noqa: N813 - its own name for itself
import pytest
from expression_transfer.core.clip import open_clip
from expression_transfer.core.facs.performance import Performance
from footage_maker import report


def frames_of(path):
    return {frame.number: frame.pixels for frame in open_clip(path)}


def unchanged_outside(plate, result, matte):
    """Outside the matte bit for bit; inside something happened."""
    changed = 0
    for number, pixels in plate.items():
        outside = matte[number][..., 0] == 0
        assert result[number].dtype == pixels.dtype
        assert np.array_equal(result[number][outside], pixels[outside], equal_nan=pixels.dtype.kind == "f")
        changed += int(np.any(result[number] != pixels, axis=-1).sum())
    return changed


def write_oiio(path, pixels):
    height, width, channels = pixels.shape
    kind = {"uint16": "uint16", "float16": "half", "float32": "float"}[str(pixels.dtype)]
    image = oiio.ImageOutput.create(str(path))
    assert image.open(str(path), oiio.ImageSpec(width, height, channels, kind))
    assert image.write_image(pixels)
    assert image.close()


def linear(picture):
    return ((picture / 255.0) ** 2.2).astype(np.float32)


DEPTHS = {
    "uint16.png": lambda picture, noise: picture.astype(np.uint16) * 257 + (noise * 200).astype(np.uint16),
    "uint16.tif": lambda picture, noise: picture.astype(np.uint16) * 257 + (noise * 200).astype(np.uint16),
    "half.exr": lambda picture, noise: (linear(picture) * 1.7 + noise * 0.01).astype(np.float16),
    "float.exr": lambda picture, noise: (linear(picture) * 1.7 - noise * 0.01).astype(np.float32),
}


@pytest.mark.parametrize("kind", DEPTHS)
def test_deep_plates_keep_their_depth(run, clips, tmp_path, kind):
    rng = np.random.default_rng(0)
    suffix = kind.split(".")[1]
    for number in range(1001, 1005):
        picture = footage_maker.portrait(du=number - 1003)
        pixels = DEPTHS[kind](picture, rng.uniform(0, 1, picture.shape))
        if suffix == "exr":
            pixels[5, 7] = [12.5, -0.25, 3.0]  # light and negatives outside the display's range
        write_oiio(tmp_path / f"shot.{number}.{suffix}", pixels)
    footage_maker.pose(4, fps=24, AU26=0.6).save(tmp_path / "acting.npz")
    out = tmp_path / "out"
    ran = run("composite", tmp_path / "acting.npz", tmp_path / f"shot.####.{suffix}", "-o", out)
    assert ran.status == 0, ran.err
    assert sorted(path.name for path in (out / "frames").iterdir()) == [f"shot.{n}.{suffix}" for n in range(1001, 1005)]
    plate, result = frames_of(tmp_path / f"shot.####.{suffix}"), frames_of(out / "frames")
    mattes = frames_of(out / "matte")
    assert unchanged_outside(plate, result, mattes) > 500
    assert all(matte.dtype == np.uint16 for matte in mattes.values())
    assert any(np.any(matte % 257) for matte in mattes.values())
    if suffix == "exr":
        assert result[1001][5, 7].tolist() == [12.5, -0.25, 3.0]
    else:
        assert any(np.any(frame % 257) for frame in result.values())  # more than eight bits


def test_alpha_stays(run, clips, tmp_path):
    picture = footage_maker.portrait()
    alpha = np.arange(picture.shape[1], dtype=np.uint8)[None, :, None].repeat(len(picture), axis=0)
    assert cv2.imwrite(str(tmp_path / "still.png"), np.concatenate([picture[..., ::-1], alpha], axis=2))
    out = tmp_path / "out"
    assert run("composite", clips / "acting.npz", tmp_path / "still.png", "-o", out).status == 0
    result = open_clip(out / "frames").read(5).pixels
    assert result.shape[2] == 4
    assert np.array_equal(result[..., 3:], alpha)


def test_video_plate(run, clips, tmp_path):
    out = tmp_path / "out"
    assert run("transfer", clips / "other.mp4", clips / "face.mp4", "-o", out).status == 0
    plate, result, matte = (frames_of(path) for path in (clips / "face.mp4", out / "frames", out / "matte"))
    assert list(plate) == list(result) == list(matte)
    unchanged_outside(plate, result, matte)
    for name in ("arkit.csv", "facs.csv", "target/facs.csv"):
        assert len((out / name).read_text().splitlines()) == 10
    with av.open(str(out / "result.mp4")) as movie:
        assert sum(1 for _ in movie.decode(video=0)) == 9
        assert movie.streams.video[0].average_rate == footage_maker.FPS
    with av.open(str(out / "side_by_side.mp4")) as movie:
        assert (movie.streams.video[0].width, movie.streams.video[0].height) == (512, 256)
    assert set(report(out)["files"]) >= {"result.mp4", "side_by_side.mp4", "contact_sheet.png", "frames", "matte"}


@pytest.mark.parametrize("method", ["geometry", "tps"])
def test_strength_zero_is_the_plate_and_next_to_nothing_is_next_to_it(run, clips, tmp_path, method):
    plate = frames_of(clips / "face.mp4")
    for strength, most in (("0", 0), ("1e-4", 1)):
        out = tmp_path / strength
        arguments = ("composite", clips / "acting.npz", clips / "face.mp4", "-o", out, "--method", method)
        assert run(*arguments, "--strength", strength).status == 0
        result = frames_of(out / "frames")
        away = [np.abs(result[number].astype(int) - pixels).max() for number, pixels in plate.items()]
        assert max(away) <= most


def test_region_upper_leaves_an_opening_mouth_closed(run, clips, tmp_path):
    """What the mouth does shows with region 'lower', and, but for the cheeks' own pull, not with 'upper'."""
    footage_maker.pose(9, AU26=0.9, AU12_L=0.9, AU12_R=0.9).save(tmp_path / "mouth.npz")
    plate, moved = frames_of(clips / "face.mp4"), {}
    for region in ("lower", "upper"):
        out = tmp_path / region
        assert run("composite", tmp_path / "mouth.npz", clips / "face.mp4", "-o", out, "--region", region).status == 0
        result, mouth = frames_of(out / "frames"), (slice(150, 200), slice(90, 160))
        moved[region] = np.mean([np.abs(result[n][mouth].astype(int) - plate[n][mouth]).mean() for n in plate])
    assert moved["lower"] > 3
    assert moved["upper"] < 0.1 * moved["lower"]


def test_a_still_is_held_as_long_as_the_performance(run, clips, tmp_path):
    out = tmp_path / "out"
    assert run("transfer", clips / "face.mp4", clips / "still.png", "-o", out).status == 0
    result, still = frames_of(out / "frames"), open_clip(clips / "still.png").read(1).pixels
    assert list(result) == list(range(1, 10))
    unchanged_outside(dict.fromkeys(result, still), result, frames_of(out / "matte"))
    with av.open(str(out / "result.mp4")) as movie:
        assert sum(1 for _ in movie.decode(video=0)) == 9


def test_a_still_drives_a_clip_for_its_whole_length(run, clips, tmp_path):
    out = tmp_path / "out"
    assert run("transfer", clips / "still.png", clips / "face.mp4", "-o", out).status == 0
    assert report(out)["untouched"] == []
    assert len(frames_of(out / "frames")) == 9


def test_a_still_drives_a_still(run, clips, tmp_path):
    out = tmp_path / "out"
    assert run("transfer", clips / "still.png", clips / "still.png", "-o", out).status == 0
    assert (out / "result.png").exists()
    assert not list(out.glob("*.mp4"))
    assert report(out)["files"][0] == "result.png"
    assert cv2.imread(str(out / "result.png")).shape == (256, 256, 3)


def test_one_row_of_curves_is_a_pose(run, clips, tmp_path):
    footage_maker.pose(1, AU26=0.8).save(tmp_path / "pose.npz")
    out = tmp_path / "out"
    assert run("composite", tmp_path / "pose.npz", clips / "face.mp4", "-o", out).status == 0
    plate, result = frames_of(clips / "face.mp4"), frames_of(out / "frames")
    assert all(np.any(result[number] != pixels) for number, pixels in plate.items())
    assert report(out)["untouched"] == []
    assert report(out)["in_front"] == []
    assert len(json.loads((out / "in_front.json").read_text())) == 9


@pytest.mark.parametrize(("count", "untouched"), [(4, [[5, 9]]), (30, [])])
def test_a_performance_shorter_or_longer_than_the_plate(run, clips, tmp_path, count, untouched):
    footage_maker.pose(count, AU26=0.8).save(tmp_path / "acting.npz")
    out = tmp_path / "out"
    ran = run("composite", tmp_path / "acting.npz", clips / "face.mp4", "-o", out)
    assert ran.status == 0
    assert report(out)["untouched"] == untouched
    assert ("left as they were (the driver has ended): frames 5–9" in ran.err) == bool(untouched)
    plate, result = frames_of(clips / "face.mp4"), frames_of(out / "frames")
    assert len(result) == 9
    for first, last in untouched:
        assert all(np.array_equal(result[number], plate[number]) for number in range(first, last + 1))


def test_curves_come_back_through_any_of_the_files(run, clips, tmp_path):
    """performance.npz, facs.csv and arkit.csv of a short clip re-perform its plate alike, to a code value or two."""
    assert run("solve", clips / "face.mp4", "-o", tmp_path / "solved").status == 0
    results = []
    for name in ("performance.npz", "facs.csv", "arkit.csv"):
        out = tmp_path / name
        assert run("composite", tmp_path / "solved" / name, clips / "face.mp4", "-o", out, "--mode", "add").status == 0
        results.append(frames_of(out / "frames"))
    for other in results[1:]:
        away = [np.abs(results[0][number].astype(int) - other[number]) for number in results[0]]
        assert np.percentile(np.stack(away), 99.9) <= 6


def test_a_single_frame_with_a_face(run, tmp_path):
    frames = [*footage_maker.nobody(5), *footage_maker.acting_frames(1), *footage_maker.nobody(5)]
    footage_maker.write_movie(tmp_path / "glimpse.mp4", frames)
    ran = run("solve", tmp_path / "glimpse.mp4", "-o", tmp_path / "out")
    assert ran.status == 0, ran.err
    acted = Performance.load(tmp_path / "out" / "performance.npz")
    assert np.array_equal(acted.missing, np.arange(11) != 5)
    assert np.isfinite(acted.units).all()


def test_a_clip_of_one_frame(run, tmp_path):
    footage_maker.write_movie(tmp_path / "one.mp4", footage_maker.acting_frames(1))
    assert run("solve", tmp_path / "one.mp4", "-o", tmp_path / "out").status == 0
    assert report(tmp_path / "out")["frames"] == 1


@pytest.mark.parametrize("rate", ["24000/1001", "25"])
def test_rate_of_a_sequence(run, clips, tmp_path, rate):
    for number in range(1, 5):
        footage_maker.write_png(tmp_path / f"shot.{number:04d}.png", footage_maker.portrait(du=number))
    assert run("solve", tmp_path / "shot.%04d.png", "-o", tmp_path / "out", "--fps", rate).status == 0
    acted = Performance.load(tmp_path / "out" / "performance.npz")
    assert acted.fps == pytest.approx(float(Fraction(rate)))
    assert acted.times[3] == pytest.approx(3 / float(Fraction(rate)))


def test_a_stream_without_a_rate(run, tmp_path):
    """A raw H.264 stream tells neither its rate nor its length."""
    with av.open(str(tmp_path / "raw.h264"), "w", format="h264") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width = stream.height = footage_maker.SIZE
        for frame in footage_maker.acting_frames(6):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode(None))
    footage_maker.pose(6, AU26=0.5).save(tmp_path / "acting.npz")
    out = tmp_path / "out"
    ran = run("composite", tmp_path / "acting.npz", tmp_path / "raw.h264", "-o", out)
    assert ran.status == 0, ran.err
    assert len(frames_of(out / "frames")) == 6
    assert report(out)["target"]["fps"] > 0


def test_a_range_keeps_the_sources_numbers(run, clips, tmp_path):
    out = tmp_path / "out"
    arguments = ("composite", clips / "acting.npz", clips / "face.mp4", "-o", out)
    assert run(*arguments, "--start", 3, "--end", 6).status == 0
    assert list(frames_of(out / "frames")) == [3, 4, 5, 6]
    rows = (out / "target" / "facs.csv").read_text().splitlines()[1:]
    assert [row.split(",")[0] for row in rows] == ["3", "4", "5", "6"]


def test_guides(run, clips, tmp_path):
    assert run("solve", clips / "face.mp4", "-o", tmp_path / "solved").status == 0
    out = tmp_path / "guides"
    ran = run("guides", tmp_path / "solved" / "fit.npz", "--plate", clips / "face.mp4", "-o", out)
    assert ran.status == 0
    assert ran.last.endswith("holds report.json, guides.####.exr, preview.####.png")
    assert len(list(out.glob("guides.*.exr"))) == len(list(out.glob("preview.*.png"))) == 9
    one = tmp_path / "solved" / "fit.npz"
    part = tmp_path / "part"
    assert run("guides", one, "--plate", clips / "face.mp4", "-o", part, "--start", 3, "--end", 4).status == 0
    assert sorted(file.name for file in part.glob("guides.*")) == ["guides.0003.exr", "guides.0004.exr"]
    assert (part / "preview.0003.png").read_bytes() == (out / "preview.0003.png").read_bytes()
    assert run("guides", one, "--plate", clips / "face.mp4", "-o", part, "--start", 6, "--end", 6).status == 0
    assert len(list(part.glob("guides.*.exr"))) == 3
    assert run("solve", clips / "face.mp4", "-o", tmp_path / "solved", "--end", 4).status == 0
    assert run("guides", one, "--plate", clips / "face.mp4", "-o", out).status == 0
    assert len(list(out.glob("guides.*.exr"))) == len(list(out.glob("preview.*.png"))) == 4
