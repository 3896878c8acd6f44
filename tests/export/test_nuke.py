"""Nuke scripts, read by an independent reader and worked out on layers with a known composite."""

from dataclasses import replace

import nuke_reader
import numpy as np
import pytest
from expression_transfer.core.conventions import rotation_matrices
from expression_transfer.core.export import nk, nuke_comp, nuke_shot, nuke_tracks, points
from expression_transfer.core.face.library import load_builtin
from expression_transfer.core.landmarks.track import LandmarkTrack
from planted_solve import FRAMES, planted_fit

SHOT = nuke_shot.Shot("shot", 60, 40, 1.0, 24000 / 1001, 1001, 1003)
FILES = nuke_comp.Files("result.%04d.exr", "layers.%04d.exr")


def comp(*, encoded=False):
    nodes = nuke_comp.composite(SHOT, FILES, encoded=encoded)
    return nuke_reader.read(nk.script(nuke_shot.root(SHOT), nodes, nuke_comp.CUSTOM)), nodes[-1].name


@pytest.fixture(scope="module")
def layers():
    """Layers as the export writes them, of a composite of 8-bit values, and that composite."""
    random = np.random.default_rng(3)
    plate, face = random.integers(0, 256, (2, 40, 60, 3)).astype(float) / 255
    across = np.linspace(-2, 2, 60)[None] ** 2 + np.linspace(-2, 2, 40)[:, None] ** 2
    matte = np.clip(2 - across, 0, 1)
    result = np.rint(255 * (plate + (face - plate) * matte[..., None])) / 255
    v, u = np.mgrid[:40, :60] + 0.5
    mouth = (across < 0.2).astype(float)
    first = {f"rgba.{each}": result[..., k] for k, each in enumerate(("red", "green", "blue"))}
    first |= {"rgba.alpha": np.ones((40, 60))}
    first |= {f"plate.{each}": plate[..., k] for k, each in enumerate(("red", "green", "blue"))}
    second = {"matte.Y": matte, "mouth.Y": mouth, "eyes.Y": 0 * mouth, "stmap.u": (u + 2) / 60, "stmap.v": 1 - v / 40}
    second |= {"face.Y": np.clip(1.5 - across, 0, 1) * (u < 40)}
    return {FILES.result: first, FILES.layers: second}, plate, result


def colours(node, layers):
    found = nuke_reader.picture(node, layers)
    return np.stack([found[each] for each in nuke_reader.COLOUR], axis=-1)


def test_the_script_gives_the_composite(layers):
    files, plate, result = layers
    script, last = comp()
    made = colours(script.nodes[last], files)
    assert np.abs(made - result).max() < 1e-6
    untouched = files[FILES.layers]["matte.Y"] == 0
    assert untouched.any() and np.array_equal(made[untouched], plate[untouched])


def test_a_grade_changes_the_face_alone(layers):
    files, plate, result = layers
    script, last = comp()
    neutral = colours(script.nodes[last], files)
    script.nodes["Grade_face"].knobs |= {"multiply": "0.5", "add": "0.25"}
    graded = colours(script.nodes[last], files)
    matte, face = (files[FILES.layers][name][..., None] for name in ("matte.Y", "face.Y"))
    new = plate + (result - plate) / np.maximum(matte, nuke_comp.LEAST)
    assert np.abs(graded - (result + matte * face * (0.25 - 0.5 * new))).max() < 1e-6
    beside = face[..., 0] == 0
    assert matte[beside].any() and np.array_equal(graded[beside], neutral[beside])


def test_mouth_can_be_left_out(layers):
    files, plate, result = layers
    script, last = comp()
    script.nodes["Mouth_and_eyes"].knobs["temp_expr0"] = "0"
    made, mouth = colours(script.nodes[last], files), files[FILES.layers]["mouth.Y"] > 0
    assert np.abs(made - np.where(mouth[..., None], plate, result)).max() < 1e-6


def test_the_plate_is_warped_where_the_switch_asks_for_it(layers):
    files, plate, result = layers
    script, last = comp()
    script.nodes["Face_or_warp"].knobs["which"] = "1"
    made, second = colours(script.nodes[last], files), files[FILES.layers]
    whole = (second["matte.Y"] == 1) & (second["mouth.Y"] == 0)
    whole[:, -2:] = False
    shifted = np.roll(plate, -2, axis=1)
    assert whole.any() and np.abs(made - shifted)[whole].max() < 1e-5
    filled = second["mouth.Y"] > 0
    assert np.abs(made - result)[filled].max() < 1e-6


def test_reads_and_root():
    script, last = comp(encoded=True)
    assert script.nodes[last].kind == "Colorspace" and script.nodes[last].knobs["colorspace_in"] == "sRGB"
    reads = [node for node in script.nodes.values() if node.kind == "Read"]
    assert {node.knobs["file"] for node in reads} == {FILES.result, FILES.layers}
    assert all((node.knobs["first"], node.knobs["last"]) == ("1001", "1003") for node in reads)
    assert script.root["format"] == "60 40 0 0 60 40 1 plate"
    assert float(script.root["fps"]) == pytest.approx(23.976, abs=1e-3)
    assert script.root["project_directory"] == "[python {nuke.script_directory()}]"
    used = {knob.split(".")[0] for node in script.nodes.values() for name, knob in node.knobs.items()
            if name.startswith("from")}  # fmt: skip
    assert used - {"rgba"} <= set(script.layers)


