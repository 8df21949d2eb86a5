"""The one error of this language."""


class InvalidPattern(Exception):
    """A pattern that AWS refuses; `message` is AWS's text, whole (without the parser's line and column)."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
