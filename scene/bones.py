"""Eyes, jaw and head of a rig that are bones or objects: what turns them, as rows on the carrier, and their drivers.

A row's bone is turned by drivers of its rotation as a quaternion, whose expressions core.rigs.bones works out once
from the way the bone lies and the way the face looks. Eyes that look at a target have the target moved instead.
"""
# mypy: disallow-subclassing-any=False, disable-error-code="valid-type"

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

from ..core.conventions import Array
from ..core.facs.channels import HEAD
from ..core.facs.tables import GAZE_SHAPES
from ..core.rigs.bone_names import ROLES
from ..core.rigs.bones import JAW_OPEN, JAW_SIDEWAYS, Cosine, aiming, face_axes, turning
from ..core.rigs.mapping import Row
from . import compat, drivers, strings, units

LOOKS = frozenset(GAZE_SHAPES)
"""Channels of shape keys that show where an eye looks."""

_QUATERNION = "QUATERNION"
_OVERRIDABLE = {"LIBRARY_OVERRIDABLE"}


def _rewrite(row: Any, _context: Any) -> None:
    """After an edit in the panel."""
    if row.connected and turned(row) is not None:
        connect_row(row.id_data, row)


class ExpressionTransferBone(bpy.types.PropertyGroup):
    """What turns one part of the face. Directions are in the axes of the bone's armature, or those of an object's
    parent.
    """

    role: bpy.props.EnumProperty(
        items=strings.BONE_ROLES, name=strings.BONE_ROLE, description=strings.BONE_ROLE_TIP, override=_OVERRIDABLE
    )
    object: bpy.props.PointerProperty(type=bpy.types.Object, name=strings.BONE_OBJECT, override=_OVERRIDABLE)
    bone: bpy.props.StringProperty(name=strings.BONE, description=strings.BONE_TIP, override=_OVERRIDABLE)
    strength: bpy.props.FloatProperty(
        default=1.0, soft_min=0.0, soft_max=2.0, name=strings.STRENGTH, description=strings.BONE_STRENGTH_TIP,
        update=_rewrite, override=_OVERRIDABLE,
    )  # fmt: skip
    forward: bpy.props.FloatVectorProperty(
        default=(0.0, -1.0, 0.0),
        name=strings.FORWARD,
        description=strings.FORWARD_TIP,
        update=_rewrite,
        override=_OVERRIDABLE,
    )
    up: bpy.props.FloatVectorProperty(
        default=(0.0, 0.0, 1.0), name=strings.UP, description=strings.UP_TIP, update=_rewrite, override=_OVERRIDABLE
    )
    open: bpy.props.FloatProperty(
        default=float(JAW_OPEN), subtype="ANGLE", name=strings.JAW_OPEN, description=strings.JAW_OPEN_TIP,
        update=_rewrite, override=_OVERRIDABLE,
    )  # fmt: skip
    sideways: bpy.props.FloatProperty(
        default=float(JAW_SIDEWAYS), subtype="ANGLE", name=strings.JAW_SIDEWAYS, description=strings.JAW_SIDEWAYS_TIP,
        update=_rewrite, override=_OVERRIDABLE,
    )  # fmt: skip
    thrust: bpy.props.FloatProperty(
        name=strings.JAW_THRUST, description=strings.JAW_THRUST_TIP, update=_rewrite, override=_OVERRIDABLE
    )
    """In the bone's own units."""
    aimed: bpy.props.BoolProperty(override=_OVERRIDABLE)
    """The eye looks at it: it is moved, not turned."""
    arm: bpy.props.FloatVectorProperty(override=_OVERRIDABLE)
    """From the eye to what it looks at."""
    rest_turn: bpy.props.FloatVectorProperty(size=4, default=(1.0, 0.0, 0.0, 0.0), override=_OVERRIDABLE)
    rest_place: bpy.props.FloatVectorProperty(override=_OVERRIDABLE)
    """The pose in which it was before it was connected, kept at no turn."""
    mode: bpy.props.StringProperty(override=_OVERRIDABLE)
    """The rotation mode in which it was; empty while the bone is as the artist has it."""
    eyeballs: bpy.props.StringProperty(override=_OVERRIDABLE)
    """Meshes, one a line, that turn as a whole with it."""
    connected: bpy.props.BoolProperty(override=_OVERRIDABLE)
    shown: bpy.props.BoolProperty(name=strings.BONE_DETAILS, description=strings.BONE_DETAILS_TIP)


