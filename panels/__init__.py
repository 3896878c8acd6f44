"""The N-panel tab "Expression": draws, never computes."""

from . import fitted_head, preferences, result, transfer

_SECTIONS = (preferences, transfer, result, fitted_head)


def register() -> None:
    for section in _SECTIONS:
        section.register()


def unregister() -> None:
    for section in reversed(_SECTIONS):
        section.unregister()
