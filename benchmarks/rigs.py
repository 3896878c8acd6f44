"""Which shape keys of a rig are mapped to the right action unit: `python -m expression_transfer.benchmarks.rigs`.

People of ICT-FaceKit with all their keys renamed at random, turned, scaled and moved in any way, and brunette-t.glb
with names hidden, each by geometry and by names alone, which is the peer. What an action unit does is told by the
built-in mean head, which is made from ICT-FaceKit at a coarser mesh: other places, other identities, the same artist's
expressions. brunette-t is another maker's.
"""

import importlib.util
import time
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from ..core.conventions import rotation_matrices
from ..core.face.geometry import Geometry
from ..core.face.ict import read_ict
from ..core.face.library import load_builtin
from ..core.facs.tables import ARKIT_MERGED, GAZE_SHAPES, UNIT_SHAPES, arkit_name
from ..core.reporting import SilentReporter
from ..core.rigs.judge import Verdict, judged
from ..core.rigs.names import named
from ..core.rigs.scan import TEXTURE_SIDE, Scan
from .footage import SHARED
from .table import Row, print_table

ICT, BRUNETTE = SHARED / "models" / "ICT-FaceKit-master.zip", SHARED / "rigs" / "brunette-t.glb"
PEOPLE = 3
ICT_BAR, BRUNETTE_BAR, SECONDS_BAR = 48, 40, 20


def main() -> None:
    rows: list[Row] = []
    if ICT.is_file():
        whole = read_ict(ICT).geometry()
        for seed in range(1, 1 + PEOPLE):
            rng = np.random.default_rng(seed)
            rows += _rows(f"ICT person {seed}", person(whole, rng), rng, ICT_BAR, None)
    else:
        print(f"skipped: {ICT} is missing")
    if BRUNETTE.is_file() and importlib.util.find_spec("bpy") is not None:
        from ..scene.rig_geometry import scan_file  # noqa: PLC0415  the rest needs no Blender

        rows += _rows("brunette-t", scan_file(BRUNETTE), np.random.default_rng(1), BRUNETTE_BAR, SECONDS_BAR)
    else:
        print(f"skipped: {BRUNETTE} or bpy is missing")
    print_table("Shape keys mapped to the right action", rows)


def person(whole: Geometry, rng: np.random.Generator) -> Scan:
    """A random person of a head model with all its expressions, turned, scaled and moved in any way."""
    turn, size, place = rotation_matrices(2 * rng.normal(size=3)), rng.uniform(0.1, 50.0), 5 * rng.normal(size=3)
    faces = len(whole.triangles)
    moved = [np.flatnonzero(np.abs(each).max(axis=1) > 0) for each in whole.expression]
    offset = [size * each[some] @ turn.T for each, some in zip(whole.expression, moved, strict=True)]
    return Scan(
        name=whole.name,
        meshes=("Face",),
        vertices=(size * whole.neutral(rng.normal(size=len(whole.identity))) @ turn.T + place).astype(np.float32),
        triangles=whole.triangles,
        mesh=np.zeros(faces, dtype=np.int16),
        uv=np.zeros((faces, 3, 2), dtype=np.float32),
        texture=np.zeros(faces, dtype=np.int16),
        textures=np.full((1, TEXTURE_SIDE, TEXTURE_SIDE, 3), 180, dtype=np.uint8),
        textured=False,
        keys=whole.expressions,
        key_mesh=np.zeros(len(moved), dtype=np.int16),
        first=np.cumsum([0, *map(len, moved)]),
        moved=np.concatenate(moved).astype(np.int32),
        offset=np.concatenate(offset).astype(np.float32),
    )


def _rows(who: str, scan: Scan, rng: np.random.Generator, bar: int, seconds: float | None) -> list[Row]:
    names = list(dict.fromkeys(scan.keys))
    shuffled = [names[index] for index in rng.permutation(len(names))]
    meaningless = [f"shape {index:03d}" for index in rng.permutation(len(names))]
    rows = []
    for what, called in (("names hidden", meaningless), ("names kept", names), ("names exchanged", shuffled)):
        told = dict(zip(names, called, strict=True))
        renamed = replace(scan, keys=tuple(told[key] for key in scan.keys))
        start = time.perf_counter()
        found = by_key(judged(renamed, load_builtin(), SilentReporter()))
        took = time.perf_counter() - start
        by_names = {key: set(weights) for key, weights in named(called).items()}
        right, peer = (sum(rights(told, each)) for each in (found, by_names))
        known = sum(bool(meant(name)) for name in names)
        rows.append(
            Row(f"{who}, {what}: right of {known}", right, "keys", bar if what == "names hidden" else None,
                peer=f"{peer} by names alone")
        )  # fmt: skip
        rows.append(Row(f"{who}, {what}: others mapped", len(found.keys() - _meaning(told)), "keys"))
    return [*rows, Row(f"{who}: time", took, "s", seconds, at_least=False)]


def _meaning(told: dict[str, str]) -> set[str]:
    return {called for name, called in told.items() if meant(name)}


def rights(told: dict[str, str], found: dict[str, set[str]]) -> Iterable[bool]:
    """Per key that means an action whether, as it is now called, it follows that action's channels and no other."""
    return (found.get(called) == meant(name) for name, called in told.items() if meant(name))


def meant(name: str) -> set[str]:
    """The channels of an ARKit or ICT name; none of another's."""
    channels = {**UNIT_SHAPES, **{shape: shape for shape in GAZE_SHAPES}}
    return {
        channel
        for channel, shape in channels.items()
        if name in (shape, arkit_name(shape)) or shape in ARKIT_MERGED.get(name, ())
    }


def by_key(verdict: Verdict) -> dict[str, set[str]]:
    """The channels that each key follows."""
    return {row.key: {channel for channel, weight in row.weights.items() if weight} for row in verdict.map.rows}


if __name__ == "__main__":
    main()
