"""events.json: what happened when, and how strongly."""

from pathlib import Path
from typing import Any

from ..facs.events import Event, Rules, events_of
from ..facs.levels import EDGES, LEVELS, NAMES, level
from ..facs.performance import Performance
from ..facs.tables import ACTION_UNITS
from ..storage import write_json

_KNOWN = {unit.code: unit for unit in ACTION_UNITS}


def write_events(performance: Performance, path: Path) -> None:
    """Events in order of onset, with the rules they were found by and the levels' meaning."""
    rules = Rules()
    about = {
        "source": performance.source,
        "fps": performance.fps,
        "present": {"from": rules.on, **rules.on_of, "until_below": rules.off, "shortest_seconds": rules.shortest},
        "levels": {
            letter: {"from": edge, "means": name} for letter, edge, name in zip(LEVELS, EDGES, NAMES, strict=True)
        },
    }
    write_json(path, about | {"events": [_told(event) for event in events_of(performance)]})


def _told(event: Event) -> dict[str, Any]:
    unit = _KNOWN.get(event.unit.split("_")[0])
    moments = ("onset", "apex", "offset")
    return {
        "event": str(event),
        "unit": event.unit,
        "name": unit.name if unit else event.unit,
        "source": unit.source if unit else "read",
        "strength": round(event.peak, 3),
        "level": level(event.peak),
        "sides": {side: round(strength, 3) for side, strength in event.strengths.items() if side},
        "frames": dict(zip(moments, (event.onset, event.apex, event.offset), strict=True)),
        "seconds": dict(zip(moments, (round(seconds, 4) for seconds in event.times), strict=True)),
        "begun_before": event.begun,
        "unfinished": event.unfinished,
        "bridged_frames": event.bridged,
    }
