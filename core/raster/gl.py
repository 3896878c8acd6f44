"""OpenGL, through pyrender, behind the interface of the CPU rasteriser.

OpenGL says which triangle is seen at each pixel's centre, the step that a graphics card is good at: pyrender gives
8-bit colours and no attributes, and 24-bit triangle numbers fit in those exactly. Weights and depth then follow from
that triangle, and coverage is the CPU rasteriser's.
"""

import atexit
import os
import shutil
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32
from ..errors import InputError
from .coverage import silhouette_coverage
from .cpu import Fragments, drawn
from .windows import Window, clipped_window

_VERTEX_SHADER = """#version 330 core
layout(location = 0) in vec3 position;
layout(location = INST_M_LOC) in mat4 inst_m;
uniform mat4 P;
uniform mat4 V;
uniform mat4 M;
void main() { gl_Position = P * V * M * inst_m * vec4(position, 1.0); }
"""
_FRAGMENT_SHADER = """#version 330 core
uniform vec3 color;
out vec4 frag_color;
void main() {
    int number = gl_PrimitiveID + 1;
    frag_color = vec4(vec3(number & 255, (number >> 8) & 255, (number >> 16) & 255) / 255.0, 1.0);
}
"""


def rasterise(
    pixels: Array,
    depth: Array,
    triangles: NDArray[np.int32],
    width: int,
    height: int,
    *,
    window: Window | None = None,
    cull: bool = False,
) -> Fragments:
    """cpu.rasterise by OpenGL: the same arguments, result and errors, and InputError where OpenGL can't be used.

    OpenGL rounds vertices to 1/256 px: a centre that close to an edge may show the neighbouring triangle.
    """
    window = clipped_window(window, width, height)
    u0, v0, u1, v1 = window
    shape = (v1 - v0, u1 - u0)
    local = np.asarray(pixels, dtype=np.float64) - (u0, v0)
    x, y, z = (np.take(values, triangles.T) for values in (local[:, 0], local[:, 1], depth))
    chosen = drawn(x, y, z, shape, cull)
    triangle = np.full(shape, -1, dtype=np.int32)
    if triangle.size and chosen.size:
        number = _visible(local, depth, triangles[chosen], cull, shape)
        triangle[number >= 0] = chosen[number[number >= 0]]
    weights, image = _weights_and_depth(triangle, local, depth, triangles)
    coverage = silhouette_coverage(np.take(x, chosen, axis=1), np.take(y, chosen, axis=1), triangle >= 0)
    return Fragments(triangle, weights, image, coverage, window)


def require() -> None:
    """Raises InputError where OpenGL can't be used."""
    _renderer()


def _visible(
    pixels: Array, depth: Array, triangles: NDArray[np.int32], cull: bool, shape: tuple[int, int]
) -> NDArray[np.int32]:
    """H×W: number of the triangle that OpenGL shows, -1 where none."""
    pyrender, renderer = _pyrender(), _renderer()
    # steps of 256 px: a new size costs new buffers, and a new context on OSMesa
    view = height, width = -(-shape[0] // 256) * 256, -(-shape[1] // 256) * 256
    renderer.viewport_height, renderer.viewport_width = view
    # pyrender culls backs in this pass: to keep them, every triangle is drawn from both sides
    faces = triangles if cull else np.concatenate([triangles, triangles[:, ::-1]])
    scene = pyrender.Scene()
    node = scene.add(pyrender.Mesh([pyrender.Primitive(positions=_gl_points(pixels, depth, view), indices=faces)]))
    used = depth[triangles]
    near, far = 0.9 * float(used.min()), 1.1 * float(used.max())
    scene.add(pyrender.IntrinsicsCamera(1.0, 1.0, width / 2, height / 2, near, far))
    colours = renderer.render(scene, pyrender.RenderFlags.SEG, {node: 0})[0][: shape[0], : shape[1]].astype(np.int32)
    number = colours[..., 0] + (colours[..., 1] << 8) + (colours[..., 2] << 16) - 1
    return np.asarray(np.where(number < 0, -1, number % len(triangles)), dtype=np.int32)


def _gl_points(pixels: Array, depth: Array, shape: tuple[int, int]) -> NDArray[np.float32]:
    """V×3 in OpenGL's camera space (y up, z backwards), for a camera of focal 1 px at the middle of the view."""
    height, width = shape
    points = np.stack([pixels[:, 0] - width / 2, height / 2 - pixels[:, 1], -np.ones(len(pixels))], axis=1)
    return np.asarray(points * depth[:, None], dtype=np.float32)


def _weights_and_depth(
    triangle: NDArray[np.int32], pixels: Array, depth: Array, triangles: NDArray[np.int32]
) -> tuple[Array32, Array32]:
    """Perspective-correct weights (H×W×3) and depth (H×W) of the triangles seen (H×W) at the pixels' centres."""
    seen = triangle >= 0
    centres = np.argwhere(seen)[:, ::-1] + 0.5
    corners = triangles[triangle[seen]]
    a, b, c = (pixels[corners[:, corner]] - centres for corner in range(3))
    areas = np.stack([b[:, 0] * c[:, 1] - b[:, 1] * c[:, 0], c[:, 0] * a[:, 1] - c[:, 1] * a[:, 0],
                      a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]], axis=1)  # fmt: skip
    scaled = areas / depth[corners]
    weights = np.zeros((*triangle.shape, 3), dtype=np.float32)
    weights[seen] = scaled / scaled.sum(axis=1, keepdims=True)
    image = np.full(triangle.shape, np.inf, dtype=np.float32)
    image[seen] = areas.sum(axis=1) / scaled.sum(axis=1)
    return weights, image


@cache
def _pyrender() -> Any:
    """The library, on a platform that works without a window: EGL on Linux unless PYOPENGL_PLATFORM says otherwise."""
    if sys.platform.startswith("linux"):
        os.environ.setdefault("PYOPENGL_PLATFORM", "egl")
    try:
        import pyrender  # noqa: PLC0415 - optional: only those who ask for this renderer need it
    except Exception as error:  # PyOpenGL raises what it likes where a driver is missing
        raise _unusable(error) from error
    return pyrender


@cache
def _renderer() -> Any:
    """The process's one renderer: making or deleting a second one can break the first one's EGL context."""
    pyrender = _pyrender()
    base: Any = pyrender.OffscreenRenderer
    folder = _shader_folder()

    class NumberRenderer(base):  # type: ignore[misc]
        def _create(self) -> None:
            """Also called for a new size where there are no frame buffers (OSMesa)."""
            super()._create()
            self._renderer._program_cache = pyrender.shader_program.ShaderProgramCache(folder)

    try:
        return NumberRenderer(256, 256)
    except Exception as error:  # as above
        raise _unusable(error) from error


def _shader_folder() -> Path:
    """Pyrender reads shaders from files only."""
    folder = Path(tempfile.mkdtemp(prefix="expression-transfer-shaders-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "segmentation.vert").write_text(_VERTEX_SHADER, encoding="ascii")
    (folder / "segmentation.frag").write_text(_FRAGMENT_SHADER, encoding="ascii")
    return folder


def _unusable(error: Exception) -> InputError:
    platform = os.environ.get("PYOPENGL_PLATFORM", "this system's")
    return InputError(
        f"renderer 'gl': pyrender can't use {platform} OpenGL ({type(error).__name__}: {error}); "
        "install the extra [gl] and a driver, set PYOPENGL_PLATFORM to egl or osmesa, or use the renderer 'cpu'"
    )
