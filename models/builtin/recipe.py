"""Make head.npz: `python -m expression_transfer.models.builtin.recipe --ict ../shared/models/ICT-FaceKit-master.zip`.

Everything is drawn from one seed; the figures that go into CARD.md are written beside the model as figures.json.
"""

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ...core.conventions import Array32
from ...core.face.ict import read_ict
from ...core.face.model import FaceModel
from ...core.heads.observer import Observer, open_observer
from ...core.reporting import Reporter
from ...core.storage import write_json
from .answer import answered, gains
from .assemble import assembled
from .embedding import embedding
from .eyes import eyeball
from .studio import Detector, Studio

HERE = Path(__file__).resolve().parent
STEP = 2.0**-17
"""m: what positions and displacements are rounded to in the file (8 µm); it then packs into half the size."""


class TerminalReporter:
    """Progress on stderr; never cancels."""

    def progress(self, stage: str, done: int, total: int | None) -> None:
        sys.stderr.write(f"\r{stage}: {done}/{total} " + ("\n" if done == total else ""))
        sys.stderr.flush()

    def log(self, message: str) -> None:
        sys.stderr.write(message + "\n")

    def check(self) -> None:
        pass


def main() -> None:
    options = _options()
    started = time.monotonic()
    with open_observer() as observer:
        model, figures = made(options.ict, options.seed, observer, TerminalReporter())
    rounded(model).save(options.out)
    figures = {"seed": options.seed, "seconds": round(time.monotonic() - started), **figures}
    write_json(options.out.with_name("figures.json"), figures)


def made(ict: Path, seed: int, observer: Observer, reporter: Reporter) -> tuple[FaceModel, dict[str, object]]:
    """The model, and figures of how it was made."""
    rng = np.random.default_rng(seed)
    head = read_ict(ict)
    origin = np.mean([eyeball(head, side).centre for side in ("left", "right")], axis=0)
    places = embedding(Studio(head, origin), Detector(), rng)
    model, kept = assembled(head, places.uv, rng)
    response = answered(model, observer, reporter, rng)
    return replace(model, response=response), {
        "identity_variance_kept": kept,
        "landmark_spread_mm_percentiles_5_50_95": np.percentile(places.spread * 1e3, [5, 50, 95]).tolist(),
        **gains(model, response),
    }


def rounded(model: FaceModel) -> FaceModel:
    """The model with its modes in half precision, on a grid of STEP."""
    response = model.response
    modes = {name: _on_grid(getattr(response, name)) for name in ("identity", "expression", "common")}
    return replace(
        model,
        identity=_on_grid(model.identity),
        expression=_on_grid(model.expression),
        response=replace(response, **modes),
    )


def _on_grid(values: Array32) -> Any:
    return np.asarray(np.round(values / STEP) * STEP, dtype=np.float16)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ict", type=Path, required=True, help="ICT-FaceKit's folder or zip")
    parser.add_argument("--out", type=Path, default=HERE / "head.npz")
    parser.add_argument("--seed", type=int, default=20240607)
    return parser.parse_args()


if __name__ == "__main__":
    main()
