"""The one error of this language."""


class InvalidFilterPattern(Exception):
    """A pattern that CloudWatch Logs refuses with `InvalidParameterException`."""

    def __init__(self, message: str = "Invalid filter pattern") -> None:
        super().__init__(message)
        self.message = message
