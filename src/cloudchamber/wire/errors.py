"""What can go wrong between bytes and a request, and the error a protocol writes."""

from collections.abc import Mapping
from typing import Any


class UnknownOperation(Exception):
    """No operation of the service answers this request; `code` is the one its protocol uses."""

    def __init__(self, code: str, message: str, status: int) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


class MalformedRequest(Exception):
    """The request cannot be turned into the operation's input."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


class WireError:
    """An error to be written. `code` is the error shape's name, or AWS's common code when it has none."""

    __slots__ = ("code", "members", "message", "sender_fault", "status")

    def __init__(
        self,
        code: str,
        message: str,
        status: int = 400,
        members: Mapping[str, Any] | None = None,
        sender_fault: bool = True,
    ) -> None:
        self.code = code
        self.message = message
        self.status = status
        self.members: Mapping[str, Any] = members if members is not None else {}
        self.sender_fault = sender_fault
