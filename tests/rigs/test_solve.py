"""Planted keys: what the built-in head's own expressions do, exaggerated, disturbed, split and merged."""

from dataclasses import replace

import numpy as np
import pytest
from expression_transfer.core.face.library import load_builtin
from expression_transfer.core.heads.spline import Warp
from expression_transfer.core.rigs.judge import idle, qualities
from expression_transfer.core.rigs.mapping import CHANNELS
from expression_transfer.core.rigs.measure import expected, gaze
from expression_transfer.core.rigs.solve import Key, Rig, rig_map, side_of_motion, solve


@pytest.fixture(scope="module")
def motions():
    """Channel → motion of every third place of the built-in head, and which are on its left."""
    builtin = load_builtin()
    still = Warp(np.zeros((0, 3)), np.zeros((0, 3)), np.vstack([np.eye(3), np.zeros((1, 3))]))
    moved = expected(builtin, still)[:, ::3]
    return {name: each.ravel() for name, each in zip(CHANNELS, moved, strict=True)}, np.sign(builtin.mean[::3, 0])


def key(name, motion, left, follows=None, mesh=""):
    follows = follows or {}
    return Key(name, mesh, (("Face", name),), motion, side_of_motion(motion, left), dict(follows), follows)


def rig_of(motions, planted, names=None):
    """A rig with a key for each planted motion; `names`: key → the channel that its name claims."""
    actions, left = motions
    claims = {name: {channel: 1.0} for name, channel in (names or {}).items()}
    keys = (key(name, motion, left, claims.get(name)) for name, motion in planted.items())
    return Rig(tuple(keys), actions, left, np.full(len(left), "Face"))


def channels(rig):
    return {rig.keys[index].name: set(use.weights) for index, use in solve(rig).items()}


def disturbed(motion, rng, amount):
    """With noise on what moves, `amount` times as strong as the motion."""
    noise = rng.normal(size=motion.shape) * (motion != 0)
    return motion + amount * noise * np.linalg.norm(motion) / np.linalg.norm(noise)


@pytest.mark.parametrize("amount", [0.0, 0.5])
def test_every_action_finds_its_key(motions, amount):
    rng = np.random.default_rng(7)
    planted = {
        f"shape {index}": disturbed(rng.uniform(0.5, 2.0) * motions[0][name], rng, amount)
        for index, name in enumerate(CHANNELS)
    }
    found = channels(rig_of(motions, planted))
    assert found == {f"shape {index}": {name} for index, name in enumerate(CHANNELS)}


def test_keys_that_are_named_alike_by_chance_are_weighed_mesh_by_mesh(motions):
    """The upper half of the head is a mesh of its own; 'Key 1' is something else there."""
    actions, left = motions
    upper = load_builtin().mean[::3, 1] > -0.03
    keys = []
    for mesh, own, shift in (("Upper", upper, 5), ("Lower", ~upper, 9)):
        names = [*CHANNELS[shift:], *CHANNELS[:shift]]
        keys += [(names[i], key(f"Key {i}", actions[names[i]] * np.repeat(own, 3), left, mesh=mesh)) for i in range(54)]
    rig = Rig(tuple(each for _, each in keys), actions, left, np.where(upper, "Upper", "Lower"))
    found = {index: set(use.weights) for index, use in solve(rig).items()}
    assert all(found.get(index, {name}) == {name} for index, (name, _) in enumerate(keys))
    named = [(name, each.mesh) for index, (name, each) in enumerate(keys) if index in found]
    assert {name for name, _ in named} == set(CHANNELS)
    assert {("AU6_L", "Upper"), ("AU6_L", "Lower")} <= set(named), "the cheek is on both"


def test_one_key_for_both_sides(motions):
    actions, _ = motions
    planted = {name: motion for name, motion in actions.items() if not name.startswith(("AU45", "AU1_"))}
    planted |= {"shut": actions["AU45_L"] + actions["AU45_R"], "lift": actions["AU1_L"] + actions["AU1_R"]}
    rig = rig_of(motions, planted)
    uses = {rig.keys[index].name: use.weights for index, use in solve(rig).items()}
    assert uses["shut"] == {"AU45_L": 0.5, "AU45_R": 0.5}
    assert uses["lift"] == {"AU1_L": 0.5, "AU1_R": 0.5}


def test_halves_go_together(motions):
    actions, left = motions
    planted = {name: motion for name, motion in actions.items() if name != "AU18"}
    for side, name in ((1, "one half"), (-1, "other half")):
        planted[name] = (actions["AU18"].reshape(-1, 3) * (0.5 + 0.5 * side * left)[:, None]).ravel()
    found = channels(rig_of(motions, planted))
    assert found["one half"] == found["other half"] == {"AU18"}


