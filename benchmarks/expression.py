"""How truly the curves say what a face did: people who never played a part in training, with known weights.

`python -m expression_transfer.benchmarks.expression [--split validation] [--quick]`. The people
(expression_people.py) are rendered once and kept in the cache. Tune on the split `validation` alone; `test`, the
default, is for the record. Peer: MediaPipe's own blendshapes on the same pixels.
"""

import argparse
from collections.abc import Iterator, Sequence

import numpy as np

from ..core.errors import InputError
from .expression_people import CASTS, HEAD, SPOILS, Shown, filmed, spoilt
from .expression_readers import FUSED, PEER, Readers
from .scores import CHANNELS, Curves, Summary, score, summary
from .table import Row, print_table

PCC_BAR, MAE_BAR, F1_BAR, CHANNEL_BAR, DROP_BAR = 0.85, 0.04, 0.8, 0.5, 0.05
REFERENCE = "0.51 in facts/fitting.md"
"""MediaPipe's mean correlation on other rendered people: whether these are easier or harder."""
JITTER = 1.0
"""px: standard deviation of the noise on the landmarks, along u and along v."""


def main(argv: Sequence[str] | None = None) -> None:
    """Print every reader's figures, each channel's, and what noise does to the fused solve."""
    parser = argparse.ArgumentParser(prog="expression_transfer.benchmarks.expression", description=__doc__)
    parser.add_argument("--split", choices=CASTS, default="test")
    parser.add_argument("--quick", action="store_true", help="the encoder and the fused solve alone, without noise")
    wanted = parser.parse_args(argv)
    try:
        cast = filmed(CASTS[wanted.split])
    except InputError as error:
        print(f"skipped: {error}")
        return
    readers = Readers(HEAD)
    read = [readers.read(shown.clip, learnt_only=wanted.quick) for shown in cast]
    found = {name: _summary(cast, [curves[name] for curves in read]) for name in read[0]}
    frames = sum(len(shown.truth.arkit) for shown in cast)
    print_table(f"expression: {len(cast)} {wanted.split} people, {frames} frames", rows(found))
    if found:
        print_channels(found)
    if FUSED in found and not wanted.quick:
        lost = list(noise_rows(readers, cast, found[FUSED].pcc))
        print_table("expression: correlation that noise costs the fused solve", lost)


def _summary(cast: Sequence[Shown], curves: Sequence[Curves]) -> Summary:
    return summary([score(one, shown.truth, shown.yaw, shown.fps) for one, shown in zip(curves, cast, strict=True)])


def rows(found: dict[str, Summary]) -> list[Row]:
    """Mean correlation, error, leak and F1 of each reader; bars stand beside the fused solve's."""
    said = []
    for name, one in found.items():
        bars, known = name == FUSED, REFERENCE if name == PEER else ""
        said += [
            Row(f"{name}: correlation of active channels", one.pcc, "", PCC_BAR if bars else None, peer=known),
            Row(f"{name}: mean absolute error", one.mae, "", MAE_BAR if bars else None, at_least=False),
            Row(f"{name}: leak on channels at rest", one.leak),
            Row(f"{name}: F1 of AU events", one.f1, "", F1_BAR if bars else None),
        ]
    if FUSED in found:
        worst = int(np.nanargmin(found[FUSED].channels))
        peer = f"MediaPipe {found[PEER].channels[worst]:.2f}" if PEER in found else ""
        lowest = float(found[FUSED].channels[worst])
        said.append(Row(f"fused solve: worst channel, {CHANNELS[worst]}", lowest, "", CHANNEL_BAR, peer=peer))
    return said


def print_channels(found: dict[str, Summary]) -> None:
    """Each channel's mean correlation by every reader, the fused solve's worst first."""
    names = list(found)
    acting = found[names[0]].acting
    print("\n| channel | shots | " + " | ".join(names) + " |\n" + "|---" * (len(names) + 2) + "|")
    for k in np.argsort(found[names[-1]].channels):
        cells = " | ".join(f"{found[name].channels[k]:.2f}" for name in names)
        print(f"| {CHANNELS[k]} | {acting[k]} | {cells} |")
    print(flush=True)


def noise_rows(readers: Readers, cast: Sequence[Shown], clean: float) -> Iterator[Row]:
    """What the fused solve's correlation loses to each kind of noise."""
    for how in SPOILS:
        curves = [readers.fused(spoilt(shown.clip, how)) for shown in cast]
        yield Row(how, clean - _summary(cast, curves).pcc, "", DROP_BAR, at_least=False)
    jittered = [readers.fused(shown.clip, JITTER) for shown in cast]
    yield Row(f"landmarks ±{JITTER:g} px", clean - _summary(cast, jittered).pcc, "", DROP_BAR, at_least=False)


if __name__ == "__main__":
    main()
