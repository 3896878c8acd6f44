"""What each section of the tab still needs, and the button that provides it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from . import fitted, settings, strings

Section = Literal["source", "face", "solve", "action_units", "rig", "plate", "composite", "export"]


@dataclass(frozen=True)
class State:
    """What of the work is there."""

    source: bool = False
    """Footage of the performance is chosen …"""
    solved: bool = False
    """… and was solved."""
    carrier: bool = False
    """A rig is chosen, or the active object is a fitted head: something to carry action units."""
    rig: bool = False
    plate: bool = False
    """Footage that gets the expression is chosen …"""
    composited: bool = False
    """… and was re-performed."""


@dataclass(frozen=True)
class Step:
    """What is missing, and the button that provides it."""

    missing: str
    operator: str
    action: str
    """The button's text."""
    icon: str
    properties: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


_FOOTAGE = "expression_transfer.choose_footage"
_STEPS = {
    "source": Step(strings.NEEDS_SOURCE, _FOOTAGE, strings.CHOOSE_SOURCE, "FILE_MOVIE", {"role": "source"}),
    "solved": Step(strings.NEEDS_SOLVE, "expression_transfer.solve", strings.SOLVE_FIRST, "PLAY"),
    "carrier": Step(
        strings.NEEDS_CARRIER, "expression_transfer.add_fitted_head", strings.FITTED_HEAD, "OUTLINER_OB_CAMERA"
    ),
    "rig": Step(strings.NEEDS_RIG, "expression_transfer.add_head", strings.ADD_HEAD, "USER"),
    "plate": Step(strings.NEEDS_PLATE, _FOOTAGE, strings.CHOOSE_PLATE, "FILE_MOVIE", {"role": "plate"}),
    "composited": Step(strings.NEEDS_COMPOSITE, "expression_transfer.transfer", strings.TRANSFER, "PLAY"),
}
"""By what it provides: a field of State."""
_NEEDS: dict[Section, tuple[str, ...]] = {
    "source": ("source",),
    "face": ("source",),
    "solve": ("source", "solved"),
    "action_units": ("source", "solved", "carrier"),
    "rig": ("rig",),
    "plate": ("plate",),
    "composite": ("source", "plate", "composited"),
    "export": ("source", "solved"),
}
"""In the order in which the work goes."""


def next_step(section: Section, state: State) -> Step | None:
    """The first thing that a section lacks; None where it has all it needs."""
    return next((_STEPS[need] for need in _NEEDS[section] if not getattr(state, need)), None)


def state_of(context: Any) -> State:
    """Reads settings alone: drawing must not wait for files."""
    chosen = settings.of_scene(context.scene)
    return State(
        source=chosen.source_clip is not None or bool(chosen.source_file),
        solved=bool(chosen.result_folder),
        carrier=chosen.rig is not None or fitted.head_of(context.object) is not None,
        rig=chosen.rig is not None,
        plate=chosen.plate_clip is not None or bool(chosen.plate_file),
        composited=chosen.result_clip is not None or chosen.result_image is not None,
    )
