"""The recipe: samples of footage and of rendered people, training, figures, export.

python -m expression_transfer.models.refiner samples DATA
python -m expression_transfer.models.refiner train DATA
"""

import argparse
import os
from dataclasses import asdict
from pathlib import Path

for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")  # must come before numpy

import torch  # noqa: E402

from ...core.storage import write_json  # noqa: E402
from ..people.shards import PHOTOS, Workshop  # noqa: E402
from .export import export  # noqa: E402
from .filmed import filmed  # noqa: E402
from .judging import figures  # noqa: E402
from .played import played  # noqa: E402
from .samples import Samples  # noqa: E402
from .training import Course, Trainer  # noqa: E402

HERE = Path(__file__).parent
SHARED = Path(__file__).resolve().parents[3] / "shared"
FILMED = ("d0.mp4", "d3.mp4", "d10.mp4", "d11.mp4", "s13.mp4", "s20.mp4")
"""Trained on, up to their last thirds, which are judged."""
HELD_OUT = "d14.mp4"
"""Judged."""
TRAIN, JUDGED = "train", "validation"
RENDERED = "people-"
"""How the names of rendered people's sets begin."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=["samples", "train"])
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=HERE, help="where the network and figures.json go")
    parser.add_argument("--twos", type=int, default=60, help="of each clip")
    parser.add_argument("--sets", type=int, default=10, help="of rendered people")
    parser.add_argument("--steps", type=int, default=Course.steps)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.step == "samples":
        make_samples(options.data, options.twos, options.sets)
    else:
        train(options.data, options.out, Course(steps=options.steps))


def make_samples(data: Path, twos: int, sets: int) -> None:
    """Sets that are there are kept, so a run that was ended goes on where it stopped."""
    for person, name in enumerate((*FILMED, HELD_OUT)):
        for split, count in ((TRAIN, twos), (JUDGED, twos if name == HELD_OUT else twos // 4)):
            folder = data / split / Path(name).stem
            if not (Samples.there(folder) or (split == TRAIN and name == HELD_OUT)):
                clip, solve = SHARED / "footage" / name, data / "solved" / Path(name).stem
                _keep(filmed(clip, solve, split == TRAIN, count, person), folder)
    _render(data, TRAIN, sets)
    _render(data, JUDGED, 1)


def _render(data: Path, split: str, sets: int) -> None:
    folders = {number: data / split / f"{RENDERED}{number:02d}" for number in range(sets)}
    wanted = {number: folder for number, folder in folders.items() if not Samples.there(folder)}
    if wanted:
        photos = [SHARED / "footage" / name for name in PHOTOS[split]]
        workshop = Workshop.of(SHARED / "models" / "ICT-FaceKit-master.zip", photos)
        for number, folder in wanted.items():
            _keep(played(workshop, split, number), folder)


def _keep(samples: Samples, folder: Path) -> None:
    samples.save(folder)
    print(f"{folder}: {len(samples)} frames", flush=True)


def train(data: Path, out: Path, course: Course) -> None:
    people, judged = ({path.name: Samples.load(path) for path in sorted((data / split).iterdir())}
                      for split in (TRAIN, JUDGED))  # fmt: skip
    kinds = [[samples for name, samples in people.items() if name.startswith(RENDERED) == drawn]
             for drawn in (False, True)]  # fmt: skip
    trainer = Trainer(kinds, course, data / "training")
    trainer.run(lambda line: print(line, flush=True))
    network = trainer.average.cpu().eval()
    export(network, out / "refiner.onnx", version=f"{course.seed}-{course.steps}")
    found = {
        "frames": sum(len(samples) for samples in people.values()),
        "course": asdict(course),
        "training CPU-minutes": round(trainer.seconds / 60, 1),
        "judged": {name: figures(network, samples) for name, samples in judged.items()},
    }
    write_json(out / "figures.json", found)


if __name__ == "__main__":
    main()
