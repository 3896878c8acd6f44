"""What an artist does: one file an action, and the commands for `blender --command`."""

from . import add_fitted_head, add_head, cancel, command_line, transfer

_ACTIONS = (transfer, cancel, add_head, add_fitted_head, command_line)


def register() -> None:
    for action in _ACTIONS:
        action.register()


def unregister() -> None:
    for action in reversed(_ACTIONS):
        action.unregister()