def test_several_actions_in_one_key(motions):
    actions, _ = motions
    brows = ("AU1_L", "AU1_R", "AU2_L", "AU2_R")
    rig = rig_of(motions, {"jaw": actions["AU26"], "brows": sum(actions[name] for name in brows)})
    uses = {rig.keys[index].name: use.weights for index, use in solve(rig).items()}
    assert uses["jaw"] == {"AU26": 1.0}
    assert uses["brows"] == pytest.approx(dict.fromkeys(brows, 0.25), abs=0.01)


def test_a_viseme_beside_its_parts_follows_nothing(motions):
    actions, _ = motions
    rig = rig_of(motions, actions | {"aa": 0.7 * actions["AU26"] + 0.5 * actions["AU16_L"] + 0.5 * actions["AU16_R"]})
    assert "aa" not in channels(rig)
    assert idle(rig, solve(rig))["aa"].startswith("combines AU26")


def test_a_key_that_moves_something_else_follows_nothing(motions):
    actions, left = motions
    rng = np.random.default_rng(3)
    rig = rig_of(motions, actions | {"fat": 0.01 * rng.normal(size=3 * len(left)), "none": np.zeros(3 * len(left))})
    rig = replace(rig, keys=(*rig.keys[:-1], replace(rig.keys[-1], places=())))
    told = idle(rig, solve(rig))
    assert told["none"] == "moves nothing"
    assert told["fat"].startswith(("like no action unit", "combines"))


def test_keys_that_do_nothing_at_all(motions):
    actions, left = motions
    assert solve(rig_of(motions, {"none": np.zeros(3 * len(left))})) == {}
    everything = key("everything", sum(actions.values()), left, dict.fromkeys(CHANNELS, 0.1))
    rig = Rig((everything, key("jaw", actions["AU26"], left)), actions, left, np.full(len(left), "Face"))
    assert set(solve(rig)) == {0}, "its name says that it does all"


def test_wrong_names_lose_against_clear_geometry(motions):
    names = list(CHANNELS)
    found = channels(rig_of(motions, motions[0], dict(zip(names, [*names[7:], *names[:7]], strict=True))))
    assert found == {name: {name} for name in names}


def test_a_name_decides_between_like_motions(motions):
    actions, _ = motions
    rng = np.random.default_rng(5)
    planted = {name: disturbed(actions["AU12_L"], rng, 0.9) for name in ("first", "second")}
    assert "second" in channels(rig_of(motions, planted, {"second": "AU12_L"}))
    assert channels(rig_of(motions, planted, {"second": "AU12_L"}))["second"] == {"AU12_L"}


def test_a_named_key_whose_motion_says_nothing_keeps_its_name(motions):
    actions, left = motions
    faint = np.zeros(3 * len(left))
    faint[:3] = 1e-4
    assert channels(rig_of(motions, {"tongue": faint, "jaw": actions["AU26"]}, {"tongue": "AU19"}))["tongue"] == {
        "AU19"
    }


def test_far_too_strong_keys_are_driven_less_far(motions):
    rig = rig_of(motions, {"big": 5 * motions[0]["AU26"], "lively": 1.5 * motions[0]["AU12_L"]})
    uses = {rig.keys[index].name: use.weights for index, use in solve(rig).items()}
    assert uses == {"big": {"AU26": 0.2}, "lively": {"AU12_L": 1.0}}


def test_quality_is_the_share_of_the_motion(motions):
    actions, _ = motions
    rng = np.random.default_rng(1)
    motion = disturbed(actions["AU26"], rng, 1.0)
    rig = rig_of(motions, {"jaw": motion, "blink": 2 * actions["AU45_L"]})
    uses = solve(rig)
    quality = qualities(rig, uses)
    along = motion @ actions["AU26"] / np.linalg.norm(motion) / np.linalg.norm(actions["AU26"])
    assert quality["AU26"] == pytest.approx(along**2, abs=0.01)
    assert quality["AU45_L"] == pytest.approx(1.0, abs=1e-3)
    assert quality["AU12_L"] == 0.0
    assert rig_map(rig, uses, "rig", quality).row("Face", "jaw").weights == {"AU26": 1.0}


def test_gaze_turns_as_the_names_say():
    """Yaw to the subject's left, pitch downwards: the left eye looks out to the left, the right one in."""
    assert gaze("eyeLookOut_L")[0, 0] > 0
    assert gaze("eyeLookIn_R")[1, 0] > 0
    assert gaze("eyeLookIn_L")[0, 0] < 0
    assert gaze("eyeLookUp_R")[1, 1] < 0
    assert not gaze("eyeLookUp_R")[0].any()
