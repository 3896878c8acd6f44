"""How near a re-performed frame comes to the real one, how a transfer between people holds up, and how long it takes.

`python -m expression_transfer.benchmarks.reenact [pairs|people|flicker|speed …] [CLIP …] [--sheets FOLDER]`; without
parts: all of them. `pairs`: of two frames of one person with nearly the same head pose and different expressions, one's
picture and the other's curves make the other, whose whole passage is barred from retrieval. Without clips: test people,
and of the training people the last thirds, which no network has seen. Means count each passage of a second the same;
intervals (95 %, paired) are by bootstrap over passages. Sheets show the pictures that were scored.
"""

import argparse
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from ..core.clip import display
from ..core.clip.footage import Pixels
from ..core.conventions import Array
from ..core.export.sheet import write_png
from ..core.landmarks.backend import Backend, open_backend
from ..core.landmarks.follow import settled
from ..core.landmarks.region import region_of_mesh
from ..core.raster.windows import Window, around, within
from ..core.shot import Solved
from . import reenact_flicker, reenact_people, reenact_speed
from .footage import shared_clip
from .real import solved as solve_clip
from .reenact_pairs import TEST, TRAIN, Pair, choose, in_memory, truth_of
from .reenact_rows import ASIDE, ROWS, Ask, Shot, asks, landmarks_at, shots
from .reenact_scores import COLUMNS, Mask, Picture, better, gain, grouped, landmark_error, pixel_scores, regions, shown
from .table import Row, print_table

OVER_SPLINE, OVER_WARP = 2.0, 1.0
"""dB in the mouth."""
WORST = 2.0
"""%: how much worse than another row a clip may come out."""
ALL = {**ROWS, **ASIDE}
AT_WORK = 2
"""Passages made at once."""
TILE = 220
"""px: a picture of a sheet."""


@dataclass(frozen=True)
class Made:
    """One pair's pictures, cut to the face's surroundings."""

    pair: Pair
    truth: Picture
    pictures: dict[str, Picture]
    masks: dict[str, Mask]
    landmarks: Array
    """478×2 px of the cut: where to look for the face."""


@dataclass(frozen=True)
class Scored:
    """One pair."""

    clip: str
    passage: int
    scores: dict[str, dict[str, float]]
    """Row → column → figure."""


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="expression_transfer.benchmarks.reenact", description=__doc__)
    parser.add_argument("what", nargs="*", metavar="PART|CLIP")
    parser.add_argument("--sheets", type=Path, metavar="FOLDER", help="write the pictures that are scored")
    options = parser.parse_args(argv)
    parts: dict[str, Callable[[Sequence[str]], None]] = {
        "pairs": partial(pairs_part, sheets=options.sheets),
        "people": reenact_people.main,
        "flicker": reenact_flicker.main,
        "speed": reenact_speed.main,
    }
    clips = [word for word in options.what if word not in parts]
    for name, part in parts.items():
        if name in options.what or not set(parts) & set(options.what):
            part(clips)


def pairs_part(names: Sequence[str], sheets: Path | None = None) -> None:
    """Score the pairs of clips; a table of means, of gains, and of clips."""
    scored: list[Scored] = []
    with closing(open_backend(None, None)) as backend:
        for name in names or (*TEST, *TRAIN):
            path = shared_clip(name)
            found = [] if path is None else clip_scores(path, backend, sheets)
            if path is not None and not found:
                print(f"{name}: no pairs of one pose and different expressions")
            scored += found
    if scored:
        print_pairs(scored)


def clip_scores(path: Path, backend: Backend, sheets: Path | None) -> list[Scored]:
    """All pairs of a clip."""
    solved = solve_clip(path)
    solved = replace(solved, clip=in_memory(solved.clip))
    pairs = choose(solved)
    if not pairs:
        return []
    made = made_pairs(solved, pairs)
    scored = [Scored(path.stem, one.pair.passage, scores_of(one, backend)) for one in made]
    if sheets is not None:
        sheets.mkdir(parents=True, exist_ok=True)
        write_png(sheet(made, scored), sheets / f"{path.stem}.png")
    return scored


def made_pairs(solved: Solved, pairs: Sequence[Pair]) -> list[Made]:
    """Passages in parallel, each by a re-performer that has not seen it."""
    frames = [frame.pixels for frame in solved.clip]
    places, shot_without = landmarks_at(solved), shots(solved)
    asked = dict(zip(pairs, asks(solved, pairs, frames), strict=True))

    def of(passage: int) -> list[Made]:
        shot = shot_without(passage)
        return [_made(solved, pair, asked[pair], shot, frames[pair.wanted], places)
                for pair in pairs if pair.passage == passage]  # fmt: skip

    with ThreadPoolExecutor(AT_WORK) as threads:
        return [one for made in threads.map(of, dict.fromkeys(pair.passage for pair in pairs)) for one in made]


def _made(solved: Solved, pair: Pair, ask: Ask, shot: Shot, wanted: Pixels, places: Callable[[int], Array]) -> Made:
    truth = truth_of(solved, pair, ask.pixels, wanted)
    here, there = places(pair.plate), truth.place(places(pair.wanted))
    height, width = truth.picture.shape[:2]
    whole: Window = (0, 0, width, height)
    window = around(np.concatenate([here, there]), 0.35 * float(np.ptp(here[:, 1])), whole)
    cut = within(window, whole)
    masks = regions(here, there, height, width)
    pictures = {name: display(make(shot, ask), solved.clip)[cut] for name, make in ALL.items()}
    return Made(pair, truth.picture[cut], pictures, {name: mask[cut] for name, mask in masks.items()},
                there - np.array(window[:2]))  # fmt: skip


