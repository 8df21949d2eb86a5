"""What every answer of a function behind a proxy integration must keep to.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
"""

from __future__ import annotations

from typing import Any


class Malformed(ValueError):
    """A function's answer has not the form that is asked of it."""


def header_text(value: Any) -> str:
    """A header's value as it is sent. Raises Malformed for what is no text, or has more than one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str | int | float):
        raise Malformed("a header's value is no text")
    text = str(value)
    if "\r" in text or "\n" in text:
        raise Malformed("a header's value has more than one line")
    return text
