import tracemalloc
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from expression_transfer.core.clip import open_clip, read_ahead
from expression_transfer.core.errors import InputError

FORMATS = {
    "yuv420.mp4": ("uint8", ["-pix_fmt", "yuv420p"]),
    "yuv422.mp4": ("uint8", ["-pix_fmt", "yuv422p"]),
    "yuv444.mov": ("uint8", ["-pix_fmt", "yuv444p"]),
    "full.mp4": ("uint8", ["-pix_fmt", "yuvj420p", "-color_range", "pc"]),
    "bt709.mp4": ("uint8", ["-pix_fmt", "yuv420p", "-colorspace", "bt709"]),
    "mjpeg.avi": ("uint8", ["-c:v", "mjpeg", "-pix_fmt", "yuvj422p"]),
    "rgb.mkv": ("uint8", ["-c:v", "ffv1", "-pix_fmt", "gbrp"]),
    "ten.mp4": ("uint16", ["-pix_fmt", "yuv420p10le"]),
    "ten422.mp4": ("uint16", ["-pix_fmt", "yuv422p10le"]),
    "hlg.mp4": ("uint16", ["-pix_fmt", "yuv420p10le", "-colorspace", "bt2020nc", "-color_trc", "arib-std-b67"]),
    "prores.mov": ("uint16", ["-c:v", "prores_ks", "-pix_fmt", "yuv422p10le"]),
    "deep.mkv": ("uint16", ["-c:v", "ffv1", "-pix_fmt", "yuv444p16le"]),
}


@pytest.mark.parametrize("name", FORMATS)
def test_pixels_are_those_of_ffmpeg(name, planted, decoded):
    dtype, options = FORMATS[name]
    path = planted(name, *options)
    clip = open_clip(path)
    frames = list(clip)
    assert (clip.kind, clip.width, clip.height, clip.dtype, clip.channels) == ("video", 322, 242, dtype, 3)
    assert [frame.number for frame in frames] == list(range(1, 26))
    np.testing.assert_allclose([frame.time for frame in frames], np.arange(25) / 25, atol=1e-6)
    np.testing.assert_array_equal(np.stack([frame.pixels for frame in frames]), decoded(path, 322, 242, dtype))


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_rotation_flag_is_applied(angle, planted, decoded, ffmpeg, tmp_path):
    turned = tmp_path / "turned.mp4"
    ffmpeg("-display_rotation", angle, "-i", planted("flat.mp4", "-pix_fmt", "yuv420p"), "-c", "copy", turned)
    clip = open_clip(turned)
    assert (clip.width, clip.height) == ((322, 242) if angle == 180 else (242, 322))
    oracle = decoded(turned, clip.width, clip.height, "uint8")
    np.testing.assert_array_equal(np.stack([frame.pixels for frame in clip]), oracle)
    np.testing.assert_array_equal(clip.read(7).pixels, oracle[6])


def test_variable_frame_rate_keeps_its_times(planted):
    # every third frame is dropped, the others keep their stamps
    path = planted("vfr.mp4", "-vf", "select='mod(n,3)'", "-fps_mode", "vfr", "-pix_fmt", "yuv420p")
    kept = np.array([n for n in range(25) if n % 3]) / 25
    frames = list(open_clip(path))
    np.testing.assert_allclose([frame.time for frame in frames], kept - kept[0], atol=1e-4)
    assert frames[-1].number == len(kept)


@pytest.mark.parametrize("options", [("-g", "250"), ("-g", "5", "-bf", "3"), ("-c:v", "mjpeg")])
def test_random_access_and_ranges_agree_with_reading_through(options, planted):
    path = planted("clip.mov", "-pix_fmt", "yuv420p", *options)
    whole = {frame.number: frame for frame in open_clip(path)}
    clip = open_clip(path)
    for number in (20, 3, 4, 25, 1):
        frame = clip.read(number)
        assert (frame.number, frame.time) == (number, whole[number].time)
        np.testing.assert_array_equal(frame.pixels, whole[number].pixels)
    part = open_clip(path, start=8, end=11)
    assert (part.frame_count, part.first, part.last) == (4, 8, 11)
    for _ in range(2):  # again from the start
        frames = list(part)
        assert [frame.number for frame in frames] == [8, 9, 10, 11]
        np.testing.assert_array_equal(frames[0].pixels, whole[8].pixels)
        assert frames[0].time == whole[8].time


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("clip.ts", ("-c:v", "libx264", "-g", "10")),
        ("clip.mpg", ("-c:v", "mpeg2video", "-bf", "2")),
        ("open.mp4", ("-x264opts", "open-gop=1:keyint=10:bframes=3")),
    ],
)
def test_seeks_that_come_out_too_late(name, options, planted):
    """Streams without an index, and frames that lean on the group before their own."""
    path = planted(name, "-pix_fmt", "yuv420p", *options)
    whole = [frame.pixels for frame in open_clip(path)]
    for number in range(1, 26):
        clip = open_clip(path)
        np.testing.assert_array_equal(clip.read(number).pixels, whole[number - 1])
        assert clip.warnings == []


