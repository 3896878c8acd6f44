"""The preview shows what `composite` will make, asked as the window asks it."""

import json
import time
from dataclasses import replace

import numpy as np
import pytest
from expression_transfer import cli
from expression_transfer.core import preview
from expression_transfer.core.clip import open_clip
from expression_transfer.core.editable import read_editable
from expression_transfer.core.errors import InputError
from expression_transfer.core.facs.performance import Performance
from expression_transfer.core.facs.tables import UNITS
from expression_transfer.core.preview import Preview, proxy
from expression_transfer.core.process import Answer, Ended, WorkerProcess
from expression_transfer.core.reporting import SilentReporter
from expression_transfer.core.shot import Footage, Run


@pytest.fixture(scope="module")
def solved(clips, tmp_path_factory):
    folder = tmp_path_factory.mktemp("solved") / "solve"
    cli.main(["solve", str(clips / "face.mp4"), "-o", str(folder)], SilentReporter())
    return folder


@pytest.fixture(scope="module")
def edit(solved):
    """The plate's own performance, and the same with more of a smile, an open mouth and another gaze."""
    own = Performance.load(solved / "performance.npz")
    units = own.units.copy()
    units[:, [UNITS.index("AU12_L"), UNITS.index("AU12_R"), UNITS.index("AU26")]] += 0.5
    return own, replace(own, units=units, gaze=own.gaze + np.array([0.1, 0.0]))


def made(solved, folder, width):
    return Preview(read_editable(Footage(solved), folder, Run(SilentReporter())), width, SilentReporter())


def test_it_is_what_composite_makes(run, clips, solved, edit, tmp_path):
    own, wanted = edit
    wanted.save(tmp_path / "edited.npz")
    out = tmp_path / "out"
    assert run("composite", tmp_path / "edited.npz", solved, "-o", out, "--mode", "edit").status == 0
    plate, result, shown = open_clip(clips / "face.mp4"), open_clip(out / "frames"), made(solved, tmp_path, 10_000)
    for row in (7, 2, 2):
        before, after = shown.frame(row + 1, wanted.units[row], wanted.gaze[row])
        assert np.array_equal(before, plate.read(row + 1).pixels)
        assert np.array_equal(after, result.read(row + 1).pixels)
        assert np.any(before != after)
        untouched = shown.frame(row + 1, own.units[row], own.gaze[row])[1]
        assert np.array_equal(untouched, before)


def test_where_no_face_is_sure_no_edit_reaches(run, clips, tmp_path):
    """A clip that shows nobody in frames 8–19: there the plate stays, and the reach says so."""
    assert run("solve", clips / "leaving.mp4", "-o", tmp_path / "solve").status == 0
    shown, units = made(tmp_path / "solve", tmp_path, 10_000), np.full(len(UNITS), 0.6)
    reach = np.array([shown.reach(number) for number in range(1, 27)])
    assert not reach[7:19].any()
    assert reach[[0, 25]].tolist() == [1.0, 1.0]
    assert ((reach > 0) & (reach < 1)).any()
    for number in (1, 13):
        before, after = shown.frame(number, units, np.zeros((2, 2)))
        assert np.any(before != after) == (reach[number - 1] > 0)


def test_of_a_transfer_too_it_is_what_composite_makes(run, clips, tmp_path):
    """With the driver's own mouth to fill from, and on a still."""
    for target in ("face.mp4", "still.png"):
        acted, out = tmp_path / target / "acted", tmp_path / target / "out"
        assert run("transfer", clips / "other.mp4", clips / target, "-o", acted).status == 0
        wanted = Performance.load(acted / "wanted.npz")
        wanted.units[:, UNITS.index("AU26")] += 0.4
        wanted.save(tmp_path / "edited.npz")
        assert run("composite", tmp_path / "edited.npz", acted, "-o", out, "--mode", "edit").status == 0
        result, shown = open_clip(out / "frames"), made(acted, tmp_path, 10_000)
        for row in (1, 7):
            after = shown.frame(int(wanted.frames[row]), wanted.units[row], wanted.gaze[row])[1]
            assert np.array_equal(after, result.read(int(wanted.frames[row])).pixels)


