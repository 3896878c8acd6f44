"""How a worker is shown in its part of the window: its progress, or what it last said."""

from typing import Any

from ..scene import strings


def draw_progress(layout: Any, job: Any) -> None:
    layout.progress(factor=job.fraction, text=job.text)
    layout.operator("expression_transfer.cancel", text=strings.CANCEL, icon="CANCEL")


def draw_message(layout: Any, job: Any, section: str) -> None:
    if job.message and job.section == section and not job.running:
        layout.label(text=job.message, icon="ERROR" if job.failed else "INFO")
