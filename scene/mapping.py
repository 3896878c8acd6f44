"""The map from action units to shape keys as an editable table on the carrier, saved with the file."""
# mypy: disallow-subclassing-any=False, disable-error-code="valid-type"

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import bpy

from ..core.errors import InputError
from ..core.facs.tables import ACTION_UNITS
from ..core.rigs.mapping import CHANNELS, RigMap, Row
from ..core.rigs.names import convention, meanings
from . import characters, drivers, driving, keys, strings

ROWS, MARKED = "expression_transfer_rows", "expression_transfer_marked"
"""Properties of a carrier: the rows, and the number of the one that the list shows as chosen."""
_OVERRIDABLE = {"LIBRARY_OVERRIDABLE"}
_GROWING = {"LIBRARY_OVERRIDABLE", "USE_INSERTION"}
"""A library override may add rows."""
_NAME = "{key}  {mesh}"
_writing = False
"""Whether the table is being filled, so that no single value connects anything."""


def _tip(channel: str) -> str:
    code = channel.partition("_")[0]
    return next((unit.name.capitalize() for unit in ACTION_UNITS if unit.code == code), channel)


_ITEMS = [(channel, channel, _tip(channel), number) for number, channel in enumerate(CHANNELS)]


def _row_edited(item: Any, _context: Any) -> None:
    """Of a row or one of its weights: it is the artist's now."""
    if _writing:
        return
    found = re.search(r"rows\[(\d+)\]", item.path_from_id())
    rows = rows_of(item.id_data)
    if found is not None and int(found[1]) < len(rows):
        row = rows[int(found[1])]
        row.source = ""
        reconnect(item.id_data, [row])


def _low_edited(row: Any, context: Any) -> None:
    if not _writing:
        with _filling():
            row.high = max(row.high, row.low)
        _row_edited(row, context)


def _high_edited(row: Any, context: Any) -> None:
    if not _writing:
        with _filling():
            row.low = min(row.low, row.high)
        _row_edited(row, context)


def _key_edited(row: Any, context: Any) -> None:
    row.name = _NAME.format(mesh=row.mesh, key=row.key)
    if not _writing:
        _release_strays(row.id_data)
        _row_edited(row, context)


def _acting_edited(row: Any, _context: Any) -> None:
    if not _writing:
        reconnect(row.id_data)


class ExpressionTransferWeight(bpy.types.PropertyGroup):
    """How strongly a row's key follows a channel."""

    channel: bpy.props.EnumProperty(
        items=_ITEMS, name=strings.UNIT, description=strings.ROW_UNIT_TIP, update=_row_edited, override=_OVERRIDABLE
    )
    weight: bpy.props.FloatProperty(
        default=1.0, soft_min=0.0, soft_max=1.0, name=strings.WEIGHT, description=strings.WEIGHT_TIP,
        update=_row_edited, override=_OVERRIDABLE,
    )  # fmt: skip


class ExpressionTransferRow(bpy.types.PropertyGroup):
    """A row of the table; `name` is of its own, for lists to search by and library overrides to tell rows by."""

    mesh: bpy.props.StringProperty(
        name=strings.MESH, description=strings.ROW_MESH_TIP, update=_key_edited, override=_OVERRIDABLE
    )
    key: bpy.props.StringProperty(
        name=strings.KEY, description=strings.ROW_KEY_TIP, update=_key_edited, override=_OVERRIDABLE
    )
    weights: bpy.props.CollectionProperty(type=ExpressionTransferWeight, override=_GROWING)
    gain: bpy.props.FloatProperty(
        default=1.0, soft_min=0.0, soft_max=2.0, name=strings.ROW_GAIN, description=strings.ROW_GAIN_TIP,
        update=_row_edited, override=_OVERRIDABLE,
    )  # fmt: skip
    low: bpy.props.FloatProperty(
        soft_min=-1.0, soft_max=1.0, name=strings.LOW, description=strings.LOW_TIP,
        update=_low_edited, override=_OVERRIDABLE,
    )  # fmt: skip
    high: bpy.props.FloatProperty(
        default=1.0, soft_min=0.0, soft_max=2.0, name=strings.HIGH, description=strings.HIGH_TIP,
        update=_high_edited, override=_OVERRIDABLE,
    )  # fmt: skip
    solo: bpy.props.BoolProperty(
        name=strings.SOLO, description=strings.SOLO_TIP, update=_acting_edited, override=_OVERRIDABLE
    )
    mute: bpy.props.BoolProperty(
        name=strings.MUTE, description=strings.MUTE_TIP, update=_acting_edited, override=_OVERRIDABLE
    )
    source: bpy.props.StringProperty(override=_OVERRIDABLE)


