"""How well one person is followed through shots of several people, with cuts, gaps and crossings (crowd.py).

`python -m expression_transfer.benchmarks.people_followed [--split validation]`. Share of the frames that show the
person in which that person is followed, and share of all frames in which it is somebody else. Peer: the 24×24 portrait
in the recogniser's place.
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..core.clip import open_clip
from ..core.encoder.recognise import open_recogniser
from ..core.errors import InputError
from ..core.export.sheet import write_png
from ..core.landmarks.detect import DetectOptions, detect
from ..core.landmarks.recogniser import Portraits, Recogniser
from ..core.reporting import SilentReporter
from .crowd import SHOTS, Followed, Shot, film, judge
from .footage import shared_clip
from .table import Row, print_table

CASTS = {
    "test": (("d6.mp4", "d18.mp4", "d12.mp4"), ("d20.mp4", "d12.mp4", "d6.mp4"), ("s18.mp4", "d6.mp4", "d18.mp4")),
    "train": (("d0.mp4", "d3.mp4", "d10.mp4"), ("d10.mp4", "d11.mp4", "d0.mp4")),
    "validation": (("d14.mp4", "d3.mp4", "d0.mp4"), ("d14.mp4", "d10.mp4", "d3.mp4")),
}
"""Whose heads play; d14 is the only one of the validation split who moves, so that others of `train` play along."""


def main(argv: Sequence[str] | None = None) -> None:
    """Print a row a shot."""
    parser = argparse.ArgumentParser(prog="expression_transfer.benchmarks.people_followed", description=__doc__)
    parser.add_argument("--split", choices=CASTS, default="test")
    parser.add_argument("--arcface", type=Path, metavar="FILE", help="a network of your own in the encoder's place")
    options = parser.parse_args(argv)
    casts = [[path for name in cast if (path := shared_clip(name))] for cast in CASTS[options.split]]
    casts = [cast for cast in casts if len(cast) == 3]
    if not casts:
        return
    ours, peer = open_recogniser(options.arcface, "cpu"), Portraits()
    found = {shot.name: _both(shot, casts, ours, peer) for shot in SHOTS}
    rows = [row for name, pair in found.items() for row in _rows(name, *pair)]
    totals = [_sum([pair[k] for pair in found.values()]) for k in range(2)]
    print_table(f"people followed, {ours.name}, split {options.split}", [*rows, *_rows("all", *totals)])


def _both(shot: Shot, casts: Sequence[Sequence[Path]], ours: Recogniser, peer: Recogniser) -> tuple[Followed, Followed]:
    """Each of the first two people of every cast, where there from the first frame on, followed by both."""
    found: tuple[list[Followed], list[Followed]] = ([], [])
    for cast in casts:
        with tempfile.TemporaryDirectory() as folder:
            for number, frame in enumerate(film(shot, cast), 1):
                write_png(frame, Path(folder) / f"shot.{number:04d}.png")
            for person in shot.leads:
                for results, recogniser in zip(found, (ours, peer), strict=True):
                    results.append(_followed(shot, person, Path(folder) / "shot.####.png", recogniser))
    return _sum(found[0]), _sum(found[1])


def _followed(shot: Shot, person: int, path: Path, recogniser: Recogniser) -> Followed:
    place = next(head for head in shot.layout(0) if head.person == person)
    try:
        track = detect(
            open_clip(path), DetectOptions(person=(place.u, place.v), recogniser=recogniser), SilentReporter()
        )
    except InputError:  # nobody found
        return judge(shot, person, np.full((shot.frames, 478, 2), np.nan))
    return judge(shot, person, track.points)


def _sum(parts: Sequence[Followed]) -> Followed:
    return Followed(
        *(sum(getattr(part, name) for part in parts) for name in ("right", "present", "strangers", "frames"))
    )


def _rows(name: str, ours: Followed, peer: Followed) -> list[Row]:
    right = [100 * one.right / one.present for one in (ours, peer)]
    wrong = [100 * one.strangers / one.frames for one in (ours, peer)]
    return [
        Row(f"{name}: on the person", right[0], "%", peer=f"{right[1]:.1f} %"),
        Row(f"{name}: on somebody else", wrong[0], "%", peer=f"{wrong[1]:.1f} %"),
    ]


if __name__ == "__main__":
    main()
