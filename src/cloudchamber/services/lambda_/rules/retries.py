"""When an asynchronous event is tried again, and what is told of its end.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html (F001, F002, F004)
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.services.lambda_ import limits
from cloudchamber.services.lambda_.model import EventInvoke
from cloudchamber.wire.instants import iso8601_milliseconds


class Event(msgspec.Struct, frozen=True):
    """An event that was accepted, and what has come of it so far. Its names are those of the outbox row.

    The last response is there once the function has answered: `Response`, `FunctionError` and `ExecutedVersion`.
    """

    FunctionName: str
    Qualifier: str
    Payload: bytes
    RequestId: str
    AcceptedAtMs: int
    Source: str = ""
    FunctionErrors: int = 0
    SystemErrors: int = 0
    Response: bytes = b""
    FunctionError: str = ""
    ExecutedVersion: str = ""
    ErrorCode: int = 200
    ErrorMessage: str = ""


def expires_at_ms(event: Event, config: EventInvoke | None) -> int:
    """When the event is too old to be tried."""
    age_s = config.event_age_s if config and config.event_age_s is not None else limits.EVENT_AGE_S_DEFAULT
    return event.AcceptedAtMs + age_s * 1000


def after_function_error(event: Event, config: EventInvoke | None, now_ms: int) -> int | None:
    """When an event whose function failed (once more) is tried again; None when it is not."""
    attempts = limits.RETRY_ATTEMPTS_DEFAULT
    if config and config.retry_attempts is not None:
        attempts = config.retry_attempts
    if event.FunctionErrors > attempts:
        return None
    delays_ms = limits.FUNCTION_ERROR_DELAYS_MS
    at_ms = now_ms + delays_ms[min(event.FunctionErrors, len(delays_ms)) - 1]
    return min(at_ms, max(expires_at_ms(event, config), now_ms))


def after_system_error(event: Event, config: EventInvoke | None, now_ms: int) -> int:
    """When an event that could not be handed to its function is tried again: 1 s, 2 s, ... 5 min, until it is too old."""
    delay_ms = min(
        limits.SYSTEM_ERROR_DELAY_MS_MAX, limits.SYSTEM_ERROR_BASE_MS * 2 ** min(event.SystemErrors - 1, 20)
    )
    return min(now_ms + delay_ms, max(expires_at_ms(event, config), now_ms))


def record(event: Event, arn: str, condition: str, now_ms: int) -> dict[str, Any]:
    """What a destination is told."""
    made: dict[str, Any] = {
        "version": "1.0",
        "timestamp": iso8601_milliseconds(now_ms / 1000),
        "requestContext": {
            "requestId": event.RequestId,
            "functionArn": arn,
            "condition": condition,
            "approximateInvokeCount": event.FunctionErrors + (1 if condition == "Success" else 0),
        },
        "requestPayload": msgspec.Raw(event.Payload),
    }
    if event.ExecutedVersion:
        context: dict[str, Any] = {"statusCode": 200, "executedVersion": event.ExecutedVersion}
        if event.FunctionError:
            context["functionError"] = event.FunctionError
        made["responseContext"] = context
        made["responsePayload"] = _json_or_text(event.Response)
    return made


def _json_or_text(payload: bytes) -> Any:
    try:
        msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return payload.decode(errors="replace")
    return msgspec.Raw(payload)


def error_message_of(payload: bytes) -> str:
    """The errorMessage of an error object, at most 1 KB of it."""
    try:
        value = msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    text = value.get("errorMessage") if isinstance(value, dict) else None
    return str(text or "")[:1024]
