"""A small reader of Nuke scripts, written from Nuke's own files: Tcl words, the stack of nodes, curves, and what a few
nodes do to pixels.
"""

import re
from dataclasses import dataclass, field

import cv2
import numpy as np

KNOWN = {
    "Read", "Copy", "STMap", "Expression", "MergeExpression", "Keymix", "Switch", "FilterErode", "Blur", "Grade",
    "Colorspace", "Camera2", "StickyNote", "Axis2", "Tracker4", "CornerPin2D",
}  # fmt: skip


@dataclass(eq=False)
class Node:
    kind: str
    knobs: dict = field(default_factory=dict)
    inputs: list = field(default_factory=list)

    @property
    def name(self):
        return self.knobs["name"]


@dataclass
class Script:
    root: dict
    layers: dict
    nodes: dict


def words(text):
    """Tcl's words of a command or list: {braced}, "quoted", plain."""
    place, found = 0, []
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        if text[place] == "{":
            depth, start = 1, place + 1
            while depth:
                place += 1
                if text[place] == "\\":
                    place += 1
                elif text[place] in "{}":
                    depth += 1 if text[place] == "{" else -1
            found.append(text[start:place])
            place += 1
            assert place == len(text) or text[place].isspace(), text[place : place + 20]
        elif text[place] == '"':
            end = place + 1
            while text[end] != '"':
                assert text[end] not in "[]$", "would be run as a command, or be taken for a variable"
                end += 2 if text[end] == "\\" else 1
            found.append(re.sub(r"\\(.)", lambda escape: {"n": "\n"}.get(escape[1], escape[1]), text[place + 1 : end]))
            place = end + 1
        else:
            end = place
            while end < len(text) and not text[end].isspace():
                end += 1
            found.append(text[place:end])
            place = end
    return found


def commands(text):
    """A script's commands: lines, and lines joined inside braces."""
    depth, start = 0, 0
    for place, letter in enumerate(text):
        escaped = text[place - 1] == "\\"
        depth += (letter == "{" and not escaped) - (letter == "}" and not escaped)
        if letter == "\n" and depth == 0:
            if text[start:place].strip():
                yield text[start:place]
            start = place + 1
    assert depth == 0
    assert not text[start:].strip()


def read(text):
    script, stack, named = Script({}, {}, {}), [], {"0": None}
    for command in commands(text):
        first, *rest = words(command) if not command.startswith("set") else command.split()
        if first == "version":
            assert re.fullmatch(r"version \d+\.\d v\d+", command)
        elif first == "add_layer":
            layer, *channels = words(rest[0])
            assert all(channel.startswith(layer + ".") for channel in channels)
            script.layers[layer] = channels
        elif first == "push":
            stack.append(named[rest[0].removeprefix("$")])
        elif first == "set":
            assert rest[1:] == ["[stack", "0]"]
            named[rest[0]] = stack[-1]
        else:
            _add(script, stack, first, rest[0])
    return script


def _add(script, stack, kind, body):
    knobs = {}
    for line in commands(body.strip("\n") + "\n"):
        name, *values = words(line)
        assert len(values) == 1, line
        assert re.fullmatch(r"\w+", name) and name not in knobs, line
        knobs[name] = values[0]
    count = int(knobs.pop("inputs", 1))
    if kind == "Root":
        script.root = knobs
        return
    assert kind in KNOWN, kind
    node = Node(kind, knobs, [stack.pop() for _ in range(count)])
    assert node.name not in script.nodes
    script.nodes[node.name] = node
    stack.append(node)


def curve(text):
    """{frame: value}, and how it goes between: 'K' held, 'L' straight."""
    mark, *keys = words(text)
    assert mark == "curve"
    way, frame, found = "", None, {}
    for key in keys:
        if key in {"K", "L"}:
            way = key
        elif key.startswith("x"):
            frame = int(key[1:])
        else:
            found[frame] = float(key)
            frame += 1
    return found, way


def curves(text):
    return [curve(part) if part.startswith("curve") else float(part) for part in words(text)]


def tracks(text):
    """Name → columns by name of a Tracker4's tracks."""
    size, columns, rows = words(text)
    version, width, count = (int(word) for word in words(size))
    names = [words(column)[3] for column in words(columns)]
    assert (version, width) == (1, 31) and len(names) == width
    found = [dict(zip(names, words(row), strict=True)) for row in words(rows)]
    assert len(found) == count
    return {row["name"]: row for row in found}


def picture(node, files):  # noqa: C901  a case a kind
    """H×W arrays by channel of what a node gives; `files` as Read nodes have them."""
    pictures = [picture(each, files) for each in node.inputs]
    knobs = node.knobs
    if node.kind == "Read":
        assert knobs["raw"] == "true"
        return dict(files[knobs["file"]])
    base = dict(pictures[0])
    if node.kind == "Copy":
        for k in range(4):
            if f"from{k}" in knobs:
                base[knobs[f"to{k}"]] = pictures[1][knobs[f"from{k}"]]
    elif node.kind == "STMap":
        _warp(base, *(pictures[1][f"rgba.{each}"] for each in ("red", "green")))
    elif node.kind == "Keymix":
        mask = pictures[2]["rgba.alpha"]
        for each in COLOUR:
            base[each] = base[each] * (1 - mask) + pictures[1][each] * mask
    elif node.kind in {"Expression", "MergeExpression"}:
        _calculate(base, knobs, pictures)
    elif node.kind == "Switch":
        base = pictures[int(knobs["which"])]
    elif node.kind in {"FilterErode", "Blur"}:
        assert knobs["size"] == "0"
    elif node.kind == "Grade":
        base |= {each: base[each] * float(knobs.get("multiply", 1)) + float(knobs.get("add", 0)) for each in COLOUR}
    else:
        assert node.kind == "Colorspace"
    return base


COLOUR = ("rgba.red", "rgba.green", "rgba.blue")
_TARGETS = dict(zip(range(4), (*COLOUR, "rgba.alpha"), strict=True))


def _warp(base, u, v):
    height, width = u.shape
    across, down = (u * width - 0.5).astype(np.float32), ((1 - v) * height - 0.5).astype(np.float32)
    for each in COLOUR:
        base[each] = cv2.remap(base[each].astype(np.float32), across, down, cv2.INTER_LINEAR)


def _calculate(base, knobs, pictures):
    known = {"min": np.minimum, "max": np.maximum}
    for prefix, part in zip(("",) if len(pictures) == 1 else ("B", "A"), pictures, strict=True):
        known |= {prefix + name[5]: values for name, values in part.items() if name.startswith("rgba.")}
    known |= {knobs[f"temp_name{k}"]: float(knobs[f"temp_expr{k}"]) for k in range(4) if f"temp_name{k}" in knobs}
    made = {}
    for k, target in _TARGETS.items():
        if f"expr{k}" in knobs:
            assert knobs.get(f"channel{k}", "") != "none"
            text = re.sub(r"\b([a-z]+)\.(\w+)\b", lambda name: f"layer['{name[0]}']", knobs[f"expr{k}"])
            made[target] = eval(text, {"__builtins__": {}}, known | {"layer": pictures[0]})
    base.update(made)
