"""What each section of the tab still needs, and the button that provides it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from . import fitted, settings, strings, units

Section = Literal["source", "face", "solve", "action_units", "rig", "plate", "composite", "export"]


@dataclass(frozen=True)
class State:
    """What of the work is there."""

    source: bool = False
    """Footage of the performance is chosen …"""
    solved: bool = False
    """… and was solved."""
    rig: bool = False
    """A rig is chosen …"""
    head: bool = False
    """… or a fitted head is the active object …"""
    carrier: bool = False
    """… or that has action units: any of the three carries them."""
    plate: bool = False
    """Footage that gets the expression is chosen …"""
    plate_solved: bool = False
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
_HEAD = "expression_transfer.show_fitted_head"
_STEPS = {
    "source": Step(strings.NEEDS_SOURCE, _FOOTAGE, strings.CHOOSE_SOURCE, "FILE_MOVIE", {"role": "source"}),
    "solved": Step(strings.NEEDS_SOLVE, "expression_transfer.solve", strings.SOLVE_FIRST, "PLAY"),
    "rig": Step(strings.NEEDS_RIG, "expression_transfer.add_head", strings.ADD_HEAD, "USER"),
    "carrier": Step(strings.NEEDS_CARRIER, _HEAD, strings.SHOW_HEAD, "OUTLINER_OB_CAMERA", {"role": "source"}),
    "plate": Step(strings.NEEDS_PLATE, _FOOTAGE, strings.CHOOSE_PLATE, "FILE_MOVIE", {"role": "plate"}),
    "composited": Step(strings.NEEDS_COMPOSITE, "expression_transfer.transfer", strings.TRANSFER, "PLAY"),
}
"""By what it provides: a field of State."""
_PLATE_HEAD = Step(strings.NEEDS_CARRIER, _HEAD, strings.SHOW_PLATE_HEAD, "OUTLINER_OB_CAMERA", {"role": "plate"})
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
_ENOUGH: dict[Section, str] = {"action_units": "carrier", "composite": "head"}
"""What makes up for all of it: a rig has action units without footage, a plate's head is edited without a source."""


def next_step(section: Section, state: State) -> Step | None:
    """The first thing that a section lacks; None where it has all it needs."""
    if section in _ENOUGH and getattr(state, _ENOUGH[section]):
        return None
    need = next((need for need in _NEEDS[section] if not getattr(state, need)), None)
    if need is None:
        return None
    return _PLATE_HEAD if need == "carrier" and state.plate_solved else _STEPS[need]


def state_of(context: Any) -> State:
    """Reads settings alone: drawing must not wait for files."""
    chosen, active = settings.of_scene(context.scene), context.object
    head = fitted.head_of(active) is not None
    return State(
        source=chosen.source_clip is not None or bool(chosen.source_file),
        solved=bool(chosen.result_folder),
        rig=chosen.rig is not None,
        head=head,
        carrier=chosen.rig is not None or head or (active is not None and units.is_carrier(units.carrier_of(active))),
        plate=chosen.plate_clip is not None or bool(chosen.plate_file),
        plate_solved=chosen.result_of_plate,
        composited=chosen.result_clip is not None or chosen.result_image is not None,
    )
