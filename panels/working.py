"""How a worker is shown in its part of the window: its progress, or what it last said."""

import textwrap
from typing import Any

from ..scene import strings

_WIDTH = 46
"""Letters on a line of a sidebar of usual width."""


def draw_progress(layout: Any, job: Any) -> None:
    layout.progress(factor=job.fraction, text=job.text)
    layout.operator("expression_transfer.cancel", text=strings.CANCEL, icon="CANCEL")


def draw_message(layout: Any, job: Any, section: str) -> None:
    if job.message and job.section == section and not job.running:
        draw_lines(layout.column(align=True), job.message, "ERROR" if job.failed else "INFO")


def draw_lines(layout: Any, text: str, icon: str) -> None:
    """A text of any length, on as many lines as it takes."""
    for number, line in enumerate(textwrap.wrap(text, _WIDTH)):
        layout.label(text=line, icon="BLANK1" if number else icon)
