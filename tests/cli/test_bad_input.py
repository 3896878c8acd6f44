"""Whatever is wrong with the input: one line that names it and says what to do, and nothing half-written."""

import errno
import os
import shutil
import subprocess
import wave
from pathlib import Path

import av
import footage_maker
import numpy as np
import onnxruntime
import pytest
import trimesh
from expression_transfer.core import pipeline, storage
from expression_transfer.core.clip import open_clip
from footage_maker import contents, unfinished


def one_line(ran, status, *words):
    """The last line is the message; nothing but progress and notes comes before it."""
    assert ran.status == status, ran.err
    assert ran.last.startswith("expression-transfer: ") or ": error: " in ran.last
    for word in words:
        assert str(word) in ran.last
    assert "unexpected" not in ran.last


def missing(folder):
    return folder / "gone.mp4"


def empty(folder):
    (folder / "empty.mp4").touch()
    return folder / "empty.mp4"


def text(folder):
    (folder / "notes.mp4").write_text("not a film\n" * 100)
    return folder / "notes.mp4"


def head_only(folder):
    whole = footage_maker.write_movie(folder / "cut.mp4", footage_maker.acting_frames(8)).read_bytes()
    (folder / "cut.mp4").write_bytes(whole[: len(whole) // 10])
    return folder / "cut.mp4"


def empty_folder(folder):
    (folder / "shot").mkdir()
    return folder / "shot"


def no_such_sequence(folder):
    return folder / "name.####.exr"


def broken_image(folder):
    (folder / "still.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    return folder / "still.png"


def sound_only(folder):
    with wave.open(str(folder / "sound.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(8000))
    return folder / "sound.wav"


BAD_FOOTAGE = [missing, empty, text, head_only, empty_folder, no_such_sequence, broken_image, sound_only]


@pytest.mark.parametrize("make", BAD_FOOTAGE, ids=lambda make: make.__name__)
@pytest.mark.parametrize("command", ["solve", "source", "target", "plate", "guides"])
def test_footage_that_is_none(run, clips, tmp_path, make, command):
    bad, out = make(tmp_path), tmp_path / "out"
    ran = {
        "solve": lambda: run("solve", bad, "-o", out),
        "source": lambda: run("transfer", bad, clips / "face.mp4", "-o", out),
        "target": lambda: run("transfer", clips / "face.mp4", bad, "-o", out),
        "plate": lambda: run("composite", clips / "acting.npz", bad, "-o", out),
        "guides": lambda: run("guides", fitted(run, clips, tmp_path), "--plate", bad, "-o", out),
    }[command]()
    one_line(ran, 2, bad)
    assert not out.exists()


def fitted(run, clips, folder):
    assert run("solve", clips / "still.png", "-o", folder / "fitted").status == 0
    return folder / "fitted" / "fit.npz"


def test_truncated_but_readable_footage_is_used_and_told(run, tmp_path):
    """A recording that broke off: what can be decoded is solved, and the user hears of the rest."""
    frames = footage_maker.acting_frames(24)
    whole = tmp_path / "whole.mkv"
    with av.open(str(whole), "w") as container:
        stream = container.add_stream("libx264", rate=12, options={"g": "4", "bf": "0"})
        stream.width = stream.height = footage_maker.SIZE
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode(None))
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 6 // 10])
    ran = run("solve", cut, "-o", tmp_path / "out")
    assert ran.status == 0, ran.err
    solved = footage_maker.report(tmp_path / "out")
    assert 8 < solved["frames"] < 24
    told = f"{cut}: is truncated: frames 1–{solved['frames']} of 24 could be read"
    assert told in ran.err
    assert solved["warnings"][0] == told


def test_nobody_in_the_clip(run, clips, tmp_path):
    one_line(run("solve", clips / "nobody.mp4", "-o", tmp_path / "a"), 2, "nobody.mp4", "no face")
    one_line(run("transfer", clips / "face.mp4", clips / "nobody.mp4", "-o", tmp_path / "b"), 2, "nobody.mp4")
    assert unfinished(tmp_path) == []
    assert not (tmp_path / "b" / "frames").exists()


def test_a_face_that_leaves(run, clips, tmp_path):
    """Frames are marked, curves are at rest, and the plate passes through untouched there, listed in the report."""
    out = tmp_path / "out"
    acting = tmp_path / "acting.npz"
    footage_maker.pose(26, AU26=0.7).save(acting)
    ran = run("composite", acting, clips / "leaving.mp4", "-o", out)
    assert ran.status == 0, ran.err
    report = footage_maker.report(out)
    gone = report["target"]["missing"]
    assert gone == [[8, 19]]
    assert report["untouched"] == gone
    assert "left as they were (no sure face in the plate): frames 8–19" in ran.err
    plate, result, matte = (open_clip(path) for path in (clips / "leaving.mp4", out / "frames", out / "matte"))
    for number in range(1, 27):
        same = np.array_equal(plate.read(number).pixels, result.read(number).pixels)
        if 8 <= number <= 19:
            assert same
            assert not matte.read(number).pixels.any()
    assert not np.array_equal(plate.read(3).pixels, result.read(3).pixels)
    rows = (out / "target" / "facs.csv").read_text().splitlines()
    assert len(rows) == 27
    header = rows[0].split(",")
    marks = [row.split(",")[header.index("success")] for row in rows[1:]]
    assert marks == ["1"] * 7 + ["0"] * 12 + ["1"] * 7


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--start", 99, ("face.mp4", "99")),
        ("--start", 0, ("face.mp4",)),
        ("--end", -3, ("face.mp4",)),
        ("--neutral", 99, ("99",)),
        ("--model", "nosuch", ("nosuch", "models add")),
        ("--fps", "1/0", ("frame rate",)),
        ("--fps", "-4", ("--fps",)),
        ("--focal", "0", ("0 is not",)),
        ("--person", "left", ("left",)),
        ("--detector", "magic", ("magic",)),
    ],
)
def test_options_that_cannot_be(run, clips, tmp_path, option, value, words):
    ran = run("solve", clips / "face.mp4", "-o", tmp_path / "out", option, value)
    one_line(ran, 2, *words)
    assert unfinished(tmp_path) == []


@pytest.mark.parametrize("strength", ["2", "-0.1", "nan", "much"])
def test_strength_outside_its_range(run, clips, tmp_path, strength):
    ran = run("composite", clips / "acting.npz", clips / "still.png", "-o", tmp_path / "out", f"--strength={strength}")
    one_line(ran, 2, strength, "0 to 1")


def test_cuda_that_is_not_there(run, clips, tmp_path):
    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("this onnxruntime has CUDA")
    ran = run("composite", clips / "acting.npz", clips / "still.png", "-o", tmp_path / "out", "--device", "cuda")
    one_line(ran, 2, "cuda", "onnxruntime-gpu")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"words"])
