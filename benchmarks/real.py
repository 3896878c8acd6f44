"""How curves solved from real footage agree with what a person saw in it, and with MediaPipe's own blendshapes.

`python -m expression_transfer.benchmarks.real [CLIP …]`; without clips: all of the shared footage. The agreement with
MediaPipe is agreement, not truth; blinks, ranked pairs, still passages and absent units were judged by hand
(truth/README.md), and MediaPipe's blendshapes are judged by the same rules beside ours. What the detector and MediaPipe
see is kept in the user's cache, by footage and code; reading expressions and the solve are done anew each time.
"""

import hashlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.conventions import Array
from ..core.facs.convert import arkit_weights, gaze_from_weights, shapes_from_arkit
from ..core.facs.levels import SLIGHT
from ..core.facs.performance import Performance
from ..core.facs.tables import ARKIT
from ..core.job import fingerprint
from ..core.landmarks.track import LandmarkTrack
from ..core.pipeline import solve
from ..core.reporting import SilentReporter
from ..core.shot import Footage, Run, Solved
from ..core.storage import whole_file
from ..core.userdata import cache_folder
from .by_hand import (
    acting_channels,
    agrees,
    blinks_found,
    counted_clips,
    hits,
    jitter,
    read_absent,
    read_blinks,
    read_pairs,
    read_passages,
    rows_of,
    strength,
)
from .footage import SHARED
from .plumbing import blendshapes
from .scores import Curves, correlation
from .table import Row, print_table

GOOD = {
    "jawOpen": ("jawOpen",),
    "mouthSmile": ("mouthSmileLeft", "mouthSmileRight"),
    "eyeBlink": ("eyeBlinkLeft", "eyeBlinkRight"),
    "browInnerUp": ("browInnerUp",),
    "mouthPucker": ("mouthPucker",),
}
"""Channels on which MediaPipe is to be trusted."""
ACTING = 0.2
"""MediaPipe moves a channel in a clip where its curve covers at least this; others aren't compared."""
AGREEMENT_BAR, JITTER_BAR, PAIRS_BAR = 0.8, 0.5, 85.0
MOMENT = 6
"""Frames between two that show one movement under way."""
TEST = ("d6.mp4", "d12.mp4", "d18.mp4", "d20.mp4", "s18.mp4")
"""Clips of people that no estimator was trained or tuned on."""
SEEING = ("core/landmarks/*.py", "core/encoder/*.py", "benchmarks/plumbing.py")
"""Code that decides what is seen, before the networks read it (they run anew, as the solve does)."""
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Judged:
    """One clip by two estimators, in the same terms."""

    own: Performance
    peer: Performance

    @property
    def curves(self) -> tuple[Performance, Performance]:
        return self.own, self.peer


def main(names: Sequence[str]) -> None:
    """Solve and judge each clip; one table."""
    clips = {path.name: judged for path in shared_clips(names) if (judged := judge(path)) is not None}
    if not clips:
        print(f"skipped: no clips, or no face_landmarker.task, in {SHARED}")
        return
    rows = [*agreement_rows(clips), *blink_rows(clips), *jitter_rows(clips), *pair_rows(clips), *absent_rows(clips)]
    print_table("real footage: our solve, and MediaPipe's blendshapes beside it", rows)


def shared_clips(names: Sequence[str]) -> list[Path]:
    """The named ones; all where none is named."""
    return [SHARED / "footage" / name for name in names] or sorted((SHARED / "footage").glob("*.mp4"))


def judge(clip: Path) -> Judged | None:
    """A clip, solved, with MediaPipe's blendshapes of the same frames; None where there are none."""
    found = solved(clip)
    peer = _peer(clip, found.track, _folder(clip) / "blendshapes.npy")
    return None if peer is None else Judged(found.performance, acted_by(peer, found.performance))


