"""How long face models take to load, the first time and from the cache, and to be calibrated; a fresh process each.

`python -m expression_transfer.benchmarks.models`. The bars are for 2 cores that have nothing else to do.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import trimesh

from ..core.face.recognise import read_geometry
from ..core.heads.calibration import calibrated
from ..core.heads.registry import load_model
from ..core.reporting import SilentReporter
from .footage import SHARED
from .table import Row, print_table

ICT = SHARED / "models" / "ICT-FaceKit-master.zip"
PEER_FILES = 5
"""Of ICT-FaceKit's meshes that the peer reads, to tell how long it would take for all."""
BFM_SIDE, BFM_MODES = 231, 199
"""A synthetic Basel Face Model of the real one's size: 53,361 vertices."""


def read(path: Path) -> dict[str, float]:
    return _timed(lambda: read_geometry(path))


def calibrate(path: Path) -> dict[str, float]:
    geometry = read_geometry(path)
    return _timed(lambda: calibrated(geometry, SilentReporter()))


def load(path: Path) -> dict[str, float]:
    """A load, and the digest that each solve asks for."""
    model: list[Any] = []
    timed = _timed(lambda: model.append(load_model(str(path))))
    return timed | {"digest": _timed(model[0].digest)["seconds"]}


def _timed(work: Callable[[], object]) -> dict[str, float]:
    begun, used = time.perf_counter(), time.process_time()
    work()
    return {
        "seconds": time.perf_counter() - begun,
        "processor": time.process_time() - used,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


MEASURES = {"read": read, "calibrate": calibrate, "load": load}


def measured(what: str, path: Path, data: Path) -> dict[str, float]:
    """What a measure finds in a process of its own, with a user's data folder."""
    argv = [sys.executable, "-m", "expression_transfer.benchmarks.models", what, str(path)]
    environment = {**os.environ, "EXPRESSION_TRANSFER_DATA": str(data)}
    done = subprocess.run(argv, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)  # noqa: S603  ours
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def ict_rows(scratch: Path) -> list[Row]:
    reading = measured("read", ICT, scratch)
    calibration = measured("calibrate", ICT, scratch)
    first, cached = measured("load", ICT, scratch), measured("load", ICT, scratch)
    kept = sum(file.stat().st_size for file in (scratch / "cache").iterdir()) / 2**20
    return [
        Row("read the zip", reading["seconds"], "s", 5, at_least=False, peer=f"trimesh {trimesh_seconds():.0f} s"),
        Row("  of processor time", reading["processor"], "s"),
        Row("  peak memory", reading["peak"], "MB"),
        Row("calibrate", calibration["seconds"], "s", 60, at_least=False),
        Row("  of processor time, all threads", calibration["processor"], "s"),
        Row("  peak memory", calibration["peak"], "MB"),
        Row("first load, its calibration kept from before", first["seconds"], "s"),
        Row("load from the cache", cached["seconds"], "s", 0.3, at_least=False),
        Row("  of processor time", cached["processor"], "s"),
        Row("  peak memory", cached["peak"], "MB"),
        Row("  digest, once a solve", cached["digest"], "s"),
        Row("cache on disk", kept, "MB"),
    ]


def trimesh_seconds() -> float:
    """What trimesh would take for all meshes of the zip, from some of them."""
    with zipfile.ZipFile(ICT) as archive:
        names = [name for name in archive.namelist() if name.endswith(".obj")]
        begun = time.perf_counter()
        for name in names[:PEER_FILES]:
            trimesh.load(BytesIO(archive.read(name)), file_type="obj", process=False)
        return (time.perf_counter() - begun) * len(names) / PEER_FILES


def bfm_rows(scratch: Path) -> list[Row]:
    path = scratch / "bfm.h5"
    write_bfm(path)
    reading = measured("read", path, scratch)
    return [
        Row("read, its chart laid out", reading["seconds"], "s"),
        Row("  peak memory", reading["peak"], "MB"),
    ]


def write_bfm(path: Path) -> None:
    """A dome of the Basel Face Model's size, in its layout."""
    across, up = np.meshgrid(np.linspace(-1, 1, BFM_SIDE), np.linspace(-1, 1, BFM_SIDE))
    height = 90 * np.sqrt(1 - 0.45 * (across**2 + up**2)) + 30 * np.exp(-(across**2 + up**2) / 0.02)
    mean = np.stack([75 * across, 100 * up, height], axis=-1).ravel()
    corner = np.arange(BFM_SIDE**2).reshape(BFM_SIDE, BFM_SIDE)
    a, b, c, d = corner[:-1, :-1].ravel(), corner[:-1, 1:].ravel(), corner[1:, 1:].ravel(), corner[1:, :-1].ravel()
    with h5py.File(path, "w") as file:
        file["shape/model/mean"] = mean.astype(np.float32)
        file["shape/model/pcaBasis"] = np.random.default_rng(1).normal(size=(mean.size, BFM_MODES)).astype(np.float32)
        file["shape/model/pcaVariance"] = np.ones(BFM_MODES, dtype=np.float32)
        file["shape/representer/cells"] = np.concatenate([[a, b, c], [a, c, d]], axis=1).astype(np.uint32)


def main() -> None:
    """Print the tables; with a measure and a path, that measure as JSON."""
    if len(sys.argv) == 3:
        print(json.dumps(MEASURES[sys.argv[1]](Path(sys.argv[2]))))
        return
    with tempfile.TemporaryDirectory() as folder:
        if ICT.is_file():
            print_table("face models: ICT-FaceKit", ict_rows(Path(folder)))
        else:
            print(f"skipped: {ICT} is missing")
        print_table("face models: a Basel Face Model's size, synthetic", bfm_rows(Path(folder)))


if __name__ == "__main__":
    main()
