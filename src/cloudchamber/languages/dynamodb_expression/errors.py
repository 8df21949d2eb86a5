"""The one error of this language."""


class InvalidExpression(Exception):
    """An expression, a value or an evaluation that DynamoDB refuses with `ValidationException`.

    `message` is DynamoDB's text, whole.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