def solved(clip: Path) -> Solved:
    """A clip, detected where the cache doesn't hold that, and solved anew."""
    (_folder(clip) / "fit.npz").unlink(missing_ok=True)
    return solve(Footage(clip), _folder(clip), Run(SilentReporter(), resume=True))


def _folder(clip: Path) -> Path:
    return cache_folder() / "benchmarks" / f"{clip.stem}-{fingerprint(clip=clip, code=_code())}"


def _peer(clip: Path, track: LandmarkTrack, file: Path) -> Array | None:
    """T×52, order of tables.ARKIT. Where whole frames show MediaPipe no face, it is shown the face's part of them."""
    if not file.is_file():
        found = blendshapes(clip) or blendshapes(clip, around_face(track))
        if not found:
            return None
        with whole_file(file) as temporary:
            np.save(temporary, np.stack([found.get(name, np.zeros(len(track))) for name in ARKIT], axis=1))
    return np.asarray(np.load(file))


def acted_by(arkit: Array, where: Performance) -> Performance:
    """Curves (T×52, order of tables.ARKIT) as the acting of another performance's frames."""
    return replace(where, units=Curves.of_arkit(arkit).units, gaze=gaze_from_weights(shapes_from_arkit(arkit)))


def around_face(track: LandmarkTrack) -> tuple[int, int, int, int]:
    """u0, v0, u1, v1 px: a box that holds the face throughout, with a face's size to spare."""
    seen = track.points[track.visible]
    low, high = seen.min(axis=(0, 1)), seen.max(axis=(0, 1))
    spare = np.ptp(seen, axis=1).max() / 2
    u0, v0 = np.maximum(low - spare, 0).astype(int).tolist()
    u1, v1 = (high + spare).astype(int).tolist()
    return u0, v0, u1, v1


def _code() -> str:
    files = [file for pattern in SEEING for file in sorted(ROOT.glob(pattern))]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def agreement_rows(clips: Mapping[str, Judged]) -> list[Row]:
    """Correlations of the channels that a person saw act, by clip and by channel; and of all that MediaPipe moves."""
    moving = {clip: _agreement(judged) for clip, judged in clips.items()}
    seen = acting_channels()
    acting = {
        clip: {channel: value for channel, value in found.items() if channel in seen.get(clip, ())}
        for clip, found in moving.items()
    }
    rows = [_agreed(clip, found) for clip, found in acting.items() if found]
    for channel in GOOD:
        shown = {clip: found[channel] for clip, found in acting.items() if channel in found}
        rows += [_agreed(channel, shown)] if shown else []
    return [*rows, _agreed("mean of clips", _means(acting)), _agreed("all that MediaPipe moves", _means(moving))]


