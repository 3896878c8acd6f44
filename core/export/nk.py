"""Nuke scripts as text: nodes with their knobs, wired through the stack on which a script keeps its last nodes."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array

VERSION = "12.2 v1"
"""The oldest Nuke that knows every node and knob written here."""
_PLAIN = re.compile(r"[\w.+\-#%/:*]+")


@dataclass(frozen=True)
class Node:
    """A node of a graph; nodes are told apart by `name`."""

    kind: str
    """Nuke's class, 'Merge2'."""
    name: str
    knobs: Mapping[str, str] = field(default_factory=dict)
    """Values as the script has them: `quoted` where they are free text, `curve` where they move."""
    inputs: tuple["Node | None", ...] = ()
    """The main input (B) first."""
    at: tuple[int, int] = (0, 0)
    """Where it stands in the node graph."""


def script(root: Mapping[str, str], nodes: Iterable[Node], layers: Mapping[str, Sequence[str]] | None = None) -> str:
    """A script with the settings `root` and nodes, each after its inputs; `layers`: channels by layer, of those that
    Nuke doesn't have by itself, in its names ('stmap': ('u', 'v')).
    """
    lines = [f"version {VERSION}", _block("Root", {"inputs": "0", **root})]
    lines += [_layer(name, channels) for name, channels in (layers or {}).items()]
    for node in nodes:
        lines += ["push 0" if each is None else f"push ${_handle(each)}" for each in reversed(node.inputs)]
        lines += [_block(node.kind, _knobs(node)), f"set {_handle(node)} [stack 0]"]
    return "\n".join(lines) + "\n"


def note(name: str, lines: Iterable[str], at: tuple[int, int]) -> Node:
    """A note on the node graph's background, for people to read."""
    return Node("StickyNote", name, {"label": quoted("\n".join(lines))}, at=at)


def _knobs(node: Node) -> dict[str, str]:
    place = {"xpos": str(node.at[0]), "ypos": str(node.at[1])}
    return {"inputs": str(len(node.inputs)), **node.knobs, "name": node.name, **place}


def _block(kind: str, knobs: Mapping[str, str]) -> str:
    return "\n".join([f"{kind} {{", *(f" {name} {value}" for name, value in knobs.items()), "}"])


def quoted(text: str) -> str:
    """Free text as a knob's value: nothing in it is taken for a variable or a command."""
    if _PLAIN.fullmatch(text):
        return text
    escaped = re.sub(r'(["\\$\[\]{}])', r"\\\1", text).replace("\n", "\\n")
    return f'"{escaped}"'


def curve(frames: NDArray[np.int64], values: Array, *, steps: bool = False) -> str:
    """An animated value: a key at each of T frames, straight or, with `steps`, held from key to key."""
    keys, expected = [], None
    for frame, value in zip(frames.tolist(), values.tolist(), strict=True):
        keys += [number(value)] if frame == expected else [f"x{frame}", number(value)]
        expected = frame + 1
    return f"{{curve {'K' if steps else 'L'} {' '.join(keys)}}}"


def curves(frames: NDArray[np.int64], values: Array) -> str:
    """A knob of C parts that move: T×C."""
    return "{" + " ".join(curve(frames, part) for part in values.T) + "}"


def number(value: float) -> str:
    """Nine digits: whole thousandths of a pixel at any size of picture."""
    return f"{value:.9g}"


def _handle(node: Node) -> str:
    return f"N{node.name}"


def _layer(name: str, channels: Sequence[str]) -> str:
    return f"add_layer {{{name} {' '.join(f'{name}.{channel}' for channel in channels)}}}"
