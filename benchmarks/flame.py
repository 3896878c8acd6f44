"""FLAME's forward pass at batch 1 against smplx's, on the CPU, with every coefficient and joint in use.

`make bench` runs it in the environment of `make test-torch`, with random data in FLAME's layout: the time does not
depend on the values.
"""

import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..core.face.flame import EXPRESSIONS, LAYOUT, SHAPES, VERTICES, Flame, read_flame
from ..core.face.flame_engines import forward_of
from .table import Row, print_table

REPEATS = 100


def main() -> None:
    flame = _random_flame()
    numpy_forward, smplx_forward = forward_of(flame, "numpy"), forward_of(flame, "smplx")
    threads = torch.get_num_threads()
    rows = []
    for count in sorted({1, threads}):
        torch.set_num_threads(count)
        ours, theirs = _milliseconds(numpy_forward, smplx_forward)
        peer = f"smplx {theirs:.2f} ms, torch with {count} thread{'s' * (count > 1)}"
        rows.append(Row("numpy forward, batch 1", ours, "ms", peer=peer))
        rows.append(Row("times faster than smplx", theirs / ours, "×", bar=5.0, peer=peer))
    print_table("FLAME: 300 shape, 100 expression coefficients, 5 joints", rows)


def _milliseconds(*forwards: Callable[..., object]) -> tuple[float, ...]:
    """Median time of each, taken in turn on the same draws."""
    rng, times = np.random.default_rng(0), np.zeros((REPEATS, len(forwards)))
    for repeat in range(REPEATS):
        draw = rng.normal(size=SHAPES), rng.normal(size=EXPRESSIONS), 0.3 * rng.normal(size=(5, 3))
        for index, forward in enumerate(forwards):
            start = time.perf_counter()
            forward(*draw)
            times[repeat, index] = 1000 * (time.perf_counter() - start)
    return tuple(np.median(times, axis=0))


def _random_flame() -> Flame:
    rng = np.random.default_rng(0)
    arrays: dict[str, NDArray[Any]] = {name: 0.001 * rng.normal(size=shape) for name, shape in LAYOUT.items()}
    arrays["v_template"] *= 40  # as high as a head
    joint = rng.integers(5, size=VERTICES)
    arrays["weights"] = np.eye(5)[joint]
    arrays["J_regressor"] = np.eye(5)[:, joint] / np.bincount(joint)[:, None]
    arrays["kintree_table"] = np.array([[-1, 0, 1, 1, 1], range(5)])
    arrays["f"] = rng.integers(VERTICES, size=LAYOUT["f"])
    with TemporaryDirectory() as folder:
        np.savez(Path(folder) / "flame.npz", **arrays)
        return read_flame(Path(folder) / "flame.npz")


if __name__ == "__main__":
    main()