def rows(carrier: Any) -> Any:
    """The collection of a carrier's rows; empty where the extension isn't registered, as in scripts."""
    return getattr(carrier, "expression_transfer_bones", ())


def turned(row: Any) -> Any:
    """The pose bone, or the object, that a row is about; None where it isn't there any more."""
    if row.object is None or not row.bone:
        return row.object
    return row.object.pose.bones.get(row.bone) if row.object.type == "ARMATURE" else None


def name_of(row: Any) -> str:
    return str(row.bone or (row.object.name if row.object else "?"))


def role_name(row: Any) -> str:
    """As the panel shows it."""
    return next(name for role, name, _ in strings.BONE_ROLES if role == row.role)


@dataclass(frozen=True)
class Connection:
    """What became of a carrier's rows."""

    connected: tuple[str, ...]
    """Names of the bones and objects."""
    left: tuple[str, ...]
    """They have drivers of the artist's, and keep them."""
    missing: tuple[str, ...]
    keyed: tuple[str, ...]
    """Of the connected, those with keyframes of their own, which don't show until they are disconnected."""


def connect(carrier: Any, roles: Container[str] = ROLES) -> Connection:
    """Let the bones of a carrier's rows of these roles follow its channels; what was connected before is connected
    anew, other roles stay.

    Raises InputError as units.ensure.
    """
    units.ensure(carrier)
    connected, left, missing, keyed = [], [], [], []
    for row in [row for row in rows(carrier) if row.role in roles]:
        if turned(row) is None:
            missing.append(name_of(row))
        elif _is_artists(row):
            left.append(name_of(row))
        else:
            connect_row(carrier, row)
            connected += [name_of(row)] if row.strength else []
            keyed += [name_of(row)] if row.strength and is_keyed(row) else []
    return Connection(tuple(connected), tuple(left), tuple(missing), tuple(keyed))


def told(connection: Connection) -> list[str]:
    """What an artist has to know of a connection, in lines."""
    said = (
        (strings.BONES_LEFT, connection.left),
        (strings.BONES_MISSING, connection.missing),
        (strings.BONES_KEYED, connection.keyed),
    )
    return [text.format(names=", ".join(names)) for text, names in said if names]


def connect_row(carrier: Any, row: Any) -> None:
    """Let one row's bone, which has to be there, follow the carrier; without strength it has its pose back."""
    _release(row)
    row.connected = True
    names, angles, strengths = _angles(row)
    if not row.strength:
        restore_row(row)
        return
    _remember(row)
    path, sums = motion(row, strengths)
    if not row.aimed:
        turned(row).rotation_mode = _QUATERNION
    _drive(row, path, carrier, names, [_text(terms, angles) for terms in sums])
    if row.role == "JAW" and row.thrust:
        _thrust(carrier, row)
    _rest_looks(row)


def motion(row: Any, strengths: Array) -> tuple[str, list[list[Cosine]]]:
    """Which property moves, and a sum of cosines for each of its numbers, of yaw, pitch and roll by `strengths`."""
    if row.aimed:
        arm = _face(row).T @ np.array(row.arm)
        return "location", aiming(_own_axes(row, _place_axes), np.array(row.rest_place), arm, strengths)
    return "rotation_quaternion", turning(_own_axes(row, _turn_axes), np.array(row.rest_turn), strengths)