def _means(found: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    return {clip: float(np.mean(list(channels.values()))) for clip, channels in found.items() if channels}


def _agreed(what: str, parts: Mapping[str, float]) -> Row:
    said = ", ".join(f"{name.removesuffix('.mp4')} {value:.2f}" for name, value in parts.items())
    mean = float(np.mean(list(parts.values()))) if parts else np.nan
    return Row(f"correlation with MediaPipe, {what}", mean, bar=AGREEMENT_BAR, peer=said)


def _agreement(judged: Judged) -> dict[str, float]:
    """By channel, where MediaPipe moves it."""
    own, peer = arkit_weights(judged.own), arkit_weights(judged.peer)
    found = {}
    for channel, names in GOOD.items():
        columns = [column for name in names if np.ptp(peer[:, column := ARKIT.index(name)]) > ACTING]
        if columns:
            found[channel] = float(np.mean([correlation(own[:, column], peer[:, column]) for column in columns]))
    return found


def blink_rows(clips: Mapping[str, Judged]) -> list[Row]:
    """Counts against the count by hand, and how far down the lids are read where a person saw them meet."""
    rows, closed = [], []
    for clip in sorted(counted_clips().keys() & clips.keys()):
        blinks = [blink for blink in read_blinks() if blink.clip == clip and blink.closure == "full"]
        said = []
        for name, acted in zip(("own", "MediaPipe"), clips[clip].curves, strict=True):
            found = blinks_found(acted)
            said.append(f"{name} {len(found)} ({hits(found, blinks)} in place)")
        off = abs(len(blinks_found(clips[clip].own)) - len(blinks))
        rows.append(Row(f"blinks, {clip}: {len(blinks)} by hand, off by", off, "", 0, False, ", ".join(said)))
        at = rows_of(clips[clip].own, *(blink.closest for blink in blinks))
        closed += np.column_stack([strength(acted, "AU45")[at] for acted in clips[clip].curves]).tolist()
    if not rows:
        return []
    own, peer = np.mean(closed, axis=0)
    return [*rows, Row("  mean AU45 where lids meet", float(own), peer=f"MediaPipe {peer:.3g}")]


def jitter_rows(clips: Mapping[str, Judged]) -> list[Row]:
    """Second differences of all 52 curves on the still passages; each passage counts the same, however noisy it is."""
    rows, shares = [], []
    for passage in read_passages():
        if passage.clip in clips:
            curves = clips[passage.clip].curves
            first, last = rows_of(curves[0], passage.first, passage.last)
            own, peer = (jitter(arkit_weights(acted)[first : last + 1]) for acted in curves)
            shares.append(own / peer)
            what = f"  {passage.clip} {passage.first}–{passage.last}"
            rows.append(Row(what, 1000 * own, "‰", peer=f"MediaPipe {1000 * peer:.3g} ‰"))
    if not rows:
        return []
    return [Row("jitter on still passages, in MediaPipe's", float(np.mean(shares)), "", JITTER_BAR, False), *rows]


def pair_rows(clips: Mapping[str, Judged]) -> list[Row]:
    """Pairs of frames ranked as a person ranked them, %."""
    pairs = [pair for pair in read_pairs() if pair.clip in clips]
    right = np.array([[agrees(acted, pair) for acted in clips[pair.clip].curves] for pair in pairs])
    stems = [pair.unit.partition("_")[0] for pair in pairs]
    kinds = {
        "where sure": [pair.certainty == "sure" for pair in pairs],
        "where only fairly sure": [pair.certainty == "fair" for pair in pairs],
        "of test people": [pair.clip in TEST for pair in pairs],
        "a moment apart": [abs(pair.a - pair.b) <= MOMENT for pair in pairs],
    } | {unit: [stem == unit for stem in stems] for unit in dict.fromkeys(stems)}
    parts = [_ranked(f"  {what}", right[rows]) for what, rows in kinds.items() if any(rows)]
    return [_ranked("ranked pairs", right, PAIRS_BAR), *parts] if pairs else []


def _ranked(what: str, right: NDArray[np.bool_], bar: float | None = None) -> Row:
    own, peer = 100 * right.mean(axis=0)
    return Row(f"{what} ({len(right)})", float(own), "%", bar, peer=f"MediaPipe {peer:.4g} %")


def absent_rows(clips: Mapping[str, Judged]) -> list[Row]:
    """What is read where a person saw nothing."""
    levels: list[list[float]] = []
    for absent in read_absent():
        if absent.clip in clips:
            curves = clips[absent.clip].curves
            (row,) = rows_of(curves[0], absent.frame)
            levels += [[strength(acted, unit)[row] for acted in curves] for unit in absent.units]
    if not levels:
        return []
    quiet, mean = 100 * (np.array(levels) < SLIGHT).mean(axis=0), np.mean(levels, axis=0)
    what = f"absent units read as less than slight ({len(levels)})"
    return [
        Row(what, float(quiet[0]), "%", peer=f"MediaPipe {quiet[1]:.4g} %"),
        Row("  their mean strength", float(mean[0]), peer=f"MediaPipe {mean[1]:.4g}"),
    ]


if __name__ == "__main__":
    main(sys.argv[1:])
