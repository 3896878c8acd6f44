"""Named expressions carried to heads that hide their own: ICT-FaceKit's mean head and random people of it, with the
detector's landmarks. `python -m expression_transfer.benchmarks.carry`.

The built-in head comes from ICT too, so that a perfect registration would leave what its coarser mesh costs. The
peer lays it over by an affine fit to the landmarks and takes each vertex's nearest place. Of a person, the truth is
ICT's own: the same displacements on every identity.
"""

from dataclasses import replace

import numpy as np

from ..core.conventions import Array, Array32
from ..core.face.geometry import Geometry
from ..core.face.ict import read_ict
from ..core.face.library import load_builtin
from ..core.face.model import FaceModel
from ..core.heads.calibration import SEED, landmarks_of
from ..core.heads.carry import with_expressions
from ..core.heads.embedding import Embedding
from ..core.heads.nearest import nearest_places
from ..core.heads.observer import open_observer
from ..core.heads.registration import OUTSIDE, TURN_COST, Surface
from ..core.heads.spline import spline
from ..core.raster.cpu import rasterise
from ..core.reporting import SilentReporter
from .footage import SHARED
from .table import Row, print_table

ICT = SHARED / "models" / "ICT-FaceKit-master.zip"
PEOPLE = 2
PIXEL = 0.00016
"""m."""


def main() -> None:
    if not ICT.is_file():
        print(f"skipped: {ICT} is missing")
        return
    whole, rng = read_ict(ICT).geometry(), np.random.default_rng(5)
    identities = [np.zeros(len(whole.identity)), *rng.normal(size=(PEOPLE, len(whole.identity)))]
    rows = []
    for number, identity in enumerate(identities):
        rows += _rows(f"person {number}" if number else "mean head", whole, _hidden(whole, identity))
    print_table("Expressions carried to ICT-FaceKit (skin, 53 expressions)", rows)


def _rows(who: str, whole: Geometry, head: Geometry) -> list[Row]:
    builtin = load_builtin()
    with open_observer() as observer:
        placed = landmarks_of(head, observer, SilentReporter(), np.random.default_rng(SEED))
    carried = with_expressions(head, placed, builtin)
    ours = _agreement(whole, builtin, carried.expression)
    theirs = _agreement(whole, builtin, _affinely(head, placed, builtin))
    rest, closed, own = (_eye_pixels(head, moved) for moved in (None, _blink(carried), _blink(whole)))
    return [
        Row(f"{who}: relative error, median", ours[0], peer=f"{theirs[0]:.3f} affine, nearest"),
        Row(f"{who}: relative error, worst", ours[1], peer=f"{theirs[1]:.3f}"),
        Row(f"{who}: correlation, median", ours[2], peer=f"{theirs[2]:.3f}"),
        Row(f"{who}: correlation, worst", ours[3], peer=f"{theirs[3]:.3f}"),
        Row(
            f"{who}: eyeball that a blink leaves", 100 * closed / rest, "%", peer=f"{100 * own / rest:.1f} % ICT's own"
        ),
    ]


def _hidden(whole: Geometry, identity: Array) -> Geometry:
    """A person whose expressions are not told."""
    centre = whole.eye_centres(identity).astype(np.float32)
    none = np.zeros((0, *whole.mean.shape), dtype=np.float32)
    eyes, mean = replace(whole.eyes, centre=centre), whole.neutral(identity).astype(np.float32)
    return replace(whole, mean=mean, eyes=eyes, expression=none, expressions=(), codes=np.zeros((0, 0), np.float32))


def _agreement(whole: Geometry, builtin: FaceModel, carried: Array | Array32) -> tuple[float, float, float, float]:
    """Median and largest relative error, median and least correlation."""
    skin = np.unique(Surface.of(whole, ("skin",)).triangles)
    error, similar = [], []
    for name, moved in zip(whole.expressions, whole.expression, strict=True):
        known = moved[skin].astype(np.float64).ravel()
        found = carried[builtin.expressions.index(name), skin].astype(np.float64).ravel()
        error.append(np.linalg.norm(found - known) / np.linalg.norm(known))
        similar.append(found @ known / np.linalg.norm(found) / np.linalg.norm(known))
    return float(np.median(error)), float(max(error)), float(np.median(similar)), float(min(similar))


def _affinely(head: Geometry, placed: Embedding, builtin: FaceModel) -> Array:
    """E×V×3: the peer's."""
    seen = placed.places(head.mean, head.triangles)
    warp = spline(builtin.response.mean.astype(np.float64), seen, np.full(len(seen), 1e6))
    source = Surface.of(builtin, OUTSIDE, warp(builtin.mean.astype(np.float64)))
    target = Surface.of(head, tuple(head.parts))
    places = nearest_places(target.vertices, target.normals, source.vertices, source.triangles, TURN_COST)
    return places.of(builtin.expression @ warp.affine[:3], source.triangles)


def _blink(head: Geometry) -> Array:
    return np.asarray(sum(head.expression[head.expressions.index(f"eyeBlink_{side}")] for side in "LR"), np.float64)


def _eye_pixels(head: Geometry, moved: Array | None) -> int:
    """How many pixels show an eyeball, from before the face."""
    vertices = head.mean + (0 if moved is None else moved)
    size, depth = 900, 0.6 - vertices[:, 2]
    plane = np.stack([vertices[:, 0], -vertices[:, 1]], axis=1) * 0.6 / depth[:, None]
    seen = rasterise(size / 2 + plane / PIXEL, depth, head.triangles, size, size, edges=False).triangle
    return int((head.eyes.member[head.triangles[seen[seen >= 0], 0]] > 0).sum())


if __name__ == "__main__":
    main()
