"""Which objects belong to one character."""

from collections.abc import Iterable
from typing import Any

from ..core.errors import InputError


def rig_of(target: Any) -> Any:
    """The armature that a mesh hangs on or is deformed by; else the object itself."""
    ancestor = target
    while ancestor is not None:
        if ancestor.type == "ARMATURE":
            return ancestor
        deformer = next((m.object for m in ancestor.modifiers if m.type == "ARMATURE" and m.object), None)
        if deformer is not None:
            return deformer
        ancestor = ancestor.parent
    return target


def of_character(objects: Iterable[Any], target: Any) -> list[Any]:
    """Those of the objects that belong to the character that `target` is any object of."""
    root = rig_of(target)
    return [each for each in objects if rig_of(each) == root or each == root or root in _ancestors(each)]


def named_object(scene: Any, name: str) -> Any:
    """Raises InputError, without the file's name, where the scene has none of that name."""
    found = scene.objects.get(name)
    if found is None:
        have = ", ".join(sorted(each.name for each in scene.objects)[:8])
        raise InputError(f"has no object '{name}'; it has {have}")
    return found


def _ancestors(child: Any) -> Iterable[Any]:
    while child.parent is not None:
        child = child.parent
        yield child
