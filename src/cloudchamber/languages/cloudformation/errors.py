"""The one error of this language."""


class InvalidTemplate(Exception):
    """A template, a parameter or an intrinsic function that CloudFormation refuses with `ValidationError`."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
