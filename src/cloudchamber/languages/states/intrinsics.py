"""Intrinsic functions: `States.Format('Hello, {}', $.name)`.

https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import msgspec

from cloudchamber.languages.states.errors import InvalidExpression, StatesError
from cloudchamber.languages.states.jsonpath import scan_path
from cloudchamber.languages.states.scope import Scope, as_json

Value = Callable[[Scope], Any]

_CALL = re.compile(r"(States\.[A-Za-z0-9]+)\(")
_TEXT = re.compile(r"'((?:[^'\\]|\\.)*)'")
_LITERAL = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?|true|false|null")
TEXT_LENGTH_MAX = 10_000
ARRAY_LENGTH_MAX = 1_000
FORMAT_ARGUMENTS_MAX = 10_000


@lru_cache(maxsize=4096)
def compile_intrinsic(text: str) -> Value:
    """Compile a whole text as one call. Raises InvalidExpression."""
    value, end = _call(text, 0)
    if text[end:].strip():
        raise InvalidExpression(f"unexpected '{text[end:]}' in the intrinsic function '{text}'")
    return value


def _call(text: str, at: int) -> tuple[Value, int]:
    found = _CALL.match(text, at)
    if found is None or found[1] not in _FUNCTIONS:
        raise InvalidExpression(f"unknown intrinsic function: '{text[at:]}'")
    name, at = found[1], found.end()
    arguments: list[Value] = []
    at = _space(text, at)
    while not text.startswith(")", at):
        argument, at = _argument(text, at)
        arguments.append(argument)
        at = _space(text, at)
        if text.startswith(",", at):
            at = _space(text, at + 1)
        elif not text.startswith(")", at):
            raise InvalidExpression(f"',' or ')' is missing in the intrinsic function '{text}'")
    compute, least, most = _FUNCTIONS[name]
    if not least <= len(arguments) <= most:
        raise InvalidExpression(f"invalid number of arguments for {name}")

    def evaluate(scope: Scope) -> Any:
        values = [argument(scope) for argument in arguments]
        try:
            return compute(scope, *values)
        except (TypeError, ValueError, LookupError) as error:
            raise StatesError("States.IntrinsicFailure", f"Invalid arguments in {name}: {error}") from None

    return evaluate, at + 1


def _argument(text: str, at: int) -> tuple[Value, int]:
    if text.startswith("$", at):
        path, end = scan_path(text, at)
        return lambda scope: scope.find(path, path.text), end
    if found := _TEXT.match(text, at):
        plain = re.sub(r"\\([^{}])", r"\1", found[1])
        return lambda scope: plain, found.end()
    if found := _LITERAL.match(text, at):
        value = msgspec.json.decode(found[0])
        return lambda scope: value, found.end()
    return _call(text, at)


def _space(text: str, at: int) -> int:
    while text.startswith((" ", "\t", "\n"), at):
        at += 1
    return at


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a string is required")
    return value


def _short(value: Any) -> str:
    if len(_text(value)) > TEXT_LENGTH_MAX:
        raise ValueError(f"the string is longer than {TEXT_LENGTH_MAX} characters")
    return value


def _array(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("an array is required")
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError("a number is required")
    return round(value)


def _format(scope: Scope, template: Any, *values: Any) -> str:
    """`{}` are filled in order; `\\{` and `\\}` are braces."""
    parts = re.split(r"(\\[{}\\']|\{\})", _text(template))
    left = list(values)
    if parts.count("{}") != len(left):
        raise ValueError("number of arguments do not match the occurrences of {}")
    filled: list[str] = []
    for part in parts:
        if part == "{}":
            value = left.pop(0)
            filled.append(value if isinstance(value, str) else as_json(value))
        else:
            filled.append(part.removeprefix("\\"))
    return "".join(filled)


def _string_to_json(scope: Scope, text: Any) -> Any:
    try:
        return msgspec.json.decode(_text(text)) if text else None
    except msgspec.DecodeError as error:
        raise ValueError(str(error)) from None


def _partition(scope: Scope, array: Any, size: Any) -> list[list[Any]]:
    items, count = _array(array), _whole(size)
    if count <= 0:
        raise ValueError("the chunk size must be a positive integer")
    return [items[start : start + count] for start in range(0, len(items), count)]


def _range(scope: Scope, first: Any, last: Any, step: Any) -> list[int]:
    begin, end, by = _whole(first), _whole(last), _whole(step)
    if by == 0:
        raise ValueError("the step must not be 0")
    numbers = range(begin, end + (1 if by > 0 else -1), by)
    if len(numbers) > ARRAY_LENGTH_MAX:
        raise ValueError(f"the array must not hold more than {ARRAY_LENGTH_MAX} elements")
    return list(numbers)


def _item(scope: Scope, array: Any, index: Any) -> Any:
    at = _whole(index)
    if at < 0:
        raise ValueError("the index must not be negative")
    return _array(array)[at]


def _unique(scope: Scope, array: Any) -> list[Any]:
    seen: dict[bytes, Any] = {}
    for each in _array(array):
        seen.setdefault(msgspec.json.encode(each, order="sorted"), each)
    return list(seen.values())


def _contains(scope: Scope, array: Any, value: Any) -> bool:
    wanted = msgspec.json.encode(value, order="sorted")
    return any(msgspec.json.encode(each, order="sorted") == wanted for each in _array(array))


def _decode(scope: Scope, text: Any) -> str:
    try:
        return base64.b64decode(_short(text), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise ValueError("the input is not valid Base64") from None


_ALGORITHMS = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}


def _hash(scope: Scope, data: Any, algorithm: Any) -> str:
    text = data if isinstance(data, str) else as_json(data)
    if algorithm not in _ALGORITHMS:
        raise ValueError(f"the algorithm {algorithm} is not supported")
    return hashlib.new(_ALGORITHMS[algorithm], _short(text).encode()).hexdigest()


def _merge(scope: Scope, first: Any, second: Any, deep: Any) -> dict[str, Any]:
    if deep is not False:
        raise ValueError("only the shallow merging mode is supported: the third argument must be false")
    if not isinstance(first, dict) or not isinstance(second, dict):
        raise TypeError("two objects are required")
    return {**first, **second}


def _random(scope: Scope, start: Any, end: Any, seed: Any = None) -> int:
    """From `start` (included) to `end` (excluded); the same seed gives the same number."""
    low, high = _whole(start), _whole(end)
    if low >= high:
        raise ValueError("the start must be lower than the end")
    fraction = scope.chances.fraction()
    if seed is not None:
        digest = hashlib.sha256(str(_whole(seed)).encode()).digest()
        fraction = int.from_bytes(digest[:6], "big") / 2**48
    return low + int(fraction * (high - low))


def _split(scope: Scope, text: Any, separators: Any) -> list[str]:
    """Every character of the separators splits; empty parts are left out."""
    pattern = f"[{re.escape(_text(separators))}]"
    return [part for part in re.split(pattern, _text(text)) if part] if separators else [_text(text)]


_FUNCTIONS: dict[str, tuple[Callable[..., Any], int, int]] = {
    "States.Array": (lambda scope, *values: list(values), 0, ARRAY_LENGTH_MAX),
    "States.ArrayContains": (_contains, 2, 2),
    "States.ArrayGetItem": (_item, 2, 2),
    "States.ArrayLength": (lambda scope, array: len(_array(array)), 1, 1),
    "States.ArrayPartition": (_partition, 2, 2),
    "States.ArrayRange": (_range, 3, 3),
    "States.ArrayUnique": (_unique, 1, 1),
    "States.Base64Decode": (_decode, 1, 1),
    "States.Base64Encode": (lambda scope, text: base64.b64encode(_short(text).encode()).decode(), 1, 1),
    "States.Format": (_format, 1, FORMAT_ARGUMENTS_MAX),
    "States.Hash": (_hash, 2, 2),
    "States.JsonMerge": (_merge, 3, 3),
    "States.JsonToString": (lambda scope, value: as_json(value), 1, 1),
    "States.MathAdd": (lambda scope, first, second: _whole(first) + _whole(second), 2, 2),
    "States.MathRandom": (_random, 2, 3),
    "States.StringSplit": (_split, 2, 2),
    "States.StringToJson": (_string_to_json, 1, 1),
    "States.UUID": (lambda scope: scope.chances.uuid(), 0, 0),
}
