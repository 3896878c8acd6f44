"""The window's settings as the command line's options."""

from typing import Any

import bpy

from . import settings, strings


def reading(said: Any, prefix: str = "") -> list[str]:
    """How footage is read (settings.ExpressionTransferReading); `prefix`: 'plate-' for a transfer's second."""
    options: dict[str, str] = {}
    if said.use_range:
        options |= {"start": str(said.start), "end": str(said.end)}
    if said.rate != "AS_IT_IS":
        options["fps"] = f"{said.other_rate:.6g}" if said.rate == "OTHER" else said.rate
    if said.use_person:
        options["person"] = f"{said.person[0]},{said.person[1]}"
    if said.use_focal:
        options["focal"] = f"{said.focal:.6g}"
    if said.use_neutral:
        options["neutral"] = str(said.neutral)
    return [part for name, value in options.items() for part in (f"--{prefix}{name}", value)]


def mixing(chosen: Any) -> list[str]:
    """What of the expression is put on the plate, and how."""
    options = ["--strength", f"{chosen.strength:g}", "--mode", chosen.mode, "--region", chosen.region]
    options += ["--method", chosen.method] if chosen.method != "geometry" else []
    return options + provenance(chosen)


def finishing(chosen: Any) -> list[str]:
    """How the new face is laid on the plate."""
    options = [f"--{name}={getattr(chosen, name):g}" for name in ("feather", "choke", "grain", "shutter")]
    return options + (["--borrow-folds"] if chosen.borrow_folds else [])


def provenance(chosen: Any) -> list[str]:
    """Whether results say that they were altered."""
    return [] if chosen.provenance else ["--no-provenance"]


def engine(chosen: Any) -> list[str]:
    """The face model, and from the preferences where and with which networks the work is done."""
    options = ["--model", chosen.model] if chosen.model not in ("", strings.BUILTIN) else []
    preferences = settings.preferences(bpy.context)
    if preferences is None:
        return options
    options += ["--device", preferences.device] if preferences.device != "auto" else []
    options += ["--detector", preferences.detector] if preferences.detector != "AUTO" else []
    identity = bpy.path.abspath(preferences.identity_model)
    return options + (["--identity-model", identity] if identity else [])
