"""What each section says is missing, and the button that it offers."""

from dataclasses import fields

import pytest

pytest.importorskip("bpy", reason="bpy is missing: make env, or make test-blender")

from expression_transfer.scene import steps
from expression_transfer.scene.steps import State, next_step


@pytest.mark.parametrize("section", steps._NEEDS)
def test_without_anything_every_section_has_a_next_step(section):
    step = next_step(section, State())
    assert step is not None
    assert step.missing
    assert step.action


@pytest.mark.parametrize("section", steps._NEEDS)
def test_with_everything_no_section_lacks_anything(section):
    done = State(**{each.name: True for each in fields(State)})
    assert next_step(section, done) is None


@pytest.mark.parametrize(
    ("section", "there", "operator", "role"),
    [
        ("source", {}, "choose_footage", "source"),
        ("solve", {}, "choose_footage", "source"),
        ("solve", {"source": True}, "solve", None),
        ("action_units", {"source": True}, "solve", None),
        ("action_units", {"source": True, "solved": True}, "show_fitted_head", "source"),
        ("action_units", {"source": True, "solved": True, "plate_solved": True}, "show_fitted_head", "plate"),
        ("rig", {"source": True, "solved": True}, "add_head", None),
        ("plate", {"source": True, "solved": True}, "choose_footage", "plate"),
        ("composite", {"source": True}, "choose_footage", "plate"),
        ("composite", {"source": True, "plate": True}, "transfer", None),
        ("export", {"source": True}, "solve", None),
    ],
)
def test_the_first_thing_missing_is_offered(section, there, operator, role):
    step = next_step(section, State(**there))
    assert step.operator == f"expression_transfer.{operator}"
    assert step.properties.get("role") == role


def test_a_rig_has_action_units_without_footage():
    assert next_step("action_units", State(rig=True, carrier=True)) is None


def test_a_plates_head_is_composited_without_a_source():
    assert next_step("composite", State(head=True, carrier=True)) is None