def test_smaller_it_is_the_same_picture(solved, edit, tmp_path):
    """A third of the size: nearer to the whole picture made smaller than that is to the unedited one, by far."""
    import cv2  # noqa: PLC0415

    _, wanted = edit
    (_, large), (before, small) = (
        made(solved, tmp_path, width).frame(5, wanted.units[4], wanted.gaze[4]) for width in (10_000, 128)
    )
    assert small.shape == (128, 128, 3)
    expected = cv2.resize(large, (128, 128), interpolation=cv2.INTER_AREA).astype(float)
    assert np.abs(small - expected).mean() < 0.25 * np.abs(before - expected).mean()


def test_proxies_keep_the_frames_shape(clips):
    clip = open_clip(clips / "face.mp4")
    small = proxy(clip, 100)
    assert (small.width, small.height) == (100, 100)
    assert [frame.number for frame in small] == [frame.number for frame in clip]
    assert small.read(3).pixels.shape == (100, 100, 3)
    assert np.array_equal(proxy(clip, 256).read(3).pixels, clip.read(3).pixels)


def test_deep_plates_are_shown_as_a_display_shows_them(tmp_path):
    import OpenImageIO as oiio  # noqa: N813, PLC0415

    pixels = np.random.default_rng(0).uniform(0, 65535, (40, 60, 3)).astype(np.uint16)
    image = oiio.ImageOutput.create(str(tmp_path / "deep.0001.tif"))
    assert image.open(str(tmp_path / "deep.0001.tif"), oiio.ImageSpec(60, 40, 3, "uint16"))
    assert image.write_image(pixels)
    assert image.close()
    small = proxy(open_clip(tmp_path / "deep.0001.tif"), 30)
    assert (small.width, small.height, small.dtype) == (30, 20, "uint8")
    means = (pixels >> 8).reshape(20, 2, 30, 2, 3).mean(axis=(1, 3))
    assert np.abs(small.read(1).pixels - means).max() <= 0.51


def answer_of(worker, seconds=60.0):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for event in worker.poll():
            if isinstance(event, Answer | Ended):
                return event
        time.sleep(0.02)
    raise AssertionError(worker.stderr)


def test_a_worker_answers_until_it_is_stopped(solved, edit, tmp_path):
    _, wanted = edit
    worker = WorkerProcess(["preview", str(solved), "-o", str(tmp_path / "shown"), "--width", "128"])
    for row in (3, 4):
        worker.request(frame=row + 1, units=wanted.units[row].tolist(), gaze=wanted.gaze[row].tolist())
        answer = answer_of(worker)
        assert isinstance(answer, Answer), answer
        assert (answer.message["frame"], answer.message["reach"]) == (row + 1, 1.0)
        before, after = np.load(answer.message["file"])
        assert before.shape == after.shape == (128, 128, 3)
        assert np.any(before != after)
    worker.stop()
    assert answer_of(worker) == Ended(130, "cancelled")


@pytest.mark.parametrize(
    "request_", [{}, {"frame": 1, "units": [0.0], "gaze": [[0, 0], [0, 0]]}, {"frame": "x", "units": [], "gaze": []},
                 {"frame": 1, "units": [float("nan")] * len(UNITS), "gaze": [[0, 0], [0, 0]]}]
)  # fmt: skip
def test_wrong_requests_are_one_line(solved, tmp_path, request_):
    class Asking(SilentReporter):
        def requests(self, idle):
            return iter([json.loads(json.dumps(request_))])

        def answer(self, **message):
            raise AssertionError(message)

    with pytest.raises(InputError, match="preview: "):
        preview.serve(solved, tmp_path, 64, Asking())


def test_a_terminal_is_told_what_to_use(run, solved, tmp_path):
    ran = run("preview", solved, "-o", tmp_path)
    assert ran.status == 2
    assert "use composite" in ran.last
