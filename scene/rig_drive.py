"""What an artist does with the chosen rig as a whole: connect it, limit it, take everything off it again."""

from dataclasses import replace
from typing import Any

from . import driving, head, jobs, layers, mapping, passages, transfer, units


def connect(scene: Any, carrier: Any) -> driving.Connection:
    """Let keys, eyes and bones follow the carrier: keys by its table, which is filled by names where it is empty.

    Raises InputError where it is empty and the names mean nothing, and as units.ensure.
    """
    character = transfer.character_of(scene, carrier)
    units.ensure(carrier)
    layers.corrections(carrier)
    if not mapping.has_map(carrier):
        mapping.store(carrier, character.map)
    jobs.connect_bones(character)  # before keys, that rest where bones do the same
    connection = driving.connect(carrier, mapping.acting(carrier), scene.objects)
    for each in character.objects:
        head.drive_eyes(each, carrier)
    return connection


def limit(carrier: Any, highest: float) -> None:
    """Let no key of the table go above `highest`; over 1, let every one go there. Raises InputError as rig_map."""
    table = mapping.rig_map(carrier)
    rows = (replace(row, high=highest, low=min(row.low, highest)) for row in table.rows)
    mapping.store(carrier, replace(table, rows=tuple(rows)))


def remove(scene: Any, carrier: Any) -> None:
    """Take drivers, baked keys, takes, corrections and action units away; the table stays."""
    for take in layers.takes(carrier):
        passages.unmark(scene, take.action[layers.TAKE])
    driving.disconnect(carrier)
    driving.unbake(carrier)
    layers.remove(carrier)
    units.remove(carrier)