def test_information(ffmpeg, tmp_path):
    path = tmp_path / "said.mov"
    ffmpeg(
        "-f",
        "lavfi",
        "-i",
        "testsrc2=s=322x242:r=25:d=1",
        "-f",
        "lavfi",
        "-i",
        "sine=d=1",
        "-timecode",
        "01:02:03:04",
        path,
    )
    clip = open_clip(path)
    assert (clip.fps, clip.frame_count, clip.has_audio, clip.timecode) == (Fraction(25), 25, True, "01:02:03:04")
    assert open_clip(path, fps=Fraction(30)).fps == 30


def test_memory_does_not_grow_with_the_clip(planted):
    path = planted("long.mp4", "-pix_fmt", "yuv420p")
    tracemalloc.start()
    for _ in read_ahead(open_clip(path)):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12 * 322 * 242 * 3


def test_a_truncated_video_gives_the_frames_it_has(planted, tmp_path):
    whole = planted("whole.mp4", "-pix_fmt", "yuv420p", "-movflags", "+faststart", "-g", "1").read_bytes()
    path = tmp_path / "cut.mp4"
    path.write_bytes(whole[: len(whole) * 6 // 10])
    clip = open_clip(path)
    frames = list(clip)
    assert 5 < len(frames) < 25
    assert len(clip.warnings) == 1 and str(path) in clip.warnings[0] and f"1–{len(frames)} of 25" in clip.warnings[0]


def test_a_whole_video_has_no_warnings(planted):
    clip = open_clip(planted("whole.mp4", "-pix_fmt", "yuv420p"))
    list(clip)
    assert clip.warnings == []


def _damage(path: Path, frames: set[int]) -> Path:
    """A copy in which the packets of some frames (from 1, as shown) are noise."""
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(container.streams.video[0]) if packet.size]
        packets.sort(key=lambda packet: packet.pts)
        places = [(packets[frame - 1].pos, packets[frame - 1].size) for frame in frames]
    data = bytearray(path.read_bytes())
    for start, size in places:
        data[start : start + size] = np.random.default_rng(0).bytes(size)
    damaged = path.with_stem("damaged")
    damaged.write_bytes(data)
    return damaged


INTRA = {
    "prores.mov": ["-c:v", "prores_ks", "-pix_fmt", "yuv422p10le"],
    "mjpeg.avi": ["-c:v", "mjpeg", "-pix_fmt", "yuvj422p"],
    "h264.mp4": ["-pix_fmt", "yuv420p", "-g", "1"],
}


@pytest.mark.parametrize("name", INTRA)
@pytest.mark.parametrize(
    ("frames", "told"), [({12}, "12;"), ({7, 11, 12, 13}, "7, 11–13;"), ({24}, "24;"), ({25}, "25;"), ({1, 2}, "1–2;")]
)
def test_a_damaged_frame_shows_the_one_before(name, frames, told, planted):
    """All other frames keep their numbers, times and pixels, however they are reached."""
    path = planted(name, *INTRA[name])
    whole = [frame.pixels for frame in open_clip(path)]
    clip = open_clip(_damage(path, frames))
    read = list(clip)
    assert [frame.number for frame in read] == list(range(1, 26))
    np.testing.assert_allclose([frame.time for frame in read], np.arange(25) / 25, atol=1e-6)
    shown = 3 if 1 in frames else 0
    for frame in read:
        shown = shown if frame.number in frames else frame.number
        np.testing.assert_array_equal(frame.pixels, whole[shown - 1])
    assert len(clip.warnings) == 1
    assert str(clip.path) in clip.warnings[0] and told in clip.warnings[0]
    for number in (13, 12, 25, 14, 24, 1, 2, 8):
        np.testing.assert_array_equal(open_clip(clip.path).read(number).pixels, read[number - 1].pixels)
    part = list(open_clip(clip.path, 12, 14))
    assert [frame.number for frame in part] == [12, 13, 14]
    np.testing.assert_array_equal([frame.pixels for frame in part], [frame.pixels for frame in read[11:14]])
    list(clip)
    assert len(clip.warnings) == 1


@pytest.mark.parametrize("frame", [1, 9, 12, 24])
def test_damage_among_frames_that_depend_on_each_other(frame, planted):
    path = planted("gop.mp4", "-pix_fmt", "yuv420p", "-g", "8", "-bf", "2")
    clip = open_clip(_damage(path, {frame}))
    read = list(clip)
    assert [each.number for each in read] == list(range(1, 26))
    np.testing.assert_allclose([each.time for each in read], np.arange(25) / 25, atol=1e-6)
    assert len(clip.warnings) == 1 and "truncated" not in clip.warnings[0]
    again = open_clip(clip.path)
    for number in (20, frame, min(frame + 1, 25), 3, 25):
        np.testing.assert_array_equal(again.read(number).pixels, read[number - 1].pixels)


@pytest.mark.parametrize("name", ["cut.mkv", "cut.webm", "cut.mp4"])
def test_a_cut_file_is_told_by_count_or_duration(name, planted, ffmpeg, tmp_path):
    """Also beside a longer sound, and not where the file is whole."""
    whole = tmp_path / name.replace("cut", "whole")
    ffmpeg("-i", planted("silent.mov"), "-f", "lavfi", "-i", "sine=d=3", "-movflags", "+faststart", "-g", "4", whole)
    clip = open_clip(whole)
    assert len(list(clip)) == 25 and clip.warnings == []
    (tmp_path / name).write_bytes(whole.read_bytes()[: whole.stat().st_size * 4 // 10])
    clip = open_clip(tmp_path / name)
    held = len(list(clip))
    assert 0 < held < 23
    assert len(clip.warnings) == 1 and f"truncated: frames 1–{held} of 25" in clip.warnings[0]


def test_a_variable_rate_is_not_taken_for_a_cut(planted):
    """The last frame stands for half a second."""
    path = planted("vfr.mkv", "-vf", "select='not(mod(n,3))*lt(n,13)+eq(n,24)'", "-fps_mode", "vfr")
    clip = open_clip(path)
    assert len(list(clip)) == 6 and clip.warnings == []


def test_a_cut_by_the_editor_is_no_damage(planted, ffmpeg, tmp_path):
    """An edit list hides the frames between the key frame and the start."""
    path = tmp_path / "edited.mp4"
    ffmpeg("-ss", "0.4", "-i", planted("whole.mp4", "-pix_fmt", "yuv420p", "-g", "25"), "-c", "copy", path)
    clip = open_clip(path)
    assert len(list(clip)) == clip.source.count() == 15
    assert clip.warnings == []


def _garbage(path: Path) -> None:
    path.write_bytes(np.random.default_rng(1).bytes(5000))


BAD = {
    "missing": (lambda path: None, "no such file"),
    "empty": (lambda path: path.touch(), "empty"),
    "garbage": (_garbage, "not readable"),
    "text": (lambda path: path.write_text("not a video\n" * 50), "not readable"),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_files_are_one_line(kind, tmp_path):
    path = tmp_path / "bad.mp4"
    make, reason = BAD[kind]
    make(path)
    with pytest.raises(InputError) as caught:
        open_clip(path)
    assert str(path) in str(caught.value) and reason in str(caught.value) and "\n" not in str(caught.value)


def test_without_its_index_a_video_is_an_error(planted, tmp_path):
    path = tmp_path / "headless.mp4"
    path.write_bytes(planted("whole.mp4", "-pix_fmt", "yuv420p").read_bytes()[:20000])
    with pytest.raises(InputError, match="headless"):
        open_clip(path)


def test_sound_alone_is_no_footage(ffmpeg, tmp_path):
    ffmpeg("-f", "lavfi", "-i", "sine=d=1", tmp_path / "sound.mp4")
    with pytest.raises(InputError, match="no video"):
        open_clip(tmp_path / "sound.mp4")


@pytest.mark.parametrize("start, end", [(26, None), (0, None), (9, 5)])
def test_impossible_ranges(start, end, planted):
    path = planted("clip.mp4", "-pix_fmt", "yuv420p")
    with pytest.raises(InputError, match=r"25|empty"):
        open_clip(path, start, end)


def test_the_end_may_lie_past_the_end(planted):
    assert len(list(open_clip(planted("clip.mp4", "-pix_fmt", "yuv420p"), 20, 99))) == 6


def test_reading_ahead_hands_on_errors_and_stops_early():
    def items():
        yield 1
        raise InputError("clip: bad")

    stream = read_ahead(items())
    assert next(stream) == 1
    with pytest.raises(InputError, match="clip: bad"):
        next(stream)
    for item in read_ahead(iter(range(10**9))):
        if item == 5:
            break
