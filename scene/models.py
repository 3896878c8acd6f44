"""The known face models, looked up for the window: when they are first shown, and in a timer, for drawing must not
wait for files.
"""

from typing import Any

import bpy

from ..core import offers
from ..core.heads.registry import list_models
from ..core.userdata import cached_files, user_data_folder
from . import settings
from .windows import redraw


def refresh() -> None:
    """Look the models up, and what clearing the cache would free."""
    models = settings.models(bpy.context)
    models.known.clear()
    for entry in list_models():
        shown = models.known.add()
        shown.name, shown.kind, shown.licence = entry.name, entry.kind, entry.licence
        shown.size, shown.path = entry.size, str(entry.path)
    models.chosen = min(models.chosen, len(models.known) - 1)
    models.fetched = " ".join((*offers.fetched(), *(entry.name for entry in models.known)))
    models.folder = str(user_data_folder())
    redraw()
    models.cached = round(sum(cached_files().values()) / 2**20)


def chosen(context: Any) -> Any:
    """The model that is marked in the list; None where nothing was looked up yet."""
    models = settings.models(context)
    return models.known[models.chosen] if 0 <= models.chosen < len(models.known) else None


def ask() -> None:
    """While drawing: have the models looked up soon, where that was not done yet."""
    if not settings.models(bpy.context).known and not bpy.app.timers.is_registered(refresh):
        bpy.app.timers.register(refresh, first_interval=0.0)


def unregister() -> None:
    if bpy.app.timers.is_registered(refresh):
        bpy.app.timers.unregister(refresh)
