"""What is made of a saved fit and the footage it was fitted to: guides for each frame, the person's texture."""

from pathlib import Path
from typing import Any

import numpy as np

from .clip import Clip, display
from .conventions import Array
from .errors import InputError
from .export.curves import read_performance
from .export.obj import write_obj
from .face.model import FaceModel
from .facs.from_fit import performance, rest
from .facs.transfer import Mix, lay, mixed, target_expression
from .fit.result import Fit
from .heads.registry import load_model
from .identity import likeness_at, likeness_of, stranger, track_in
from .job import Job, fingerprint, footage_files
from .pipeline import tell
from .raster.guides import Renderer, render_guides, require, surface
from .raster.write import write_guides, write_preview
from .shot import Footage, Run
from .storage import check_writable, write_json
from .texture import bake
from .texture.write import write_texture

GUIDES = {"guides": "exr", "preview": "png"}
"""Files that `guides` writes for a frame, and their format."""


def guides(
    fit_file: Path,
    plate: Footage,
    folder: Path,
    curves: Path | None,
    model_name: str | None,
    run: Run,
    renderer: Renderer = "cpu",
) -> dict[str, Any]:
    """Guides of a fitted shot: in `folder` guides.####.exr and preview.####.png for every frame with a face.

    Motion goes from the fitted face to what `curves` (as for `composite`) would make of it; without, nothing moves.
    `model_name`: the model it was fitted with, where that isn't a registered one. InputError where OpenGL is asked for
    and can't be used.
    """
    require(renderer)
    _refuse_solves_folder(fit_file, folder, "guides a folder of their own")
    fit, model, clip, warnings = _fitted(fit_file, plate, folder, model_name, run)
    expression, gaze = _guide_states(fit, clip, curves)
    drawn, known = surface(model, 1), fit.visible | fit.bridged
    rows = {int(fit.frames[row]): int(row) for row in np.flatnonzero(known)}
    files = [folder / f"{kind}.{number:04d}.{suffix}" for number in rows for kind, suffix in GUIDES.items()]
    states = {"expression": expression.tolist(), "gaze": gaze.tolist(), "renderer": renderer}
    made_from = fingerprint(fit=fit.digest(), files=footage_files(clip), **states)
    Job(folder, resume=True).begin("guides", dict.fromkeys(files, made_from))
    written, count = [], sum((plate.start or 0) <= number <= (plate.end or number) for number in rows)
    with run.timings.stage("guides", count):
        for frame in clip:
            run.reporter.check()
            row = rows.get(frame.number)
            if row is None:
                continue
            moved = model.shape(fit.identity, expression[row], gaze[row])
            made = render_guides(model, fit, row, moved, drawn=drawn, renderer=renderer)
            write_guides(made, folder / f"guides.{frame.number:04d}.exr", frame.number)
            write_preview(made, folder / f"preview.{frame.number:04d}.png", display(frame.pixels, clip))
            written.append(frame.number)
            run.reporter.progress("guides", len(written), count)
    if not written:
        span = f"{fit.frames[0]}–{fit.frames[-1]}"
        raise InputError(f"{plate.path}: has none of the frames {span} that {fit_file} was fitted to")
    report = {
        "fit": str(fit_file),
        "plate": str(plate.path),
        "warnings": warnings,
        "frames": [written[0], written[-1]],
        "count": len(written),
    }
    write_json(folder / "report.json", report)
    return report


def texture(
    fit_file: Path, plate: Footage, folder: Path, size: int, frames: int, model_name: str | None, run: Run
) -> dict[str, Any]:
    """A texture of the person, from the footage that was fitted: in `folder` texture.exr, texture.png, coverage.png,
    head.obj and head.mtl (the neutral head that uses texture.png) and report.json. `model_name` as for `guides`.
    """
    _refuse_solves_folder(fit_file, folder, "the texture a folder of its own")
    fit, model, clip, warnings = _fitted(fit_file, plate, folder, model_name, run)
    check_writable(folder)
    with run.timings.stage("texture", clip.frame_count):
        baked = bake(clip, fit, model, run.reporter, size, frames)
        write_texture(baked, clip, folder)
    write_obj(model.neutral(fit.identity), model, folder / "head.obj", "texture.png")
    report = {
        "fit": str(fit_file),
        "plate": str(plate.path),
        "warnings": warnings,
        "face_model": {"name": model.name, "licence": model.licence},
        "size": size,
        "seen_percent": round(100 * baked.seen, 1),
        "frames": baked.frames.tolist(),
    }
    write_json(folder / "report.json", report)
    return report


def _refuse_solves_folder(fit_file: Path, folder: Path, wanted: str) -> None:
    if (folder / fit_file.name).exists():
        raise InputError(f"{folder}: holds a solve; give {wanted} with -o")


def _fitted(
    fit_file: Path, plate: Footage, folder: Path, model_name: str | None, run: Run
) -> tuple[Fit, FaceModel, Clip, list[str]]:
    """A saved fit, the model it was fitted with, and its footage, for a job that writes to `folder`; and warnings.
    Raises InputError where they don't belong together.
    """
    fit = Fit.load(fit_file)
    model = load_model(model_name or fit.model, run.reporter)
    clip = plate.open(folder)
    if (len(fit.identity), fit.expressions) != (len(model.identity), model.expressions):
        raise InputError(f"{fit_file}: was fitted with another model than '{model.name}'; name it with --model")
    if (clip.width, clip.height) != (fit.camera.width, fit.camera.height):
        size, wanted = f"{clip.width}×{clip.height}", f"{fit.camera.width}×{fit.camera.height}"
        raise InputError(
            f"{clip.path}: is {size}, but {fit_file} was fitted to {wanted}; give the footage it was fitted to"
        )
    return fit, model, clip, _strangers(fit_file, clip, run)


def _strangers(fit_file: Path, clip: Clip, run: Run) -> list[str]:
    """A warning, logged too, where the plate shows somebody else than was fitted."""
    track = track_in(fit_file.parent)
    known = likeness_of(track, run.recogniser)
    if track is None or known is None:
        return []
    found = likeness_at(run.recogniser, clip, track)
    warnings = stranger(run.recogniser, known, found, str(clip.path), f"{fit_file} was fitted to")
    tell(warnings, run.reporter)
    return warnings


def _guide_states(fit: Fit, clip: Clip, curves: Path | None) -> tuple[Array, Array]:
    """T×E weights and T×2×2 gaze to which the motion goes."""
    if curves is None:
        return fit.expression, fit.gaze
    neutral = rest(fit)
    own = performance(fit, neutral, clip.path.name)
    wanted = mixed(own, lay(read_performance(curves, fit.fps), own, lost=own.missing), Mix())
    return target_expression(fit, neutral, own, wanted), wanted.gaze
