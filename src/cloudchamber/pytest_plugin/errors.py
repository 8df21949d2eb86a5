"""What goes wrong between a test and its chamber."""

from __future__ import annotations

from typing import Any


class ChamberError(Exception):
    """The chamber refused what the test asked of it, or is gone; the message says why."""


class FunctionFailed(Exception):
    """An invoked function ended with an error. `payload`: its `errorType`, `errorMessage` and `stackTrace`."""

    def __init__(self, function: str, payload: Any) -> None:
        self.payload = payload
        error = payload if isinstance(payload, dict) else {}
        trace = "".join(f"\n{line.rstrip()}" for line in error.get("stackTrace") or ())
        super().__init__(f"{function}: {error.get('errorType')}: {error.get('errorMessage', payload)}{trace}")
