"""The one exception of the local stack."""


class StackFailed(Exception):
    """The stack could not do what was asked; the text is for the person at the terminal."""
