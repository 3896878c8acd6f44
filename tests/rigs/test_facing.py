"""Planted places: similarities found again, eyeballs told from lashes, and a whole face from any side."""

import json
from dataclasses import replace

import numpy as np
import pytest
from expression_transfer.benchmarks.rigs import meant, person
from expression_transfer.cli import main
from expression_transfer.core.conventions import rotation_matrices
from expression_transfer.core.errors import InputError
from expression_transfer.core.face.geometry import Eyeballs
from expression_transfer.core.face.library import load_builtin
from expression_transfer.core.heads.observer import open_observer
from expression_transfer.core.rigs.eyeballs import find_eyeballs, pieces
from expression_transfer.core.rigs.facing import find_frame, laid_over, mostly_laid_over
from expression_transfer.core.rigs.mapping import CHANNELS, RigMap


@pytest.fixture(scope="module")
def builtin():
    return load_builtin()


def scanned(builtin, seed=4):
    rng = np.random.default_rng(seed)
    scan = person(builtin, rng)
    return replace(scan, keys=tuple(f"shape {index}" for index in range(len(scan.keys))))


def test_similarity_is_found_again():
    rng = np.random.default_rng(2)
    turn, points = rotation_matrices(rng.normal(size=3)), rng.normal(size=(30, 3))
    fit = laid_over(points, 3.5 * (points - [1, 2, 3]) @ turn.T)
    assert fit.rest == pytest.approx(0, abs=1e-12)
    assert fit.frame.scale == pytest.approx(3.5)
    assert np.allclose(fit.frame.turn, turn)
    assert np.allclose(fit.frame.origin, [1, 2, 3])
    assert np.allclose(fit.frame.directions(points), 3.5 * points @ turn.T)


def test_mirrored_points_are_not_turned_inside_out():
    points = np.random.default_rng(2).normal(size=(30, 3))
    fit = laid_over(points, points * [-1, 1, 1])
    assert np.linalg.det(fit.frame.turn) == pytest.approx(1)
    assert fit.rest > 0.1


def test_a_few_points_elsewhere_count_little():
    points = np.random.default_rng(2).normal(size=(50, 3))
    other = points.copy()
    other[:5] += 4
    assert mostly_laid_over(points, other).rest < 1e-9 < laid_over(points, other).rest


def grid(function, size=13):
    """A patch of surface over (−1, 1)², as vertices and triangles."""
    u, v = (each.ravel() for each in np.meshgrid(np.linspace(-1, 1, size), np.linspace(-1, 1, size)))
    corner = (np.arange(size - 1)[:, None] * size + np.arange(size - 1)).ravel()
    halves = (corner, corner + 1, corner + size), (corner + 1, corner + size + 1, corner + size)
    triangles = np.concatenate([np.stack(corners, axis=1) for corners in halves])
    return np.stack(function(u, v), axis=1), triangles.astype(np.int32)


def ball(centre, radius):
    """The front half of a sphere."""

    def place(u, v):
        x, y = radius * u * np.sqrt(1 - v**2 / 2), radius * v * np.sqrt(1 - u**2 / 2)
        return x + centre[0], y + centre[1], np.sqrt(np.maximum(radius**2 - x**2 - y**2, 0)) + centre[2]

    return grid(place)  # fmt: skip


def test_eyeballs_are_found_and_lashes_are_none(builtin):
    left, right = [0.034, 0.002, -0.004], [-0.034, 0.002, -0.004]
    lash = grid(lambda u, v: (0.031 + 0.015 * u, 0.008 + 0.002 * v, 0.014 - 0.003 * u**2))
    skin = grid(lambda u, v: (0.08 * u, 0.1 * v, 0.02 - 0.05 * u**2))
    vertices, triangles, count = [], [], 0
    for patch in (ball(left, 0.016), ball(right, 0.016), lash, skin):
        vertices.append(patch[0])
        triangles.append(patch[1] + count)
        count += len(patch[0])
    guess = Eyeballs(builtin.eyes.centre, np.zeros((0, 2, 3), np.float32), 0.012, np.zeros(count, np.int8))
    found = find_eyeballs(np.concatenate(vertices), np.concatenate(triangles), guess)
    assert found.radius == pytest.approx(0.016, abs=1e-6)
    assert np.allclose(found.centre, [left, right], atol=1e-6)
    assert np.array_equal(np.bincount(found.member), [2 * 169, 169, 169])


def test_pieces_are_joined_along_seams():
    vertices, triangles = grid(lambda u, v: (u, v, 0 * u), size=3)
    apart = vertices[triangles].reshape(-1, 3)
    label = pieces(apart, np.arange(len(apart), dtype=np.int32).reshape(-1, 3))
    assert len(set(label)) == 1


def test_a_face_is_found_however_it_stands(builtin):
    """The truth is how the scan was turned and scaled."""
    rng = np.random.default_rng(4)
    turn, size = rotation_matrices(2 * rng.normal(size=3)), rng.uniform(0.1, 50.0)
    with open_observer() as observer:
        frame = find_frame(scanned(builtin), builtin, observer)
    off = frame.turn @ turn
    assert np.degrees(np.arccos((np.trace(off) - 1) / 2)) < 12
    assert frame.scale * size == pytest.approx(1, abs=0.15)


@pytest.mark.slow
def test_what_has_no_face_is_told_in_a_line(builtin):
    scan = scanned(builtin)
    flat = replace(scan, vertices=scan.vertices * np.array([1, 1, 0], np.float32))
    with open_observer() as observer, pytest.raises(InputError, match="no face is found"):
        find_frame(flat, builtin, observer)


@pytest.mark.slow
def test_a_person_with_meaningless_names_is_mapped(builtin, tmp_path):
    """By the command, from a scan as Blender's window hands it over."""
    scanned(builtin).save(tmp_path / "scan.npz", packed=False)
    assert main(["map", str(tmp_path / "scan.npz"), "-o", str(tmp_path / "map.json")]) == 0
    made = RigMap.load(tmp_path / "map.json")
    keys = {row.key: set(row.weights) for row in made.rows}
    right = sum(keys.get(f"shape {index}") == meant(name) for index, name in enumerate(builtin.expressions))
    assert right >= 50
    report = json.loads((tmp_path / "map.json").read_text())["report"]
    assert set(report["units"]) == set(CHANNELS)
    assert report["units"]["AU26"]["share"] == made.quality["AU26"] > 0.9
    assert not report["idle_keys"].keys() & keys.keys()


def test_a_missing_rig_is_named(capsys, tmp_path):
    assert main(["map", str(tmp_path / "none.glb"), "-o", str(tmp_path / "map.json")]) == 2
    assert "none.glb: no such file" in capsys.readouterr().err
