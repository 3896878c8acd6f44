"""`python -m expression_transfer.models.people --split train --people 2000 --out DIR`: render people into shards.

Shards that are there are kept, so a run that was ended goes on where it stopped.
"""

import argparse
import os
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")  # processes share the cores; must come before numpy

from ...core.errors import InputError  # noqa: E402
from . import shards, workers  # noqa: E402

SHARED = Path(__file__).resolve().parents[3] / "shared"


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="expression_transfer.models.people", description=__doc__)
    parser.add_argument("--split", choices=shards.SEEDS, required=True)
    parser.add_argument("--people", type=int, required=True, help=f"rounded up to shards of {shards.PEOPLE}")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--head", type=Path, default=SHARED / "models" / "ICT-FaceKit-master.zip")
    parser.add_argument("--task", type=Path, default=SHARED / "models" / "face_landmarker.task")
    parser.add_argument("--footage", type=Path, default=SHARED / "footage", help="where the photographs lie")
    options = parser.parse_args(argv)
    photos = [options.footage / name for name in shards.PHOTOS[options.split]]
    if missing := [path for path in (options.head, options.task, *photos) if not path.exists()]:
        raise InputError(f"{missing[0]}: no such file; name the folder or file that it is in")
    count = -(-options.people // shards.PEOPLE)
    paths = {index: shards.shard_path(options.out, index) for index in range(count)}
    wanted = {index: path for index, path in paths.items() if not path.exists()}
    print(f"{options.split}: {count} shards, {count - len(wanted)} there already", flush=True)
    start, total = time.monotonic(), 0
    with ProcessPoolExecutor(
        options.processes, get_context("spawn"), workers.start, (options.head, options.task, photos)
    ) as pool:
        work = {pool.submit(workers.make, options.split, index, path): index for index, path in wanted.items()}
        for done in as_completed(work):
            kept, lost = done.result()
            total += kept
            rate = total / (time.monotonic() - start)
            print(f"{paths[work[done]].name}: {kept} kept, {lost} without a face; {rate:.1f} per second", flush=True)


if __name__ == "__main__":
    main()
