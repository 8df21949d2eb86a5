"""What a definition, or the evaluation of one of its expressions, can go wrong with."""

from __future__ import annotations


class StatesError(Exception):
    """An error that a state ends with: its name, such as `States.Runtime`, and its cause.

    `location`: the field of a JSONata expression that failed, for the event EvaluationFailed.
    https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
    """

    def __init__(self, error: str, cause: str = "", *, location: str = "") -> None:
        super().__init__(f"{error}: {cause}")
        self.error, self.cause, self.location = error, cause, location


class InvalidExpression(ValueError):
    """A path, an intrinsic function or a JSONata expression that is not well formed."""