def test_bad_model_file(run, clips, tmp_path, monkeypatch, content):
    monkeypatch.setenv("EXPRESSION_TRANSFER_DATA", str(tmp_path / "data"))
    bad = tmp_path / "head.npz"
    bad.write_bytes(content)
    one_line(run("solve", clips / "face.mp4", "-o", tmp_path / "out", "--model", bad), 2, bad)
    one_line(run("models", "add", bad), 2, bad)
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "data").exists()


def test_curves_of_another_kind_as_model(run, clips, tmp_path):
    one_line(run("solve", clips / "face.mp4", "-o", tmp_path, "--model", clips / "acting.npz"), 2, "acting.npz")


@pytest.mark.parametrize("name", ["gone.csv", "text.csv", "face.mp4"])
def test_bad_curves(run, clips, tmp_path, name):
    (tmp_path / "text.csv").write_text("some,thing\n1,2\n")
    path = clips / name if (clips / name).exists() else tmp_path / name
    one_line(run("composite", path, clips / "still.png", "-o", tmp_path / "out"), 2, name)
    assert not (tmp_path / "out").exists()


def test_rigs_that_are_none(run, clips, tmp_path):
    pytest.importorskip("bpy", reason="bpy is missing: make env")
    one_line(run("rig", clips / "acting.npz", tmp_path / "gone.glb", "-o", tmp_path / "a.blend"), 2, "gone.glb")
    one_line(run("rig", clips / "acting.npz", clips / "still.png", "-o", tmp_path / "a.blend"), 2, "still.png")
    plain = tmp_path / "plain.obj.glb"
    trimesh.creation.box().export(plain)
    one_line(run("rig", clips / "acting.npz", plain, "-o", tmp_path / "a.blend"), 2, plain.name, "shape key")
    one_line(run("rig", clips / "acting.npz", plain, "-o", tmp_path / "a.txt"), 2, "a.txt")
    assert not (tmp_path / "a.blend").exists()
    assert unfinished(tmp_path) == []


@pytest.mark.parametrize(("rig", "options", "words"), [
    ("junk.glb", (), ["junk.glb"]), ("face.glb", ("--map", "txt.mp4"), ["txt.mp4"]),
    ("face.glb", ("--object", "Nope"), ["face.glb", "Nope"]), ("face.glb", (), ["face.glb", "shape key"]),
])  # fmt: skip
def test_what_cannot_be_driven_is_told_before_the_work(run, clips, tmp_path, rig, options, words):
    pytest.importorskip("bpy", reason="bpy is missing: make env")
    (tmp_path / "junk.glb").write_bytes(b"junk")
    trimesh.creation.box().export(tmp_path / "face.glb")
    (tmp_path / "txt.mp4").write_text("no map")
    options = [tmp_path / each if each == "txt.mp4" else each for each in options]
    ran = run("transfer", clips / "face.mp4", tmp_path / rig, "-o", tmp_path / "out", *options)
    one_line(ran, 2, *words)
    assert not (tmp_path / "out").exists()


