"""OpenGL against the CPU rasteriser, in a process of its own: PyOpenGL picks its platform once."""

import os
import subprocess
import sys

import numpy as np
import pytest
from expression_transfer.core.raster import cpu

WIDTH, HEIGHT = 320, 240

PROGRAM = """
import sys
import numpy as np
from expression_transfer.core.errors import InputError
from expression_transfer.core.raster import gl
with np.load(sys.argv[1]) as scenes:
    out = {}
    try:
        for name in ("blob", "window", "cull"):
            pixels, depth, triangles = (scenes[f"{name}.{part}"] for part in ("pixels", "depth", "triangles"))
            options = {"window": {"window": (50, 40, 201, 180)}, "cull": {"cull": True}}.get(name, {})
            seen = gl.rasterise(pixels, depth, triangles, 320, 240, **options)
            out |= {f"{name}.{part}": getattr(seen, part) for part in ("triangle", "weights", "depth", "coverage")}
    except InputError as error:
        raise SystemExit(f"InputError: {error}")
np.savez(sys.argv[2], **out)
"""


def blob(seed):
    """A random smooth closed surface before the camera: (pixels, depth, triangles, position)."""
    random = np.random.default_rng(seed)
    rows, columns = 60, 90
    polar, around = np.meshgrid(np.linspace(0, np.pi, rows), np.linspace(0, 2 * np.pi, columns), indexing="ij")
    way = np.stack([np.sin(polar) * np.cos(around), np.sin(polar) * np.sin(around), np.cos(polar)], -1).reshape(-1, 3)
    radius = 0.1 + 0.02 * sum(np.sin(3 * way @ random.normal(size=3) + random.uniform(0, 6)) / 3 for _ in range(4))
    points = way * radius[:, None] + [0.01, -0.02, 0.6]
    index = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = (i.ravel() for i in (index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]))
    triangles = np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)]).astype(np.int32)
    pixels = points[:, :2] / points[:, 2:] * 500 + [WIDTH / 2, HEIGHT / 2]
    return pixels, points[:, 2], triangles, points


def platforms(folder, platform):
    """Run PROGRAM on a platform; its arrays by name, or skip with what it lacks."""
    scenes = {}
    for seed, name in enumerate(("blob", "window", "cull")):
        scenes |= dict(zip((f"{name}.pixels", f"{name}.depth", f"{name}.triangles"), blob(seed)[:3], strict=True))
    np.savez(folder / "scenes.npz", **scenes)
    command = [sys.executable, "-c", PROGRAM, str(folder / "scenes.npz"), str(folder / "seen.npz")]
    environment = {**os.environ, "PYOPENGL_PLATFORM": platform}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120, check=False)
    if done.returncode and done.stderr.startswith("InputError: "):
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    with np.load(folder / "seen.npz") as seen:
        return dict(seen)


@pytest.mark.parametrize("platform", ["egl", "osmesa"])
def test_it_agrees_with_the_cpu_rasteriser(tmp_path, platform):
    theirs = platforms(tmp_path, platform)
    options = {"blob": {}, "window": {"window": (50, 40, 201, 180)}, "cull": {"cull": True}}
    for seed, name in enumerate(("blob", "window", "cull")):
        pixels, depth, triangles, points = blob(seed)
        ours = cpu.rasterise(pixels, depth, triangles, WIDTH, HEIGHT, **options[name])
        seen = cpu.Fragments(
            *(theirs[f"{name}.{part}"] for part in ("triangle", "weights", "depth", "coverage")), (0,) * 4
        )
        both = ours.seen & seen.seen
        assert both.sum() > 5000
        assert (ours.seen != seen.seen).sum() < 1e-3 * both.sum()
        assert abs(seen.coverage.sum() / ours.coverage.sum() - 1) < 1e-3
        places = [cpu.interpolate(image, triangles, points)[both] for image in (ours, seen)]
        # OpenGL's 1/256 px is most where the surface turns away from the camera
        assert np.quantile(np.abs(places[0] - places[1]), 0.999) < 1e-4
        assert np.abs(places[0] - places[1]).max() < 1e-3
        np.testing.assert_allclose(ours.depth[both], seen.depth[both], atol=1e-3)


def test_it_says_in_one_line_what_is_missing(tmp_path):
    environment = {**os.environ, "PYOPENGL_PLATFORM": "nonsense"}
    code = """
import numpy as np
from expression_transfer.core.errors import InputError
from expression_transfer.core.raster import gl
from expression_transfer.core.raster.guides import require
require("cpu")
corners = np.zeros((3, 2)) + [[0, 0], [9, 0], [0, 9]]
for draw in (
    lambda: gl.rasterise(corners, np.ones(3), np.array([[0, 1, 2]], np.int32), 9, 9),
    lambda: require("gl"),
):
    try:
        draw()
    except InputError as error:
        print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    lines = done.stdout.splitlines()
    assert len(lines) == 2
    assert all(line.startswith("renderer 'gl': pyrender can't use nonsense OpenGL") for line in lines)
