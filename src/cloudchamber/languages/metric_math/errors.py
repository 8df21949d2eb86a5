"""What is wrong with an expression."""


class InvalidExpression(ValueError):
    """The expression cannot be read, or does not fit its values."""
