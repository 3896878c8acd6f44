"""The recipe: samples of the rendered people, training, figures, export.

python -m expression_transfer.models.people --split train --people 2000 --out DATA/train
python -m expression_transfer.models.people --split validation --people 100 --out DATA/validation
python -m expression_transfer.models.encoder samples DATA
python -m expression_transfer.models.encoder train DATA
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

import torch

from ...core.storage import write_json
from .discriminant import refit
from .export import export
from .judging import figures, separation
from .network import Encoder
from .samples import ACTED, Samples, common_layout, rendered
from .training import Course, Trainer

LAYOUT = "shape_free.npz"
HERE = Path(__file__).parent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=["samples", "train"])
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=HERE, help="where the networks, the layout and figures.json go")
    parser.add_argument("--steps", type=int, default=Course.steps)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    if arguments.step == "samples":
        make_samples(arguments.data, arguments.out)
    else:
        train(arguments.data, arguments.out, Course(steps=arguments.steps))


def make_samples(data: Path, out: Path) -> None:
    shards = {split: sorted((data / split).glob("shard-*.npz")) for split in ("train", "validation")}
    shape_free = common_layout(shards["train"])
    shape_free.save(out / LAYOUT)
    for split, files in shards.items():
        samples = rendered(files, shape_free)
        samples.save(data / f"{split}.npz")
        print(f"{split}: {len(samples)} faces", flush=True)


def train(data: Path, out: Path, course: Course) -> None:
    people, held_out = (Samples.load(data / f"{name}.npz") for name in ("train", "validation"))
    trainer = Trainer(people, course, data / "training")
    trainer.run(lambda line: print(line, flush=True), lambda encoder: f"  {figures(encoder, held_out)}")
    encoder = trainer.average.eval()
    refit(encoder, people)
    export(encoder, out, version=f"{course.seed}-{course.steps}")
    write_json(out / "figures.json", _report(encoder, held_out, trainer))


def _report(encoder: Encoder, held_out: Samples, trainer: Trainer) -> dict[str, object]:
    judged = figures(encoder, held_out)
    return {
        "faces": len(trainer.people),
        "people": len(set(trainer.people.person.tolist())),
        "course": json.loads(json.dumps(asdict(trainer.course))),
        "training CPU-minutes": round(trainer.seconds / 60, 1),
        "held-out people": len(set(held_out.person.tolist())),
        "correlation": {name: round(float(value), 3) for name, value in zip(ACTED, judged.correlation, strict=True)},
        "mean correlation": round(float(judged.correlation.mean()), 3),
        "mean absolute error": round(judged.error, 4),
        "gaze, degrees": round(judged.gaze, 2),
        "separation": asdict(separation(encoder, held_out)),
    }


if __name__ == "__main__":
    main()
