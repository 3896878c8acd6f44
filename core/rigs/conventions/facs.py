"""FACS' own codes and names ("AU12", "AU12_L", "FACS_12_R", "lip corner puller"; Ekman, Friesen & Hager 2002)."""

from ...facs.tables import ACTION_UNITS, ALTERNATIVES, CENTRAL, SIDED
from .convention import Convention, Meaning, Shown, table

_GAZE: dict[str, Shown] = {
    "AU61": {"eyeLookOut_L": 1.0, "eyeLookIn_R": 1.0},
    "AU62": {"eyeLookIn_L": 1.0, "eyeLookOut_R": 1.0},
    "AU63": "eyeLookUp_*",
    "AU64": "eyeLookDown_*",
}

_SIDEWAYS: dict[str, Shown] = {"AU30_{}": "AU30_*"}

_CENTRAL: dict[str, Shown] = {code: code for code in CENTRAL if code.startswith("AU") and "_" not in code}

_WHOLE: dict[str, Shown] = {"AU28": {"AU28_upper": 1.0, "AU28_lower": 1.0}} | {
    name: name for name in ("AU17_upper", "AU28_upper", "AU28_lower")
}


def _codes() -> dict[str, Shown]:
    """Every code with what it shows, as table() takes it; units that FACS scores instead of another show that one."""
    sided: dict[str, Shown] = {code: f"{code}_*" for code in SIDED}
    found = sided | _CENTRAL | _WHOLE | _GAZE
    found |= {derived: found[unit] for derived, unit in ALTERNATIVES.items()}
    both_ways = {f"{code}_{{}}": shown for code, shown in found.items() if "*" in str(shown)}
    return found | both_ways | _SIDEWAYS


def _spelled(codes: dict[str, Shown]) -> dict[str, Shown]:
    """As 'AU1', 'AU01', 'FACS_1' and 'FACS_01', and with the side before it."""
    found = dict(codes)
    for name, shown in codes.items():
        code, _, rest = name.removeprefix("AU").partition("_")
        tail = f"_{rest}" if rest else ""
        numbers = {code, code.zfill(2)}
        found |= {f"{lead}{number}{tail}": shown for lead in ("AU", "FACS_") for number in numbers}
        if rest == "{}":
            found |= {f"{{}}_AU{number}": shown for number in numbers}
    return found


def _names(codes: dict[str, Shown]) -> dict[str, Shown]:
    """FACS' names; AU27's is what others call AU20."""
    said = {unit.code: unit.name for unit in ACTION_UNITS if unit.code in codes and unit.code != "AU27"}
    sided = {f"{name} {{}}": codes[code] for code, name in said.items() if f"{code}_{{}}" in codes}
    return {name: codes[code] for code, name in said.items()} | sided


def _all() -> dict[str, Meaning]:
    codes = _codes()
    return table(_spelled(codes) | _names(codes))


FACS = Convention("FACS", _all())