def pose(row: Any, angles: Array) -> None:
    """Turn a row's bone by yaw, pitch and roll (3 rad), as long as nothing drives it; restore() undoes it."""
    _remember(row)
    path, sums = motion(row, np.ones(3))
    if not row.aimed:
        turned(row).rotation_mode = _QUATERNION
    setattr(turned(row), path, [sum(term.value(angles) for term in terms) for terms in sums])


def _angles(row: Any) -> tuple[tuple[str, ...], tuple[str, ...], Array]:
    """The channels that move it; yaw, pitch and roll as expressions of them; their strengths (3 rad)."""
    if row.role == "JAW":
        names = ("AU30_L", "AU30_R", "AU26")
        left, right, down = (f"max({drivers.used(number, name)},0)" for number, name in enumerate(names))
        return names, (f"({left}-{right})", down, "0"), row.strength * np.array([row.sideways, row.open, 0.0])
    if row.role in ("HEAD", "NECK"):
        return HEAD, ("v0", "v1", "v2"), np.full(3, row.strength)
    side = row.role[-1]
    return (f"gaze_{side}_yaw", f"gaze_{side}_pitch"), ("v0", "v1", "0"), row.strength * np.array([1.0, 1.0, 0.0])


def _text(terms: list[Cosine], angles: tuple[str, ...]) -> str:
    return "".join(term.text(angles) for term in terms) or "0"


def _thrust(carrier: Any, row: Any) -> None:
    forward = row.strength * row.thrust * _own_axes(row, _place_axes)[:, 2]
    used = f"max({drivers.used(0, 'AU29')},0)"
    texts = [f"{rest:.6g}{share:+.6g}*{used}" for rest, share in zip(row.rest_place, forward, strict=True)]
    _drive(row, "location", carrier, ("AU29",), texts)


def _drive(row: Any, path: str, carrier: Any, names: tuple[str, ...], texts: list[str]) -> None:
    for index, text in enumerate(texts):
        drivers.express(row.object, _full_path(row, path), carrier, names, text, index=index)


def _full_path(row: Any, path: str) -> str:
    return f'pose.bones["{bpy.utils.escape_identifier(row.bone)}"].{path}' if row.bone else path


def _face(row: Any) -> Array:
    """The face's axes (3×3, columns left, up, forward) in the axes of the armature or the object's parent."""
    forward, up = np.array(row.forward), np.array(row.up)
    return face_axes(np.cross(up, forward), up)


def _own_axes(row: Any, axes: Any) -> Array:
    return np.asarray(axes(row).T @ _face(row))


def _turn_axes(row: Any) -> Array:
    """The axes (3×3, columns) in which a turn is meant."""
    return np.array(turned(row).bone.matrix_local.to_3x3()) if row.bone else np.eye(3)


def _place_axes(row: Any) -> Array:
    """The axes in which a place is meant: a bone without Local Location takes the armature's."""
    local = not row.bone or turned(row).bone.use_local_location or turned(row).parent is None
    return _turn_axes(row) if local else np.eye(3)


def _paths(row: Any) -> Iterator[tuple[str, int]]:
    """The properties, with their indices, that turn it."""
    moved = {"location": 3} if row.aimed or row.role == "JAW" else {}
    turned_by = {} if row.aimed else {"rotation_quaternion": 4, "rotation_euler": 3, "rotation_axis_angle": 4}
    for path, count in (turned_by | moved).items():
        yield from ((_full_path(row, path), index) for index in range(count))


def _is_artists(row: Any) -> bool:
    """Whether someone else's driver turns it."""
    animation = row.object.animation_data
    curves = [animation.drivers.find(path, index=index) for path, index in _paths(row)] if animation else []
    return any(curve is not None and not drivers.is_ours(curve) for curve in curves)


