"""The failures a user can meet: each is one line that names the file or value and says what to do."""


class ExpressionTransferError(Exception):
    """Base of every expected failure; its text is shown to the user as it is."""

    exit_status = 1


class InputError(ExpressionTransferError):
    """What the user gave can't be used (missing file, no face, bad option): exit status 2."""

    exit_status = 2


class Failure(ExpressionTransferError):
    """The input was fine but the work could not be done (disk full, folder not writable): exit status 1."""


class Cancelled(ExpressionTransferError):
    """The user asked to stop; what was finished is whole on disk. Exit status as after SIGINT."""

    exit_status = 130