class ExpressionTransferQuality(bpy.types.PropertyGroup):
    """How well the rig can do a channel, `name`, as far as it was measured."""

    share: bpy.props.FloatProperty(min=0.0, max=1.0, override=_OVERRIDABLE)


def rows_of(carrier: Any) -> Any:
    """The table's rows: a collection of the carrier itself, since an override of a library keeps only such."""
    return getattr(carrier, ROWS)


def qualities_of(carrier: Any) -> Any:
    """How well the rig can do the channels that were measured."""
    return carrier.expression_transfer_qualities


def has_map(carrier: Any) -> bool:
    return bool(rows_of(carrier))


def marked_row(carrier: Any) -> Any:
    """The row that the list shows as chosen; None where there is none."""
    rows, index = rows_of(carrier), getattr(carrier, MARKED)
    return rows[index] if 0 <= index < len(rows) else None


def _mark(carrier: Any, index: int) -> None:
    setattr(carrier, MARKED, max(min(index, len(rows_of(carrier)) - 1), 0))


def rig_map(carrier: Any) -> RigMap:
    """The table as it stands. Raises InputError where a key has two rows."""
    quality = {each.name: each.share for each in qualities_of(carrier)}
    return RigMap(tuple(map(_read, rows_of(carrier))), carrier.name, quality)


def acting(carrier: Any) -> RigMap:
    """The table with the gain of rows at 0 that are muted, or not among those soloed; of a key's rows the first."""
    rows = rows_of(carrier)
    solo = any(row.solo for row in rows)
    first: dict[tuple[str, str], Row] = {}
    for item in rows:
        row, acts = _read(item), not item.mute and (item.solo or not solo)
        first.setdefault(row.place, row if acts else replace(row, gain=0.0))
    return RigMap(tuple(first.values()))


def _read(row: Any) -> Row:
    weights: dict[str, float] = {}
    for each in row.weights:
        weights[each.channel] = weights.get(each.channel, 0.0) + each.weight
    return Row(row.mesh, row.key, weights, row.gain, row.low, row.high, row.source)


def store(carrier: Any, wanted: RigMap) -> None:
    """Make a map the carrier's table; rows that stay keep whether they are soloed and muted. What the rig no longer
    follows goes to rest, what it does is connected anew where the rig is connected.

    Raises InputError where the rows are a library's.
    """
    _check_own(carrier)
    rows, qualities = rows_of(carrier), qualities_of(carrier)
    before = {(row.mesh, row.key): (row.solo, row.mute) for row in rows}
    connected = driving.is_connected(carrier)
    _release(place for place in before if wanted.row(*place) is None)
    with _filling():
        rows.clear()
        qualities.clear()
        for row in wanted.rows:
            item = _write(rows.add(), row)
            item.solo, item.mute = before.get(row.place, (False, False))
        for channel, share in wanted.quality.items():
            each = qualities.add()
            each.name, each.share = channel, share
    _mark(carrier, getattr(carrier, MARKED))
    if connected:
        driving.connect(carrier, acting(carrier))


def _write(item: Any, row: Row) -> Any:
    item.mesh, item.key, item.source = row.mesh, row.key, row.source
    item.gain, item.low, item.high = row.gain, row.low, row.high
    item.weights.clear()
    for channel, weight in row.weights.items():
        each = item.weights.add()
        each.channel, each.weight = channel, weight
    return item


def _check_own(carrier: Any) -> None:
    """Raises InputError where the rows come from the library that the carrier is an override of."""
    override = carrier.override_library
    if override is not None and override.reference is not None and has_map(override.reference):
        raise InputError(strings.MAP_OF_LIBRARY.format(name=carrier.name))


@contextmanager
def _filling() -> Iterator[None]:
    global _writing  # noqa: PLW0603  callbacks of properties know only the property
    _writing = True
    try:
        yield
    finally:
        _writing = False


def reconnect(carrier: Any, rows: Iterable[Any] | None = None) -> None:
    """After an edit: connect some rows, or those that are connected already, as they stand now; nothing where the rig
    isn't connected.
    """
    if not driving.is_connected(carrier):
        return
    if rows is None:
        rows = [row for row in rows_of(carrier) if _is_driven(row.mesh, row.key)]
    edited = {(row.mesh, row.key) for row in rows}
    driving.connect(carrier, RigMap(tuple(row for row in acting(carrier).rows if row.place in edited)))


def _is_driven(mesh: str, key: str) -> bool:
    """Whether a driver of ours moves a key."""
    shape_keys, path = shape_keys_of(mesh), keys.value_path(key)
    animation = shape_keys.animation_data if shape_keys is not None else None
    curve = animation.drivers.find(path) if animation is not None else None
    return curve is not None and drivers.is_ours(curve)


