"""How fast curves are written and removed in Blender, and how fast a driven character plays.

`python -m expression_transfer.benchmarks.blender_curves`. Peers:
`keyframe_insert` in a loop for writing, the same character with baked keyframes for playing.
"""

import json
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import bpy
import numpy as np

from ..core.facs.channels import CHANNELS, with_curves
from ..core.facs.performance import Performance
from ..core.facs.tables import UNITS
from ..scene import driving, jobs, keys, layers, rig_files, units
from .footage import SHARED
from .table import Row, print_table

CURVES, FRAMES, PLAYED, ROUNDS, FPS = 52, 10_000, 240, 8, 24.0
SECONDS = 0.5
SHARE = 0.8
DRAWN = 1.0
"""ms."""
WINDOWED = "blender52"
INSERTED = 200
"""Frames that the peer writes; its time is scaled up."""


def main() -> None:
    written, removed, peer = _written()
    print_table(
        f"{CURVES} curves × {FRAMES} frames in Blender {bpy.app.version_string}",
        [
            Row("written as a take", written, "s", SECONDS, at_least=False, peer=f"keyframe_insert {peer:.1f} s"),
            Row("removed", removed, "s", SECONDS, at_least=False),
        ],
    )
    with tempfile.TemporaryDirectory() as folder:
        driven, baked = Path(folder) / "driven.blend", Path(folder) / "baked.blend"
        _print_played("without a window", *_played(driven, baked), "")
        if shutil.which(WINDOWED) is None:
            print(f"not played in a window: {WINDOWED} is missing (../shared/tools/blender52.sh)")
        else:
            rates = _in_window("playing.py", driven, baked)
            _print_played("in a window, software OpenGL", rates[str(driven)], rates[str(baked)], "or 80 % of baked")
            _print_drawn(_drawn(driven, Path(folder)))


def _print_played(where: str, driven: float, baked: float, otherwise: str) -> None:
    peer = f"baked {baked:.3g} frames/s"
    rows = [
        Row("driven", driven, "frames/s", FPS, peer=f"{peer}; {otherwise}" if otherwise else peer),
        Row("driven against baked", driven / baked, "", None if driven >= FPS else SHARE),
    ]
    print_table(f"brunette-t played {where}", rows)


def _print_drawn(took: dict[str, float]) -> None:
    slowest = max(took, key=lambda panel: took[panel])
    rows = [
        Row(f"slowest: {slowest.rpartition('_PT_')[2]}", took[slowest], "ms", DRAWN, at_least=False),
        Row(f"all {len(took)} open panels", sum(took.values()), "ms", DRAWN, at_least=False),
    ]
    print_table("the tab drawn in a window, median", rows)


def acting(frames: int) -> Performance:
    """Every channel a sine of its own rate, within its usual range."""
    times, none = np.arange(frames) / FPS, np.zeros(frames, dtype=bool)
    still = Performance(
        units=np.zeros((frames, len(UNITS))), head=np.zeros((frames, 3)), position=np.zeros((frames, 3)),
        gaze=np.zeros((frames, 2, 2)), confidence=np.ones(frames), bridged=none, missing=none,
        frames=np.arange(frames), times=times, fps=FPS, source="sines",
    )  # fmt: skip
    waves = {channel: np.sin(times * (1 + 0.1 * number)) for number, channel in enumerate(CHANNELS)}
    return with_curves(still, {name: 0.5 + 0.5 * wave if name in UNITS else 0.1 * wave for name, wave in waves.items()})


def _written() -> tuple[float, float, float]:
    """Seconds to write the take, to remove it, and to write it with keyframe_insert."""
    rig_files.new_scene()
    carrier = bpy.data.objects.new("Carrier", None)
    bpy.context.scene.collection.objects.link(carrier)
    units.ensure(carrier)
    channels, performance = CHANNELS[:CURVES], acting(FRAMES)
    frames = keys.scene_frames(performance.times, bpy.context.scene)
    begun = time.perf_counter()
    layers.put_solve(carrier, performance, frames, "sines", channels=channels)
    written = time.perf_counter() - begun
    begun = time.perf_counter()
    layers.remove(carrier)
    return written, time.perf_counter() - begun, _inserted(carrier)


def _inserted(carrier: object) -> float:
    begun = time.perf_counter()
    for channel in CHANNELS[:CURVES]:
        for frame in range(INSERTED):
            carrier.keyframe_insert(units.path(channel), frame=frame)  # type: ignore[attr-defined]
    return (time.perf_counter() - begun) * FRAMES / INSERTED


def _played(driven: Path, baked: Path) -> tuple[float, float]:
    """Frames a second of the driven character and of the same with its keys baked; both are saved."""
    rig_files.open_rig(SHARED / "rigs" / "brunette-t.glb")
    scene = bpy.context.scene
    performance = acting(PLAYED)
    jobs.set_timing(scene, FPS, performance.times)
    character = jobs.find_character(scene.objects)
    jobs.drive(performance, character, scene)
    rig_files.save_blend(driven)
    by_drivers = _rate()
    driving.bake(character.carrier, np.arange(1.0, PLAYED + 1))
    layers.remove(character.carrier)
    rig_files.save_blend(baked)
    return by_drivers, _rate()


def _drawn(driven: Path, folder: Path) -> dict[str, float]:
    """Panel → ms a draw, with the driven character chosen."""
    (folder / "expression_transfer").symlink_to(Path(__file__).resolve().parents[1])
    return _in_window("drawing.py", folder, driven)


def _in_window(script: str, *arguments: Path) -> dict[str, float]:
    """What a script prints in a windowed Blender."""
    command = [WINDOWED, "--factory-startup", "--python", str(Path(__file__).with_name(script)), "--"]
    asked = [*command, *map(str, arguments)]
    said = subprocess.run(asked, check=True, capture_output=True, text=True, timeout=300).stdout  # noqa: S603  our own
    return next(json.loads(line) for line in said.splitlines() if line.startswith("{"))


def _rate() -> float:
    """Of the best of some rounds: other work on the machine only slows."""
    took = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        for frame in range(1, PLAYED + 1):
            bpy.context.scene.frame_set(frame)
        took.append(time.perf_counter() - begun)
    return PLAYED / min(took)


if __name__ == "__main__":
    main()