def test_a_missing_rig_is_told_before_the_work(run, clips, tmp_path):
    ran = run("transfer", clips / "face.mp4", tmp_path / "gone.glb", "-o", tmp_path / "out")
    one_line(ran, 2, "gone.glb")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["solve", "composite", "guides"])
def test_a_folder_that_cannot_be_written(run, clips, tmp_path, command):
    """A file stands in the folder's place (rights don't stop root)."""
    blocked = tmp_path / "blocked"
    blocked.write_text("a file")
    arguments = {
        "solve": ("solve", clips / "face.mp4"),
        "composite": ("composite", clips / "acting.npz", clips / "still.png"),
        "guides": ("guides", fitted(run, clips, tmp_path), "--plate", clips / "still.png"),
    }[command]
    one_line(run(*arguments, "-o", blocked / "out"), 1, blocked, "can't be written")
    assert blocked.read_text() == "a file"


def test_full_disk_by_the_stream(run, clips, tmp_path, monkeypatch):
    """The disk fills in the middle of writing frames: what was finished stays whole, and earlier files as they were."""
    out = tmp_path / "out"
    arguments = ("composite", clips / "acting.npz", clips / "face.mp4", "-o", out)
    assert run(*arguments, "--strength", "0.5").status == 0
    before = contents(out)
    replace, moved = Path.replace, []

    def full(self, target):
        if Path(target).parent.name == "frames" and len(moved) >= 5:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))
        moved.append(target)
        return replace(self, target)

    monkeypatch.setattr(storage.Path, "replace", full)
    ran = run(*arguments)
    one_line(ran, 1, "frames", "No space left", "free space")
    monkeypatch.undo()
    assert unfinished(out) == []
    after = contents(out)
    assert after["result.mp4"] == before["result.mp4"]
    assert run(*arguments, "--resume").status == 0
    whole = contents(out)
    assert run(*arguments[:-1], tmp_path / "fresh").status == 0
    assert same_but_names(whole, contents(tmp_path / "fresh"))


def same_but_names(one, other):
    return {name: data for name, data in one.items() if name != "job.json"} == {
        name: data for name, data in other.items() if name != "job.json"
    }


@pytest.fixture
def tiny_disk(tmp_path):
    """A real disk of 400 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = [shutil.which("mount") or "false", "-t", "tmpfs", "-o", "size=400k", "none", folder]
    if subprocess.run(mount, check=False).returncode:
        pytest.skip("mounting a small file system is not permitted here")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_full_disk(run, clips, tiny_disk):
    out = tiny_disk / "out"
    ran = run("composite", clips / "acting.npz", clips / "face.mp4", "-o", out)
    one_line(ran, 1, out, "free space")
    assert unfinished(out) == []


def test_a_sequence_with_a_gap(run, tmp_path):
    for number in (1, 2, 4):
        footage_maker.write_png(tmp_path / f"shot.{number:04d}.png", footage_maker.portrait())
    one_line(run("solve", tmp_path / "shot.####.png", "-o", tmp_path / "out"), 2, "shot.####.png", "frame 3", "missing")
    assert run("solve", tmp_path / "shot.####.png", "-o", tmp_path / "out", "--end", 2).status == 0


def test_guides_with_another_plate(run, clips, tmp_path):
    fit = fitted(run, clips, tmp_path)
    small = footage_maker.write_png(tmp_path / "small.png", footage_maker.portrait()[:128, :128])
    one_line(run("guides", fit, "--plate", small, "-o", tmp_path / "out"), 2, "small.png", "256×256")
    one_line(run("guides", clips / "acting.npz", "--plate", small, "-o", tmp_path / "out"), 2, "acting.npz")
    assert not (tmp_path / "out").exists()


def test_a_result_is_not_its_own_plate(run, clips, tmp_path):
    out = tmp_path / "out"
    assert run("composite", clips / "acting.npz", clips / "still.png", "-o", out).status == 0
    before = contents(out)
    one_line(run("composite", clips / "acting.npz", out / "frames", "-o", out), 2, out / "frames", "another folder")
    one_line(run("solve", out / "result.mp4", "-o", out), 2, "result.mp4", "another folder")
    one_line(run("composite", out / "target" / "facs.csv", clips / "still.png", "-o", out), 2, "facs.csv")
    assert contents(out) == before


def test_no_command_and_unknown_command(run):
    assert run().status == 2
    assert run("transmogrify").status == 2


def test_an_unexpected_error_is_one_line_too(run, clips, tmp_path, monkeypatch):
    def broken(*arguments):
        raise ZeroDivisionError("two\nlines")

    monkeypatch.setattr(pipeline, "solve", broken)
    ran = run("solve", clips / "face.mp4", "-o", tmp_path)
    assert ran.status == 1
    assert ran.err.count("\n") == 1
    assert "ZeroDivisionError" in ran.last
