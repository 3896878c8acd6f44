"""Edited curves on a plate that was composited before: what an edit asks for is done anew, all else stays untouched."""

from dataclasses import replace

import numpy as np
import pytest
from expression_transfer.core.clip import open_clip
from expression_transfer.core.facs.performance import Performance
from expression_transfer.core.facs.tables import UNITS
from footage_maker import contents, report

SMILE = [UNITS.index("AU12_L"), UNITS.index("AU12_R")]


def frames_of(path):
    return {frame.number: frame.pixels for frame in open_clip(path)}


def state(out):
    """Bytes and time of last change of every frame and matte, by frame number."""
    files = sorted([*(out / "frames").iterdir(), *(out / "matte").iterdir()])
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def changed(before, after):
    """Numbers of the frames of which a file was written again, and of those of which one has other bytes."""
    assert before.keys() == after.keys()
    number = {path: int(path.stem.rpartition(".")[2]) for path in before}
    written = {number[path] for path in before if before[path][1] != after[path][1]}
    return written, {number[path] for path in before if before[path][0] != after[path][0]}


def edited(performance, frames, by, columns=tuple(SMILE)):
    """The performance with units (columns) raised in the frames with these numbers."""
    units = performance.units.copy()
    units[np.ix_(np.isin(performance.frames, frames), columns)] += by
    return replace(performance, units=units)


@pytest.fixture(scope="module")
def solved(clips, tmp_path_factory):
    from expression_transfer import cli  # noqa: PLC0415
    from expression_transfer.core.reporting import SilentReporter  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("solved") / "solve"
    cli.main(["solve", str(clips / "face.mp4"), "-o", str(folder)], SilentReporter())
    return folder


def test_an_edit_changes_its_frames_and_those_beside_them(run, clips, tmp_path):
    """Curves that re-perform every frame, AU12 raised in some: only those are computed and written again, and the next
    ones for their motion blur, and come out as they do from scratch.
    """
    curves, acting = tmp_path / "acting.npz", Performance.load(clips / "acting.npz")
    arguments = ("composite", curves, clips / "face.mp4", "--resume", "-o")
    acting.save(curves)
    assert run(*arguments, tmp_path / "out").status == 0
    before = state(tmp_path / "out")
    edited(acting, [4, 5], 0.3).save(curves)
    ran = run(*arguments, tmp_path / "out")
    assert ran.status == 0, ran.err
    assert "4 of 9 frames are made anew" in ran.err
    assert changed(before, state(tmp_path / "out")) == ({3, 4, 5, 6}, {3, 4, 5, 6})
    assert run(*arguments, tmp_path / "fresh").status == 0
    assert contents(tmp_path / "out") == contents(tmp_path / "fresh")


def test_on_a_solve_an_edit_changes_the_plate_in_its_frames_and_no_others(run, clips, solved, tmp_path):
    """No second person is needed: the plate's own performance, unedited, is the plate bit for bit."""
    own, out = Performance.load(solved / "performance.npz"), tmp_path / "out"
    arguments = ("composite", tmp_path / "own.npz", solved, "-o", out, "--mode", "edit", "--resume")
    own.save(tmp_path / "own.npz")
    assert run(*arguments).status == 0
    plate, before = frames_of(clips / "face.mp4"), state(out)
    assert not any(np.any(pixels != plate[number]) for number, pixels in frames_of(out / "frames").items())
    for raised in ([3, 4, 5], [4, 5, 8], []):
        edited(own, raised, 0.4).save(tmp_path / "own.npz")
        ran = run(*arguments)
        assert ran.status == 0, ran.err
        assert "detect" not in ran.err
        result, after = frames_of(out / "frames"), state(out)
        assert [number for number in plate if np.any(result[number] != plate[number])] == raised
        assert changed(before, after)[0] >= changed(before, after)[1]
        before = after
    assert report(out)["target"] == report(solved)


def test_what_single_precision_does_to_curves_is_no_edit(run, solved, tmp_path):
    own, out = Performance.load(solved / "performance.npz"), tmp_path / "out"
    arguments = ("composite", tmp_path / "own.npz", solved, "-o", out, "--mode", "edit", "--resume")
    own.save(tmp_path / "own.npz")
    assert run(*arguments).status == 0
    before = state(out)
    rough = replace(own, units=own.units.astype(np.float32).astype(float), gaze=own.gaze + 1e-6, times=own.times + 0.1)
    rough.save(tmp_path / "own.npz")
    assert run(*arguments).status == 0
    assert changed(before, state(out)) == (set(), set())