def is_keyed(row: Any) -> bool:
    """Whether it has keyframes of its own, in the active action or a strip."""
    animation, paths = row.object.animation_data, {path for path, _ in _paths(row)}
    if animation is None:
        return False
    strips = [strip for track in animation.nla_tracks for strip in track.strips]
    holders = [holder for holder in (animation, *strips) if holder.action is not None]
    curves = (curve for holder in holders for curve in compat.curves_in(holder, holder.action))
    return any(curve.data_path in paths for curve in curves)


def _release(row: Any) -> None:
    for path, index in _paths(row):
        drivers.release(row.object, path, index)


def _remember(row: Any) -> None:
    target = turned(row)
    if not row.mode:
        row.mode, row.rest_place = target.rotation_mode, target.location
        row.rest_turn = target.matrix_basis.to_quaternion()


def release(carrier: Any) -> None:
    """Take the drivers of the carrier's bones away; the bones stay as they are."""
    for row in rows(carrier):
        row.connected = False
        if turned(row) is not None:
            _release(row)


def restore(carrier: Any) -> None:
    """Give released bones the pose and the rotation mode back that they had before they were connected."""
    for row in rows(carrier):
        if turned(row) is not None:
            restore_row(row)


def restore_row(row: Any) -> None:
    """As restore(), of one row."""
    target = turned(row)
    if not row.mode:
        return
    if row.aimed or row.role == "JAW":
        target.location = row.rest_place
    if not row.aimed:
        target.rotation_mode = _QUATERNION
        target.rotation_quaternion = row.rest_turn
        target.rotation_mode = row.mode
    row.mode = ""


def remove(carrier: Any, index: int) -> None:
    """Take a row away; its bone is released and has its pose back."""
    row = rows(carrier)[index]
    if turned(row) is not None:
        _release(row)
        restore_row(row)
    rows(carrier).remove(index)


def eyeballs(carrier: Any) -> frozenset[str]:
    """Names of meshes that connected eye bones turn as a whole: shape keys that turn them too are to stay at rest."""
    eyes = [row for row in rows(carrier) if row.connected and row.strength]
    return frozenset(name for row in eyes for name in row.eyeballs.split("\n") if name)


def resting(carrier: Any, mapped: Iterable[Row]) -> tuple[Row, ...]:
    """The rows of a map whose keys are to stay at rest."""
    by_bones = eyeballs(carrier)
    return tuple(row for row in mapped if row.mesh in by_bones and row.weights.keys() <= LOOKS)


def told_resting(mapped: Iterable[Row]) -> list[str]:
    """What an artist has to know of resting rows, in lines."""
    mapped = list(mapped)
    meshes = ", ".join(dict.fromkeys(row.mesh for row in mapped))
    count = strings.counted(len(mapped), *strings.SHAPE_KEYS)
    return [strings.KEYS_RESTING.format(keys=count, meshes=meshes)] if mapped else []


def _rest_looks(row: Any) -> None:
    """Let the shape keys that followed the gaze on the row's eyeballs rest."""
    meshes = (bpy.data.objects.get(name) for name in row.eyeballs.split("\n"))
    for shape_keys in [mesh.data.shape_keys for mesh in meshes if mesh is not None and mesh.data.shape_keys]:
        for curve in list(shape_keys.animation_data.drivers if shape_keys.animation_data else ()):
            if drivers.is_ours(curve) and drivers.sources(curve) <= LOOKS:
                path = curve.data_path
                drivers.release(shape_keys, path)
                shape_keys.path_resolve(path.removesuffix(".value")).value = 0.0


def register() -> None:
    bpy.utils.register_class(ExpressionTransferBone)
    bpy.types.Object.expression_transfer_bones = bpy.props.CollectionProperty(
        type=ExpressionTransferBone, override={*_OVERRIDABLE, "USE_INSERTION"}
    )


def unregister() -> None:
    del bpy.types.Object.expression_transfer_bones
    bpy.utils.unregister_class(ExpressionTransferBone)


def is_registered() -> bool:
    return hasattr(bpy.types.Object, "expression_transfer_bones")
