"""Make head.npz: `python -m expression_transfer.models.builtin.recipe --ict ../shared/models/ICT-FaceKit-master.zip`.

Everything is drawn from one seed; the figures that go into CARD.md are written beside the model as figures.json.
"""

import argparse
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from ...core.face.ict import read_ict
from ...core.face.model import FaceModel
from ...core.facs.tables import SHAPES
from ...core.storage import write_json
from .assemble import assembled
from .embedding import embedding
from .inner import eyeball
from .response import Measurement, measured_response
from .studio import Detector, Studio

HERE = Path(__file__).resolve().parent


def main() -> None:
    options = _options()
    started = time.monotonic()
    rng = np.random.default_rng(options.seed)
    head = read_ict(options.ict, tuple(name for name in SHAPES if name != "tongueOut"))
    studio = Studio(head, np.mean([eyeball(head, side)[0] for side in ("left", "right")], axis=0))
    detector = Detector()
    _say("landmarks placed", 0, 1)
    places = embedding(studio, detector, rng)
    _say("landmarks placed", 1, 1)
    model, basis = assembled(head, places.uv)
    response, gains = measured_response(Measurement(model, basis, places, studio, detector, rng), _say)
    compact(replace(model, response=response)).save(options.out)
    spread = np.percentile(places.spread * 1e3, [5, 50, 95])
    figures = {
        "seed": options.seed,
        "seconds": round(time.monotonic() - started),
        "identity_variance_kept": basis.kept,
        "landmark_spread_mm_percentiles_5_50_95": spread.tolist(),
        **asdict(gains),
    }
    write_json(options.out.with_name("figures.json"), figures)


def compact(model: FaceModel) -> FaceModel:
    """The model with its modes in half precision (2⁻¹¹ of a displacement: some micrometres)."""
    response = model.response
    half = {name: getattr(response, name).astype(np.float16) for name in ("identity", "expression", "common")}
    return replace(
        model,
        identity=model.identity.astype(np.float16),
        expression=model.expression.astype(np.float16),
        response=replace(response, **half),
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ict", type=Path, required=True, help="ICT-FaceKit's folder or zip")
    parser.add_argument("--out", type=Path, default=HERE / "head.npz")
    parser.add_argument("--seed", type=int, default=20240607)
    return parser.parse_args()


def _say(stage: str, done: int, total: int) -> None:
    sys.stderr.write(f"\r{stage}: {done}/{total} " + ("\n" if done == total else ""))
    sys.stderr.flush()


if __name__ == "__main__":
    main()
