"""`expression-transfer demo`: the whole job on embedded input, a portrait re-performed by a rendered actor."""

import importlib.util
import warnings
from pathlib import Path

import cv2
import numpy as np

from .core.conventions import Array
from .core.demo.driver import render_driver
from .core.demo.script import Scene
from .core.errors import InputError
from .core.export.plot import plot_curves
from .core.export.sheet import write_png
from .core.facs.performance import Performance
from .core.facs.tables import UNIT_SHAPES, UNITS
from .core.facs.transfer import Mix
from .core.heads.registry import load_model
from .core.pipeline import transfer
from .core.reporting import Reporter
from .core.shot import Footage, Run
from .core.storage import write_json

PORTRAIT = np.s_[:288, 80:368]
"""Head and shoulders of the astronaut (px)."""

ACTIVE = 0.25
"""Shapes that the script never takes further than this are not compared."""


def run_demo(folder: Path, reporter: Reporter) -> None:
    """Render the driver, solve it as footage, re-perform the portrait, key a head; say what was made and how close."""
    run, model = Run(reporter), load_model("builtin")
    portrait, driver = folder / "input" / "portrait.png", folder / "input" / "driver.mp4"
    write_png(astronaut(), portrait)
    with run.timings.stage("render the driver"):
        acted = render_driver(driver, model, reporter=reporter)
    report = transfer(Footage(driver), Footage(portrait), folder, Mix(), "geometry", run)
    solved = Performance.load(folder / "performance.npz")
    known = known_units(acted)
    plot_curves(solved, folder / "curves.png", known)
    report["known_against_solved"] = compare(solved, known)
    write_json(folder / "report.json", report)
    with run.timings.stage("key a head"):
        blend = _keyed_head(solved, folder, reporter)
    write_json(folder / "timing.json", run.timings.stages)
    _tell(folder, blend, report["known_against_solved"], reporter)


def known_units(acted: Scene) -> dict[str, Array]:
    """The script's true curves (each T) by unit."""
    return {
        unit: acted.weights[:, acted.expressions.index(shape)]
        for unit, shape in UNIT_SHAPES.items()
        if shape in acted.expressions
    }


def compare(solved: Performance, known: dict[str, Array]) -> dict[str, dict[str, float]]:
    """Pearson correlation, mean absolute error and found peak : true peak of the units that act."""
    figures = {}
    for unit, truth in known.items():
        if truth.max() < ACTIVE:
            continue
        found = solved.units[:, UNITS.index(unit)]
        correlation = np.corrcoef(found, truth)[0, 1] if found.std() > 0 else 0.0
        error = float(np.mean(np.abs(found - truth)))
        peak = float(found.max() / truth.max())
        figures[unit] = {
            "correlation": round(float(correlation), 3),
            "mean_error": round(error, 3),
            "peak": round(peak, 2),
        }
    return figures


def astronaut() -> "np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]":
    """576×576×3: the astronaut of scikit-image. InputError where that is missing."""
    if importlib.util.find_spec("skimage") is None:
        raise InputError("the demo's portrait comes with scikit-image; install the extra [demo]")
    from skimage import data  # noqa: PLC0415  only the demo needs it

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        head = data.astronaut()[PORTRAIT]
    return np.asarray(cv2.resize(head, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def _keyed_head(solved: Performance, folder: Path, reporter: Reporter) -> Path | None:
    """head.blend, or None (said) where there is no Blender."""
    if importlib.util.find_spec("bpy") is None:
        reporter.log("no head.blend: bpy is not installed (extra [bpy])")
        return None
    from .core.fit.result import Fit  # noqa: PLC0415
    from .scene.jobs import save_head_blend  # noqa: PLC0415  needs bpy

    path = folder / "head.blend"
    save_head_blend(solved, load_model("builtin"), path, Fit.load(folder / "fit.npz").identity)
    return path


def _tell(folder: Path, blend: Path | None, figures: dict[str, dict[str, float]], reporter: Reporter) -> None:
    made = {
        "result.mp4": "the portrait, re-performed",
        "frames/": "the same as PNG sequence, matte/ beside it",
        "side_by_side.mp4": "driver | result",
        "contact_sheet.png": "twelve moments of it",
        "arkit.csv": "curves for Live Link Face (ARKit)",
        "facs.csv": "curves as FACS action units",
        "events.json": "what happened when, and how strongly",
        "curves.png": "the curves, known ones dashed",
        "report.json": "figures and passages",
    } | ({"head.blend": "the fitted head, keyframed"} if blend else {})
    for name, what in made.items():
        reporter.log(f"  {folder / name}  {what}")
    reporter.log(
        "known curves of the driver against those solved from its pixels (correlation, mean error, peak : true peak):"
    )
    for unit, figure in figures.items():
        said = f"{figure['correlation']:6.3f} {figure['mean_error']:6.3f} {figure['peak']:5.2f}"
        reporter.log(f"  {unit:10} {said}")
