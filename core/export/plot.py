"""Curves as a picture."""

from pathlib import Path

import numpy as np

from ..conventions import Array
from ..facs.performance import Performance
from ..facs.tables import UNITS
from ..storage import whole_file

GROUPS = {
    "brows": ("AU1_L", "AU1_R", "AU2_L", "AU2_R", "AU4_L", "AU4_R"),
    "eyes": ("AU45_L", "AU45_R", "AU5_L", "AU5_R", "AU7_L", "AU7_R", "AU6_L", "AU6_R"),
    "jaw and lips": ("AU26", "AU8", "AU18", "AU22", "AU17", "AU28_upper", "AU28_lower"),
    "mouth corners": ("AU12_L", "AU12_R", "AU15_L", "AU15_R", "AU20_L", "AU20_R", "AU14_L", "AU14_R"),
}


def plot_curves(performance: Performance, path: Path, known: dict[str, Array] | None = None) -> None:
    """Write a PNG of the main units, head and gaze over time; bridged frames are shaded lightly, missing ones
    strongly. `known`: true curves (each T) of some units, dashed.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415  half a second that only plots pay
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(14, 12), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(len(GROUPS) + 1, 1, sharex=True)
    for axis, (title, units) in zip(axes, GROUPS.items(), strict=False):
        for unit in units:
            line = axis.plot(performance.times, performance.units[:, UNITS.index(unit)], label=unit, linewidth=1.2)[0]
            if known is not None and unit in known:
                axis.plot(performance.times, known[unit], "--", color=line.get_color(), linewidth=0.8)
        axis.set_ylim(-0.02, 1.05)
        axis.set_ylabel(title)
    angles = np.column_stack([performance.head, performance.gaze.mean(axis=1)])
    names = ("head yaw", "head pitch", "head roll", "gaze yaw", "gaze pitch")
    for column, name in enumerate(names):
        axes[-1].plot(performance.times, np.rad2deg(angles[:, column]), label=name, linewidth=1.2)
    axes[-1].set_ylabel("degrees")
    axes[-1].set_xlabel("seconds")
    for axis in axes:
        _shade(axis, performance)
        axis.legend(loc="upper right", ncols=4, fontsize="small")
        axis.grid(alpha=0.3)
    figure.suptitle(performance.source + ("  (dashed: known)" if known else ""))
    with whole_file(path) as temporary:
        figure.savefig(temporary, dpi=80, metadata={"Software": None})


def _shade(axis: object, performance: Performance) -> None:
    half = 0.5 / performance.fps
    for marks, alpha in ((performance.bridged, 0.12), (performance.missing, 0.3)):
        edges = np.flatnonzero(np.diff(marks, prepend=False, append=False)).reshape(-1, 2)
        for first, beyond in edges:
            start, end = performance.times[first] - half, performance.times[beyond - 1] + half
            axis.axvspan(start, end, color="tab:red", alpha=alpha, linewidth=0)  # type: ignore[attr-defined]