def _release_strays(carrier: Any) -> None:
    """Let the keys rest that no row names any more."""
    kept = {(row.mesh, row.key) for row in rows_of(carrier)}
    own = ((mesh, key) for mesh, names in places(carrier).items() for key in names)
    _release(place for place in own if place not in kept and _is_driven(*place))


def _release(places: Iterable[tuple[str, str]]) -> None:
    """Take our drivers from keys, and let the keys rest."""
    for mesh, key in list(places):
        if _is_driven(mesh, key):
            shape_keys = shape_keys_of(mesh)
            drivers.release(shape_keys, keys.value_path(key))
            shape_keys.key_blocks[key].value = 0.0


def shape_keys_of(mesh: str) -> Any:
    """The shape keys of a mesh object by its name; None where there are none."""
    found = bpy.data.objects.get(mesh)
    return found.data.shape_keys if found is not None and found.type == "MESH" else None


def is_there(row: Any) -> bool:
    """Whether the file has the row's mesh and key."""
    shape_keys = shape_keys_of(row.mesh)
    return shape_keys is not None and row.key in shape_keys.key_blocks


def places(carrier: Any) -> dict[str, list[str]]:
    """The character's meshes with shape keys → the names of the keys, without the one at rest."""
    own = characters.of_character(bpy.data.objects, carrier)
    found = ((each.name, shape_keys_of(each.name)) for each in own)
    return {
        mesh: [block.name for block in shape_keys.key_blocks if block != shape_keys.reference_key]
        for mesh, shape_keys in found
        if shape_keys is not None
    }


def fill_by_names(carrier: Any) -> str | None:
    """Map the character's keys by their names; the naming convention that most of them follow, if any.

    Raises InputError, which names the carrier, where none has an expression's name.
    """
    try:
        faces = keys.find_face(bpy.data.objects, carrier)
    except InputError as error:
        raise InputError(f"{carrier.name}: {error}") from error
    store(carrier, keys.map_of(faces))
    return convention({key for names in places(carrier).values() for key in names})


def without_meaning(carrier: Any) -> list[str]:
    """The character's keys whose names say nothing."""
    known = [(names, meanings(names)) for names in places(carrier).values()]
    return list(dict.fromkeys(key for names, meant in known for key in names if key not in meant))


def add_row(carrier: Any) -> Any:
    """A row for the first key that has none, or an empty one; the row, marked. Raises InputError as store."""
    _check_own(carrier)
    rows = rows_of(carrier)
    taken = {(row.mesh, row.key) for row in rows}
    free = ((mesh, key) for mesh, names in places(carrier).items() for key in names if (mesh, key) not in taken)
    mesh, key = next(free, ("", ""))
    with _filling():
        row = _write(rows.add(), Row(mesh, key, {CHANNELS[0]: 1.0}))
    _mark(carrier, len(rows) - 1)
    reconnect(carrier, [row])
    return row


def remove_row(carrier: Any) -> None:
    """Take the marked row away; its key goes to rest. Raises InputError as store."""
    _check_own(carrier)
    row, index = marked_row(carrier), getattr(carrier, MARKED)
    place, soloed = (row.mesh, row.key), row.solo
    rows_of(carrier).remove(index)
    _mark(carrier, index)
    _release([place])
    if soloed:
        reconnect(carrier)


def add_weight(row: Any) -> None:
    """Let a row follow one more channel: the first that it doesn't follow yet. Raises InputError as store."""
    _check_own(row.id_data)
    taken = {each.channel for each in row.weights}
    with _filling():
        row.weights.add().channel = next((channel for channel in CHANNELS if channel not in taken), CHANNELS[0])
    reconnect(row.id_data, [row])


def remove_weight(row: Any, index: int) -> None:
    """Raises InputError as store."""
    _check_own(row.id_data)
    row.weights.remove(index)
    reconnect(row.id_data, [row])


_CLASSES = (ExpressionTransferWeight, ExpressionTransferRow, ExpressionTransferQuality)


def register() -> None:
    for cls in _CLASSES:
        bpy.utils.register_class(cls)
    of_object = bpy.types.Object
    of_object.expression_transfer_rows = bpy.props.CollectionProperty(type=ExpressionTransferRow, override=_GROWING)
    of_object.expression_transfer_qualities = bpy.props.CollectionProperty(
        type=ExpressionTransferQuality, override=_GROWING
    )
    of_object.expression_transfer_marked = bpy.props.IntProperty(override=_OVERRIDABLE)


def unregister() -> None:
    del bpy.types.Object.expression_transfer_marked
    del bpy.types.Object.expression_transfer_qualities
    del bpy.types.Object.expression_transfer_rows
    for cls in reversed(_CLASSES):
        bpy.utils.unregister_class(cls)
