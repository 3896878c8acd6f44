"""How a worker is shown in its part of the window: its progress, or what it last said."""

import textwrap
from typing import Any

import bpy

from ..scene import strings

_LETTER = 6.4
"""px of a letter, on average, at usual scale …"""
_MARGINS = 75
"""… and what icon, edges and tabs take of a sidebar's width."""
_NARROW, _USUAL = 16, 32
"""Letters on a line: the fewest, and where no sidebar is drawn."""


def draw_progress(layout: Any, job: Any) -> None:
    layout.progress(factor=job.fraction, text=job.text)
    layout.operator("expression_transfer.cancel", text=strings.CANCEL, icon="CANCEL")


def draw_message(layout: Any, job: Any, section: str) -> None:
    if job.message and job.section == section and not job.running:
        draw_lines(layout.column(align=True), job.message, "ERROR" if job.failed else "INFO")


def draw_lines(layout: Any, text: str, icon: str) -> None:
    """A text of any length, on as many lines as it takes."""
    for number, line in enumerate(textwrap.wrap(text, _letters())):
        layout.label(text=line, icon="BLANK1" if number else icon)


def _letters() -> int:
    region, system = bpy.context.region, bpy.context.preferences.system
    if region is None:
        return _USUAL
    return max(_NARROW, int((region.width / system.ui_scale - _MARGINS) / _LETTER))