def test_free_text_stays_text():
    for text in ("a b", 'say "hi"', "$HOME [exit]", "{", "back\\slash", "two\nlines", "plain.%04d.exr"):
        assert nuke_reader.words(nk.quoted(text)) == [text]


@pytest.fixture
def fit():
    """A head that turns past the camera, which zooms and looks off its axis; three frames without a face."""
    still, rows = planted_fit(), np.arange(FRAMES)
    lens = replace(still.camera, focal=1500.0 + 20 * rows, principal=np.array([250.0, 262.0]), aspect=0.5)
    turn = np.stack([0.4 * np.sin(rows), 0.9 * np.sin(0.5 * rows), 0.3 * np.cos(rows)], axis=1)
    place = np.stack([0.02 * rows, -0.01 * rows, 0.9 + 0.01 * rows], axis=1)
    seen = np.isin(rows, [3, 4, 8], invert=True)
    return replace(still, camera=lens, rotation=turn, translation=place, visible=seen, frames=1001 + rows)


def turned(axis, degrees):
    vector = np.zeros(3)
    vector[axis] = np.radians(degrees)
    return rotation_matrices(vector)


def test_head_and_camera_see_what_the_fit_sees(fit):
    script = nuke_reader.read(nk.script(nuke_shot.root(SHOT), nuke_shot.camera_and_head(fit)))
    camera, head = (script.nodes[name].knobs for name in ("Fitted_camera", "Fitted_head"))
    focal = nuke_reader.curves(camera["focal"])[0][0]
    window, width = nuke_reader.curves(camera["win_translate"]), float(camera["haperture"])
    point = np.array([0.03, -0.05, 0.02])
    for row in np.flatnonzero(fit.visible):
        frame = 1001 + row
        place, turn = (np.array([keys[frame] for keys, _ in nuke_reader.curves(head[knob])])
                       for knob in ("translate", "rotate"))  # fmt: skip
        x, y, z = turned(1, turn[1]) @ turned(0, turn[0]) @ turned(2, turn[2]) @ point + place
        across, up = (
            focal[frame] / (width / 2) * side / -z - shift for side, shift in zip((x, y), window, strict=True)
        )
        u = (1 + across) * 256
        v = 256 - up * 256 / fit.camera.aspect  # half widths, of pixels that are not square
        assert np.allclose((u, v), fit.project(point, row), atol=1e-4)
    assert set(focal) == {1001 + row for row in np.flatnonzero(fit.visible)}


def test_trackers_hold_the_landmarks(fit):
    random = np.random.default_rng(4)
    places = random.uniform(0, 512, (FRAMES, 478, 2)).astype(np.float32)
    track = LandmarkTrack(
        points=places, depth=places[..., 0], score=np.ones(FRAMES, np.float32), visible=fit.visible, frames=fit.frames,
        times=fit.times, fps=30.0, width=512, height=300, focal=None, backend="planted",
    )  # fmt: skip
    main, every, pin = points.main_points(track), points.all_points(track), points.card(fit, load_builtin())
    script = nuke_reader.read(nk.script(nuke_shot.root(SHOT), nuke_tracks.trackers(main, every, pin)))
    for name, count in (("Track_head", len(points.HEAD)), ("Track_face", len(points.MAIN)), ("Track_all", 478)):
        rows = nuke_reader.tracks(script.nodes[name].knobs["tracks"])
        assert len(rows) == count
        for label, row in rows.items():
            index = points.MAIN[label] if label in points.MAIN else int(label[-3:])
            x, y = (nuke_reader.curve(row[column])[0] for column in ("track_x", "track_y"))
            enabled, way = nuke_reader.curve(row["enable"])
            assert way == "K" and list(x) == list(y) == [1001 + k for k in np.flatnonzero(fit.visible)]
            assert [row["T"], row["R"], row["S"]] == (["1"] * 3 if name == "Track_head" else ["0"] * 3)
            for k in range(FRAMES):
                held = enabled[max(frame for frame in enabled if frame <= 1001 + k)]
                assert held == fit.visible[k]
                if held:
                    assert x[1001 + k] == pytest.approx(places[k, index, 0], abs=1e-4)
                    assert y[1001 + k] == pytest.approx(300 - places[k, index, 1], abs=1e-4)


def test_corner_pin_stays_on_the_head(fit):
    pin = points.card(fit, load_builtin())
    node = nuke_tracks.trackers(*[points.Points((*points.MAIN,), np.zeros((FRAMES, len(points.MAIN), 2)), fit.frames,
                                                512, 512)] * 2, pin)[-1]  # fmt: skip
    knobs = nuke_reader.read(nk.script(nuke_shot.root(SHOT), [node])).nodes["Card_on_head"].knobs
    for k in range(4):
        (x, _), (y, _) = nuke_reader.curves(knobs[f"to{k + 1}"])
        places = {frame: (x[frame], y[frame]) for frame in x}
        assert nuke_reader.curves(knobs[f"from{k + 1}"]) == pytest.approx(list(places[1001]))
        for row in np.flatnonzero(fit.visible):
            u, v = pin.places[row, k]
            assert places[1001 + row] == pytest.approx((u, 512 - v), abs=1e-4)
    lower_left, lower_right, upper_right, _ = (nuke_reader.curves(knobs[f"from{k + 1}"]) for k in range(4))
    assert lower_left[0] < lower_right[0] and lower_right[1] < upper_right[1]