def scores_of(made: Made, backend: Backend) -> dict[str, dict[str, float]]:
    """By row; landmarks are NaN where the detector finds no face in truth or result."""
    region = region_of_mesh(made.landmarks.astype(np.float32))
    goal = settled(backend, np.ascontiguousarray(made.truth), region)
    scores = {}
    for name, picture in made.pictures.items():
        seen = settled(backend, np.ascontiguousarray(picture), region)
        error = float("nan") if seen is None or goal is None else landmark_error(seen.points, goal.points)
        scores[name] = pixel_scores(picture, made.truth, made.masks) | {"landmarks": error}
    return scores


def print_pairs(scored: Sequence[Scored]) -> None:
    passages = [(one.clip, one.passage) for one in scored]
    table = {name: {column: np.array([one.scores[name][column] for one in scored]) for column in COLUMNS}
             for name in ALL}  # fmt: skip
    lines = [[name, *(f"{np.nanmean(grouped(table[name][column], passages)):.4g}" for column in COLUMNS)]
             for name in ALL]  # fmt: skip
    clips_seen = dict.fromkeys(one.clip for one in scored)
    print(f"\n### reenact: {len(scored)} pairs of {len(set(passages))} passages, {len(clips_seen)} clips")
    print("\n" + shown(("mean", *COLUMNS), lines))
    last = list(ROWS)[-1]
    gains = []
    for name in (name for name in ALL if name != last):
        cells = [str(gain(better(column, table[last][column]), better(column, table[name][column]), passages))
                 for column in COLUMNS]  # fmt: skip
        gains.append([f"over {name}", *cells])
    print("\n" + shown((f"gain of {last} (more is better)", *COLUMNS), gains))
    clips = []
    for clip in clips_seen:
        here = np.array([one.clip == clip for one in scored])
        whose = [passage for passage in passages if passage[0] == clip]
        clips += [[clip, name, *(f"{np.nanmean(grouped(table[name][column][here], whose)):.4g}" for column in COLUMNS)]
                  for name in ALL]  # fmt: skip
    print("\n" + shown(("clip", "row", *COLUMNS), clips), flush=True)
    print_table(f"reenact: {last}", bars(table, passages, last))


def bars(table: dict[str, dict[str, Array]], passages: Sequence[tuple[str, int]], last: str) -> list[Row]:
    """What the last stage is to reach."""
    others = [name for name in ROWS if name != last]
    rows = []
    for column in COLUMNS:
        found = {name: gain(better(column, table[last][column]), better(column, table[name][column]), passages)
                 for name in others}  # fmt: skip
        nearest = min(others, key=lambda name: found[name].low)
        rows.append(
            Row(f"{column}: surely better by", found[nearest].low, bar=0.0, peer=f"than {nearest}, {found[nearest]}")
        )
    for name, least in (("thin-plate spline", OVER_SPLINE), ("geometry warp", OVER_WARP)):
        won = gain(table[last]["PSNR mouth"], table[name]["PSNR mouth"], passages)
        rows.append(Row(f"mouth, over {name}", won.mean, "dB", least, peer=str(won)))
    return [*rows, _worst(table, passages, last, others)]


def _worst(
    table: dict[str, dict[str, Array]], passages: Sequence[tuple[str, int]], last: str, others: Sequence[str]
) -> Row:
    """By how much a clip comes out worse than with another row, at most, in any column."""
    worst, where = 0.0, ""
    for clip in dict.fromkeys(name for name, _ in passages):
        here = np.array([name == clip for name, _ in passages])
        for column in COLUMNS:
            own = float(np.nanmean(table[last][column][here]))
            for name in others:
                other = float(np.nanmean(table[name][column][here]))
                loss = 100 * float(better(column, np.array(other)) - better(column, np.array(own))) / abs(other)
                if loss > worst:
                    worst, where = loss, f"{clip}, {column}, than {name}"
    return Row("worst clip is worse by", worst, "%", WORST, at_least=False, peer=where)


def sheet(made: Sequence[Made], scored: Sequence[Scored]) -> Picture:
    """A row a pair: each way's picture with the mouth's and the eyes' PSNR, and the truth."""
    rows = []
    for one, found in zip(made, scored, strict=True):
        said = [f"{name.strip('()')[:18]} {scores['PSNR mouth']:.1f} {scores['PSNR eyes']:.1f}"
                for name, scores in found.scores.items()]  # fmt: skip
        truth = f"truth, {one.pair.plate} > {one.pair.wanted}"
        rows.append(np.hstack(list(map(_tile, [*one.pictures.values(), one.truth], [*said, truth]))))
    return np.vstack(rows)


def _tile(picture: Picture, said: str) -> Picture:
    tile = cv2.resize(picture, (TILE, TILE), interpolation=cv2.INTER_AREA)
    cv2.rectangle(tile, (0, 0), (TILE, 14), (0, 0, 0), -1)
    cv2.putText(tile, said, (3, 11), cv2.FONT_HERSHEY_SIMPLEX, 0.36, (255, 255, 255), 1, cv2.LINE_AA)
    return np.asarray(tile, dtype=np.uint8)


if __name__ == "__main__":
    main()
