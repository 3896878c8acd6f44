"""The recipe: bare faces of footage and of rendered people, training, figures, export.

python -m expression_transfer.models.people --split train --people 750 --out DATA/people/train
python -m expression_transfer.models.people --split validation --people 25 --out DATA/people/validation
python -m expression_transfer.models.occlusion samples DATA
python -m expression_transfer.models.occlusion train DATA
"""

import argparse
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")  # must come before numpy

import numpy as np  # noqa: E402
import torch  # noqa: E402

from ...core.pipeline import solve  # noqa: E402
from ...core.refine.occlusion_chart import FaceChart  # noqa: E402
from ...core.reporting import SilentReporter  # noqa: E402
from ...core.shot import Footage, Run, Solved, is_solve, read_solve  # noqa: E402
from ...core.storage import write_json  # noqa: E402
from ..people.shards import PHOTOS, Workshop  # noqa: E402
from .export import export  # noqa: E402
from .judging import figures  # noqa: E402
from .samples import Face, Faces, filmed, gathered, rendered  # noqa: E402
from .training import Course, Trainer  # noqa: E402

HERE = Path(__file__).parent
SHARED = Path(__file__).resolve().parents[3] / "shared"
SPLITS = ("train", "validation")
RENDERED = "people-"
"""How the names of rendered people's sets begin."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=["samples", "train"])
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=HERE, help="where the network and figures.json go")
    parser.add_argument("--rows", type=int, default=90, help="of each clip")
    parser.add_argument("--shards", type=int, default=20, help="of rendered people, at most")
    parser.add_argument("--steps", type=int, default=Course.steps)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.step == "samples":
        make_samples(options.data, options.rows, options.shards)
    else:
        train(options.data, options.out, Course(steps=options.steps))


def make_samples(data: Path, rows: int, shards: int) -> None:
    """Sets that are there are kept, so a run that was ended goes on where it stopped."""
    for split in SPLITS:
        for number, name in enumerate(PHOTOS[split]):
            folder = data / split / Path(name).stem
            if not Faces.there(folder):
                rng = np.random.default_rng([number, SPLITS.index(split)])
                solved = _solved(data, name)
                seen = np.flatnonzero(solved.fit.visible)
                chosen = seen[np.unique(np.linspace(0, len(seen) - 1, rows).astype(int))]
                _keep(filmed(solved, chosen, rng), folder)
        _render(data, split, shards)


def _render(data: Path, split: str, count: int) -> None:
    files = sorted((data / "people" / split).glob("shard-*.npz"))[:count]
    folders = {data / split / f"{RENDERED}{number:02d}": file for number, file in enumerate(files)}
    wanted = {folder: file for folder, file in folders.items() if not Faces.there(folder)}
    if wanted:
        photos = [SHARED / "footage" / name for name in PHOTOS[split]]
        workshop = Workshop.of(SHARED / "models" / "ICT-FaceKit-master.zip", photos)
        someone = _solved(data, PHOTOS[split][0])
        mean = replace(someone.fit, identity=np.zeros_like(someone.fit.identity))
        for folder, file in wanted.items():
            _keep(rendered(file, FaceChart(someone.model, mean), split, workshop), folder)


def _solved(data: Path, name: str) -> Solved:
    run, folder = Run(SilentReporter(), resume=True), data / "solved" / Path(name).stem
    if is_solve(folder):
        return read_solve(Footage(folder), folder / "none", run)
    return solve(Footage(SHARED / "footage" / name), folder, run)


def _keep(made: Iterable[Face], folder: Path) -> None:
    faces = gathered(list(made))
    faces.save(folder)
    print(f"{folder}: {len(faces)} faces", flush=True)


def train(data: Path, out: Path, course: Course) -> None:
    people, judged = ({path.name: Faces.load(path) for path in sorted((data / split).iterdir())} for split in SPLITS)
    kinds: Sequence[Sequence[Faces]] = [
        [faces for name, faces in people.items() if name.startswith(RENDERED) == drawn] for drawn in (False, True)
    ]
    trainer = Trainer(kinds, course, data / "training")
    trainer.run(lambda line: print(line, flush=True))
    network = trainer.average.cpu().eval()
    export(network, out / "occlusion.onnx", version=f"{course.seed}-{course.steps}")
    found = {
        "faces": sum(len(faces) for faces in people.values()),
        "course": asdict(course),
        "training CPU-minutes": round(trainer.seconds / 60, 1),
        "judged": {name: figures(network, faces) for name, faces in judged.items()},
    }
    write_json(out / "figures.json", found)


if __name__ == "__main__":
    main()
