"""How well people are told apart: equal error rate on rendered and on real people who played no part in training.

`python -m expression_transfer.benchmarks.recognition [--split validation] [--arcface FILE] [--people 50]`. Rendered:
the same person in two takes (camera, light, background and picture quality differ) against different people. Real: the
two halves of one clip against the clips and stills of others. Peers: the 24×24 portrait, and a user's ArcFace-style
network where one is given. Rendered people are made once and kept in the cache.
"""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..core.clip import Clip, display, open_clip
from ..core.conventions import Array, Array32
from ..core.encoder.recognise import open_recogniser
from ..core.errors import InputError
from ..core.landmarks.backend import Backend, Image, open_backend
from ..core.landmarks.follow import Follower
from ..core.landmarks.recogniser import Portraits, Recogniser
from ..core.userdata import cache_folder
from ..models.people import __main__ as studio
from ..models.people.shards import PEOPLE, PHOTOS, shard_path
from .footage import shared_clip
from .table import Row, print_table

BAR = 10.0
"""%."""
FRAMES = 12
"""Of each half of a real clip."""


@dataclass(frozen=True)
class Look:
    """Somebody in one picture."""

    person: int
    take: int
    """Pictures of one take don't count as the same person's: that would be easy."""
    rgb: Image
    points: Array32
    """478×3 px."""


@dataclass(frozen=True)
class Verification:
    """Scores of pairs of pictures, higher for more alike."""

    same: Array
    different: Array

    def equal_error(self) -> tuple[float, float]:
        """The share of wrong answers where as many pairs of one person are refused as of two are accepted; and from
        which score on pairs are accepted there.
        """
        scores = np.unique(np.concatenate([self.same, self.different]))
        refused = np.searchsorted(np.sort(self.same), scores) / len(self.same)
        accepted = 1 - np.searchsorted(np.sort(self.different), scores) / len(self.different)
        at = int(np.argmin(np.abs(refused - accepted)))
        return float((refused[at] + accepted[at]) / 2), float(scores[at])


def main(argv: Sequence[str] | None = None) -> None:
    """Print a row a recogniser."""
    parser = argparse.ArgumentParser(prog="expression_transfer.benchmarks.recognition", description=__doc__)
    parser.add_argument("--split", choices=PHOTOS, default="test")
    parser.add_argument("--people", type=int, default=2 * PEOPLE, help="rendered ones")
    parser.add_argument("--arcface", type=Path, metavar="FILE", help="a network of your own beside")
    options = parser.parse_args(argv)
    recognisers: list[Recogniser] = [open_recogniser(None, "cpu"), Portraits()]
    if options.arcface is not None:
        recognisers.append(open_recogniser(options.arcface, "cpu"))
    for kind, looks in (
        ("real", list(real(options.split))),
        ("rendered", list(rendered(options.split, options.people))),
    ):
        if len({look.person for look in looks}) > 1:
            rows = [_row(recogniser, looks, first=k == 0) for k, recogniser in enumerate(recognisers)]
            people = len({look.person for look in looks})
            print_table(f"recognition: {people} {kind} people of the split {options.split}", rows)


def _row(recogniser: Recogniser, looks: Sequence[Look], *, first: bool) -> Row:
    rate, threshold = verified(recogniser, looks).equal_error()
    name = f"equal error rate, {recogniser.name} (at an unlikeness of {-threshold:.3f})"
    return Row(name, 100 * rate, "%", BAR if first else None, at_least=False)


def verified(recogniser: Recogniser, looks: Sequence[Look]) -> Verification:
    """Every picture with every other one of another take."""
    seen = [recogniser.look(look.rgb, look.points) for look in looks]
    person, take = (np.array([getattr(look, name) for look in looks]) for name in ("person", "take"))
    one, other = np.triu_indices(len(looks), 1)
    apart = take[one] != take[other]
    one, other = one[apart], other[apart]
    scores = np.array([-recogniser.unlike(seen[a], seen[b]) for a, b in zip(one, other, strict=True)])
    same = person[one] == person[other]
    return Verification(scores[same], scores[~same])


def real(split: str) -> Iterator[Look]:
    """People of the shared footage; the two halves of a clip are two takes."""
    with closing(open_backend(None, None)) as backend:
        for person, path in enumerate(filter(None, map(shared_clip, PHOTOS[split]))):
            clip = open_clip(path)
            count = clip.frame_count or 1
            for k in np.unique(np.linspace(0, count - 1, 2 * FRAMES).astype(int)):
                look = _real(backend, clip, clip.first + int(k))
                if look is not None:
                    yield Look(person, 2 * person + int(2 * k >= count), *look)


def _real(backend: Backend, clip: Clip, number: int) -> tuple[Image, Array32] | None:
    rgb = display(clip.read(number).pixels, clip)
    seen = Follower(backend, None, Portraits()).look(rgb, 0.0)
    return None if seen is None else (rgb, seen.points)


def rendered(split: str, people: int) -> Iterator[Look]:
    """People who don't exist, of a dataset of their split (models/people)."""
    folder = cache_folder() / f"recognition-{split}"
    try:
        studio.main(["--split", split, "--people", str(people), "--out", str(folder)])
    except InputError as error:
        print(f"skipped: {error}")
        return
    for index in range(-(-people // PEOPLE)):
        with np.load(shard_path(folder, index)) as shard:
            jpeg, offsets = shard["jpeg"], shard["offsets"]
            points, persons, takes = shard["points"], shard["person"], shard["take"]
        for k in range(len(persons)):
            yield Look(int(persons[k]), int(takes[k]), _decoded(jpeg[offsets[k] : offsets[k + 1]]), points[k])


def _decoded(jpeg: NDArray[np.uint8]) -> Image:
    return np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR)[..., ::-1], dtype=np.uint8)


if __name__ == "__main__":
    main()