@pytest.mark.parametrize("name", ["performance.npz", "facs.csv"])
def test_unedited_curves_in_either_file_are_the_plate(run, clips, solved, tmp_path, name):
    assert run("composite", solved / name, solved, "-o", tmp_path, "--mode", "edit").status == 0
    plate, result = frames_of(clips / "face.mp4"), frames_of(tmp_path / "frames")
    assert all(np.array_equal(result[number], plate[number]) for number in plate)


def test_edited_gaze_is_meant_as_it_is(run, clips, solved, tmp_path):
    """Turned for the whole clip: against a usual gaze, as another's would be taken, nothing would happen."""
    own, out = Performance.load(solved / "performance.npz"), tmp_path / "out"
    replace(own, gaze=own.gaze + np.array([0.2, 0.0])).save(tmp_path / "own.npz")
    assert run("composite", tmp_path / "own.npz", solved, "-o", out, "--mode", "edit").status == 0
    plate, result = frames_of(clips / "face.mp4"), frames_of(out / "frames")
    assert all(np.any(result[number] != plate[number]) for number in plate)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["-o", "{solved}"], "holds the plate's solve"),
        (["-o", "{out}", "--start", "3"], "is solved already"),
    ],
)
def test_a_solve_is_taken_as_it_is(run, clips, solved, tmp_path, more, words):
    named = [each.format(solved=solved, out=tmp_path / "out") for each in more]
    ran = run("composite", clips / "acting.npz", solved, *named)
    assert ran.status == 2
    assert words in ran.last


def test_a_solve_that_tells_nothing_is_refused(run, clips, solved, tmp_path):
    (tmp_path / "fit.npz").write_bytes((solved / "fit.npz").read_bytes())
    for told in ("", "[]", '{"read": {"as": {}}}', '{"read": {"model": "builtin", "as": {"path": 3, "fps": "x"}}}'):
        (tmp_path / "report.json").write_text(told)
        ran = run("composite", clips / "acting.npz", tmp_path, "-o", tmp_path / "out")
        assert ran.status == 2
        assert "solve the footage again" in ran.last


def test_a_solved_still_is_edited_alike(run, clips, tmp_path):
    assert run("solve", clips / "still.png", "-o", tmp_path / "solve").status == 0
    own = Performance.load(tmp_path / "solve" / "performance.npz")
    still, results = open_clip(clips / "still.png").read(1).pixels, []
    for by in (0.0, 0.5):
        edited(own, own.frames, by).save(tmp_path / "own.npz")
        ran = run("composite", tmp_path / "own.npz", tmp_path / "solve", "-o", tmp_path / "out", "--mode", "edit")
        assert ran.status == 0, ran.err
        results.append(open_clip(tmp_path / "out" / "result.png").read(1).pixels)
    assert np.array_equal(results[0], still)
    assert not np.array_equal(results[1], still)


def test_a_solve_of_a_range_knows_how_its_footage_was_read(run, clips, tmp_path):
    named = ("--start", 3, "--end", 6, "--focal", 400, "--neutral", 4, "--person", "128,128")
    assert run("solve", clips / "face.mp4", "-o", tmp_path / "solve", *named).status == 0
    curves = tmp_path / "solve" / "performance.npz"
    ran = run("composite", curves, tmp_path / "solve", "-o", tmp_path / "out", "--mode", "edit")
    assert ran.status == 0, ran.err
    plate, result = frames_of(clips / "face.mp4"), frames_of(tmp_path / "out" / "frames")
    assert list(result) == [3, 4, 5, 6]
    assert all(np.array_equal(result[number], plate[number]) for number in result)


@pytest.mark.parametrize("target", ["face.mp4", "still.png"])
def test_a_transfers_result_is_edited(run, clips, tmp_path, target):
    """Unedited it is the transfer's result, the driver's mouth included; an edit changes its frames and the motion blur
    beside them.
    """
    acted, out = tmp_path / "acted", tmp_path / "out"
    assert run("transfer", clips / "other.mp4", clips / target, "-o", acted, "--strength", 0.8).status == 0
    wanted, transferred = Performance.load(acted / "wanted.npz"), frames_of(acted / "frames")
    arguments = ("composite", tmp_path / "wanted.npz", acted, "-o", out, "--mode", "edit", "--resume")
    for raised, reached in (([], []), ([4, 5], [3, 4, 5, 6])):
        edited(wanted, raised, 0.3).save(tmp_path / "wanted.npz")
        ran = run(*arguments)
        assert ran.status == 0, ran.err
        result = frames_of(out / "frames")
        assert [number for number in transferred if np.any(result[number] != transferred[number])] == reached
    assert "4 of 9 frames are made anew" in ran.err
    again = run("composite", tmp_path / "wanted.npz", acted, "-o", acted, "--mode", "edit")
    assert again.status == 2
    assert "holds what is edited" in again.last
