"""How fast guides are drawn on the CPU, beside pyrender on software OpenGL, and how far the two agree.

`python -m expression_transfer.benchmarks.guides [osmesa|egl]`. The shared ICT-FaceKit, or the built-in head where it
is missing, in a 1080p frame: its landmarks are 540 px high, and the whole head with its neck, about 980 px, is drawn.
Times are the best of several, taken in turn.
"""

import os
import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ..core.conventions import Array
from ..core.errors import InputError
from ..core.face.model import FaceModel
from ..core.fit.result import Camera, Fit
from ..core.heads.registry import load_model
from ..core.raster import gl
from ..core.raster.cpu import Fragments, interpolate, rasterise
from ..core.raster.guides import MARGIN, render_guides, require
from ..core.raster.windows import around
from .footage import SHARED
from .table import Row, print_table

MODEL = SHARED / "models" / "ICT-FaceKit-master.zip"
WIDTH, HEIGHT, FACE = 1920, 1080, 540
DISTANCE = 0.8
"""m."""
TIMES = 9
SOFTWARE = {"LIBGL_ALWAYS_SOFTWARE": "1", "GALLIUM_DRIVER": "llvmpipe"}


def main() -> None:
    """Draw the head both ways and compare."""
    os.environ.update(SOFTWARE, PYOPENGL_PLATFORM=sys.argv[1] if len(sys.argv) > 1 else "osmesa")
    try:
        require("gl")
    except InputError as error:
        print(f"skipped: {error}")
        return
    model = load_model(str(MODEL) if MODEL.is_file() else "builtin")
    fit = placed(model)
    camera = fit.to_camera(model.mean.astype(np.float64), 0)
    pixels, depth = fit.camera.project(camera, 0), camera[:, 2]
    window = around(pixels, MARGIN, (0, 0, WIDTH, HEIGHT))
    place = (pixels, depth, model.triangles, WIDTH, HEIGHT)
    moved = model.shape(fit.identity, np.eye(1, len(fit.expressions))[0], fit.gaze[0])
    own, same, guides = fastest(
        lambda: rasterise(*place, window=window),
        lambda: gl.rasterise(*place, window=window),
        lambda: render_guides(model, fit, 0, moved, window=window),
    )
    alike = agreement(rasterise(*place, window=window), gl.rasterise(*place, window=window), model, camera)
    # a second context can break the first one's: the other renderer is done with
    (bare,) = fastest(bare_pyrender(camera, model, fit.camera))
    busy = f"{1e3 * same.cpu:.0f} ms pyrender, {1e3 * bare.cpu:.0f} ms its bare picture"
    rows = [
        Row("the rasteriser", 1e3 * own.wall, "ms", 40, at_least=False, peer=f"{1e3 * same.wall:.0f} ms pyrender"),
        Row("CPU time of it, all cores together", 1e3 * own.cpu, "ms", peer=busy),
        Row("times as fast as pyrender, same results", same.wall / own.wall, "×", 4, peer="and coverage is ours"),
        Row("times as fast as its bare picture", bare.wall / own.wall, "×", 4, peer=f"{1e3 * bare.wall:.0f} ms"),
        Row("all guides of a frame, old face and new", 1e3 * guides.wall, "ms", peer="two drawings and attributes"),
        *alike,
    ]
    drawn = f"{MODEL.stem if MODEL.is_file() else model.name}, {len(model.mean):,} vertices"
    machine = f"{os.environ['PYOPENGL_PLATFORM']}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    print_table(f"guides: {drawn}, {machine}", rows)


def placed(model: FaceModel) -> Fit:
    """The neutral face before the middle of the frame, its landmarks FACE px high."""
    marks = model.landmarks(model.mean)
    focal = FACE * DISTANCE / float(np.ptp(marks[:, 1]))
    camera = Camera(WIDTH, HEIGHT, np.array([focal]), np.array([WIDTH, HEIGHT]) / 2, np.zeros(2), 1.0)
    facing = Fit(
        model=model.name,
        expressions=model.expressions,
        camera=camera,
        identity=np.zeros(len(model.identity)),
        rotation=np.zeros((1, 3)),
        translation=np.zeros((1, 3)),
        expression=np.zeros((1, len(model.expressions))),
        variance=np.zeros((1, len(model.expressions)), np.float32),
        gaze=np.zeros((1, 2, 2)),
        offset=np.zeros((478, 3)),
        residual=np.zeros(1),
        confidence=np.ones(1),
        visible=np.ones(1, np.bool_),
        bridged=np.zeros(1, np.bool_),
        frames=np.arange(1),
        times=np.zeros(1),
        fps=25.0,
    )
    facing.translation[0] = (0, 0, DISTANCE) - facing.to_camera(marks, 0).mean(axis=0)
    return facing


class Time(NamedTuple):
    """Seconds."""

    wall: float
    cpu: float
    """Of all cores together: what a busy machine lengthens least."""


def fastest(*ways: Callable[[], Any]) -> list[Time]:
    """Each way's best; in turn, so that none has the machine's quiet moments to itself."""
    best = [Time(np.inf, np.inf)] * len(ways)
    for _ in range(TIMES):
        for index, way in enumerate(ways):
            start = Time(time.perf_counter(), time.process_time())
            way()
            took = time.perf_counter() - start.wall, time.process_time() - start.cpu
            best[index] = Time(*map(min, best[index], took))
    return best


def bare_pyrender(camera: Array, model: FaceModel, lens: Camera) -> Callable[[], Any]:
    """Pyrender's own flat picture and depth of the whole frame, its geometry new each time as an animated face's is."""
    import pyrender  # noqa: PLC0415 - the platform is chosen first

    renderer = pyrender.OffscreenRenderer(WIDTH, HEIGHT)
    points = (camera * (1, -1, -1)).astype(np.float32)
    intrinsics = pyrender.IntrinsicsCamera(*lens.focal.repeat(2), *lens.principal, 0.1, 10.0)

    def draw() -> Any:
        scene = pyrender.Scene()
        scene.add(pyrender.Mesh([pyrender.Primitive(positions=points, indices=model.triangles)]))
        scene.add(intrinsics)
        return renderer.render(scene, pyrender.RenderFlags.FLAT)

    return draw


def agreement(own: Fragments, other: Fragments, model: FaceModel, camera: Array) -> list[Row]:
    """Values where both see something, and how much both cover in all."""
    both = own.seen & other.seen
    attributes = np.concatenate([model.mean, camera], axis=1)
    ours, theirs = (interpolate(image, model.triangles, attributes)[both] for image in (own, other))
    apart = np.abs(ours - theirs).max(axis=1)
    covered = 100 * abs(float(own.coverage.sum() / other.coverage.sum()) - 1)
    return [
        Row("position, 99.9th percentile", float(np.quantile(apart, 0.999)), "m", 1e-3, at_least=False),
        Row(
            "position, share of pixels over 1e-3", 100 * float(np.mean(apart > 1e-3)), "%", peer="at OpenGL's 1/256 px"
        ),
        Row("coverage, apart", covered, "%", 0.1, at_least=False),
    ]


if __name__ == "__main__":
    main()
