"""JSONata, as Step Functions extends it. The only place that uses the library.

https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec
from jsonata import JException, Jsonata  # pyright: ignore[reportAttributeAccessIssue]
from jsonata.utils import Utils

from cloudchamber.languages.states.errors import InvalidExpression, StatesError
from cloudchamber.languages.states.scope import Scope

ERROR = "States.QueryEvaluationError"
DEPTH_MAX = 500
TIME_MS_MAX = 5_000
_FORBIDDEN = "$eval("
_RANGE_LENGTH_MAX = 1_000

Value = Callable[[Scope], Any]


def is_expression(value: Any) -> bool:
    """Whether a text is `{% an expression %}`."""
    return isinstance(value, str) and value.startswith("{%") and value.endswith("%}")


@lru_cache(maxsize=2048)
def compile_expression(text: str) -> Callable[[Scope, str], Any]:
    """Compile `{% an expression %}`. Raises InvalidExpression.

    The compiled form gives the value, and raises StatesError (`States.QueryEvaluationError`) at `location`.
    """
    source = text[2:-2].strip()
    if not source:
        raise InvalidExpression("the JSONata expression is empty")
    if _FORBIDDEN in source:
        raise InvalidExpression("the function $eval is not supported")
    try:
        compiled: Any = Jsonata(source)
    except (JException, RecursionError) as error:
        raise InvalidExpression(str(error)) from None
    compiled.set_output_convert_nulls(False)
    compiled.set_validate_input(False)

    def evaluate(scope: Scope, location: str) -> Any:
        frame = compiled.create_frame()
        frame.set_runtime_bounds(TIME_MS_MAX, DEPTH_MAX)  # of this evaluation: its time begins here
        for name, value in scope.variables.items():
            frame.bind(name, Utils.NULL_VALUE if value is None else value)
        frame.bind("states", scope.states)
        for name, function in _functions(scope).items():
            frame.bind(name, Jsonata.JLambda(function))
        try:
            value = compiled.evaluate(None, frame)
        except _Failed as error:
            raise StatesError(ERROR, _cause(source, location, str(error)), location=location) from None
        except (
            JException,
            ArithmeticError,
            LookupError,
            RecursionError,
            TypeError,
            ValueError,
            AttributeError,
        ) as error:
            raise StatesError(ERROR, _cause(source, location, str(error)), location=location) from None
        if value is None:
            cause = f"The JSONata expression '{source}' specified for the field '{location}' returned nothing (undefined)."
            raise StatesError(ERROR, cause, location=location)
        return _plain(value, source, location)

    return evaluate


class _Failed(Exception):
    """An argument that one of Step Functions' own functions does not take."""


def _cause(source: str, location: str, message: str) -> str:
    return f"The JSONata expression '{source}' specified for the field '{location}' threw an error during evaluation. {message}"


def _plain(value: Any, source: str, location: str) -> Any:
    """The value in JSON's types; JSONata's sequences and nulls are the library's own."""
    if value is None or value is Utils.NULL_VALUE:
        return None
    if isinstance(value, (bool, str, int)):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    if isinstance(value, dict):
        return {name: _plain(each, source, location) for name, each in value.items()}
    if isinstance(value, (list, range)):
        return [_plain(each, source, location) for each in value]
    cause = f"The JSONata expression '{source}' specified for the field '{location}' returned an unsupported result type."
    raise StatesError(ERROR, cause, location=location)


def _functions(scope: Scope) -> dict[str, Callable[..., Any]]:
    """What Step Functions adds to JSONata's functions, and those of JSONata that depend on the instant or on chance."""
    return {
        "hash": _hash,
        "millis": lambda: scope.now_ms,
        "now": lambda *picture: _now(scope.now_ms),
        "parse": _parse,
        "partition": _partition,
        "random": lambda *seed: _random(scope, *seed),
        "range": _range,
        "uuid": scope.chances.uuid,
    }


def _now(now_ms: int) -> str:
    return datetime.fromtimestamp(now_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{now_ms % 1000:03d}Z"


def _random(scope: Scope, seed: Any = None) -> float:
    if seed is None:
        return scope.chances.fraction()
    digest = hashlib.sha256(str(seed).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def _partition(array: Any = None, size: Any = None) -> Any:
    if array is None:
        return None
    if not isinstance(size, (int, float)) or size < 1:
        raise _Failed("$partition needs a positive chunk size")
    items, count = (array if isinstance(array, list) else [array]), int(size)
    return [list(items[start : start + count]) for start in range(0, len(items), count)]


def _range(first: Any = None, last: Any = None, step: Any = None) -> list[Any]:
    if not all(isinstance(each, (int, float)) for each in (first, last, step)) or step == 0:
        raise _Failed("$range needs three numbers, the last of them not 0")
    values: list[Any] = []
    value = first
    while (value <= last if step > 0 else value >= last) and len(values) < _RANGE_LENGTH_MAX:
        values.append(value)
        value += step
    return values


_ALGORITHMS = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}


def _hash(data: Any = None, algorithm: Any = "SHA-1") -> Any:
    if data is None:
        return None
    if algorithm not in _ALGORITHMS:
        raise _Failed(f"$hash does not know the algorithm {algorithm}")
    text = data if isinstance(data, str) else msgspec.json.encode(_plain(data, "$hash", "")).decode()
    return hashlib.new(_ALGORITHMS[algorithm], text.encode()).hexdigest()


def _parse(text: Any = None) -> Any:
    if text is None:
        return None
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, TypeError):
        raise _Failed("$parse needs a string that holds JSON") from None
    return Utils.NULL_VALUE if value is None else value
