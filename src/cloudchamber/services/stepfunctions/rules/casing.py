"""Parameters and results in the casing of AWS's SDK for Java: members begin with a capital, instants are ISO 8601 texts.

https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec

from cloudchamber.languages.states import StatesError
from cloudchamber.wire.model import Shape


@lru_cache(maxsize=4096)
def sdk_member(name: str) -> str:
    """A member as the SDK spells it."""
    return name[:1].upper() + name[1:]


def request_of(shape: Shape | None, value: Any) -> Any:
    """A request in the model's names and types. Raises StatesError for a member that the operation does not have."""
    if shape is None:
        return {}
    if shape.type == "structure" and isinstance(value, dict):
        return _structure(shape, value)
    if shape.type == "list" and isinstance(value, list):
        return [request_of(shape.member, each) for each in value]
    if shape.type == "map" and isinstance(value, dict):
        return {name: request_of(shape.value, each) for name, each in value.items()}
    if shape.type == "blob":
        return value.encode() if isinstance(value, str) else msgspec.json.encode(value)
    if shape.type == "timestamp" and isinstance(value, str):
        return _instant(value)
    if shape.type == "string" and isinstance(value, (dict, list)):
        return msgspec.json.encode(value).decode()
    return value


def _structure(shape: Shape, value: dict[str, Any]) -> dict[str, Any]:
    names = {sdk_member(name): name for name in shape.members}
    request: dict[str, Any] = {}
    for given, each in value.items():
        name = names.get(given) or (given if given in shape.members else None)
        if name is None:
            raise StatesError(
                "States.Runtime", f"The field '{given}' is not supported by Step Functions for this action."
            )
        if each is not None:
            request[name] = request_of(shape.members[name], each)
    return request


def _instant(text: str) -> float:
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise StatesError("States.Runtime", f"'{text}' is not a valid timestamp.") from None


def answer_of(shape: Shape | None, value: Any) -> Any:
    """An answer in the SDK's names, as JSON."""
    if value is None or shape is None:
        return {} if shape is None else None
    if shape.type == "structure":
        return {
            sdk_member(name): answer_of(member, value[name])
            for name, member in shape.members.items()
            if value.get(name) is not None
        }
    if shape.type == "list":
        return [answer_of(shape.member, each) for each in value]
    if shape.type == "map":
        return {name: answer_of(shape.value, each) for name, each in value.items()}
    if shape.type == "blob":
        return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
    if shape.type == "timestamp" and isinstance(value, (int, float)):
        return _iso(value)
    return value


def _iso(seconds: float) -> str:
    at = datetime.fromtimestamp(seconds, UTC)
    text = at.strftime("%Y-%m-%dT%H:%M:%S")
    millis = at.microsecond // 1000
    return f"{text}.{millis:03d}Z" if millis else f"{text}Z"


def exception_name(code: str) -> str:
    """The name of an error as the SDK's class: `QueueDoesNotExist` is QueueDoesNotExistException."""
    plain = code.rpartition(".")[2]
    for ending in ("Exception", "Fault"):
        if plain.endswith(ending):
            plain = plain.removesuffix(ending)
            break
    return f"{plain}Exception"
