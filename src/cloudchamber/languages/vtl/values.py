"""Values in templates: how they are written, compared and what their methods do. They are those of JSON, and callables."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec


def text_of(value: Any) -> str:
    """A value as it is written into the text: objects and arrays as JSON, no value as nothing."""
    if value is None or callable(value):
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return msgspec.json.encode(value).decode()


def is_true(value: Any) -> bool:
    """Whether a condition holds: false and no value do not, everything else does."""
    return value is not None and value is not False


def member(value: Any, name: str) -> Any:
    """`$value.name`."""
    if isinstance(value, dict):
        return value.get(name)
    return None


def element(value: Any, key: Any) -> Any:
    """`$value[key]`."""
    if isinstance(value, dict):
        return value.get(key)
    if isinstance(value, list) and isinstance(key, int) and -len(value) <= key < len(value):
        return value[key]
    return None


def call(value: Any, name: str, arguments: list[Any]) -> Any:
    """`$value.name(arguments)`; what does not exist gives no value."""
    if isinstance(value, dict) and callable(value.get(name)):
        return value[name](*arguments)
    methods: dict[str, Callable[..., Any]] = _COMMON
    if isinstance(value, str):
        methods = _COMMON | _TEXTS
    elif isinstance(value, list):
        methods = _COMMON | _LISTS
    elif isinstance(value, dict):
        methods = _COMMON | _MAPS
    method = methods.get(name)
    if value is None or method is None:
        return None
    try:
        return method(value, *arguments)
    except (TypeError, ValueError, LookupError, re.error):
        return None


def _java_replacement(text: str) -> str:
    """A replacement of Java's regular expressions as one of Python's: `$1` is a group, a backslash escapes."""
    return re.sub(r"\\(.)|\$(\d)", lambda m: re.escape(m[1]) if m[1] else rf"\g<{m[2]}>", text)


def _put(value: dict[str, Any], key: str, new: Any) -> Any:
    before = value.get(key)
    value[key] = new
    return before


def _add(value: list[Any], *arguments: Any) -> bool:
    if len(arguments) == 2:
        value.insert(arguments[0], arguments[1])
    else:
        value.append(arguments[0])
    return True


_COMMON: dict[str, Callable[..., Any]] = {
    "equals": lambda value, other: value == other,
    "toString": text_of,
}
_TEXTS: dict[str, Callable[..., Any]] = {
    "concat": lambda value, other: value + other,
    "contains": lambda value, other: other in value,
    "endsWith": lambda value, other: value.endswith(other),
    "equalsIgnoreCase": lambda value, other: value.lower() == str(other).lower(),
    "indexOf": lambda value, other: value.find(other),
    "isEmpty": lambda value: not value,
    "lastIndexOf": lambda value, other: value.rfind(other),
    "length": len,
    "matches": lambda value, pattern: re.fullmatch(pattern, value) is not None,
    "replace": lambda value, old, new: value.replace(old, new),
    "replaceAll": lambda value, pattern, new: re.sub(pattern, _java_replacement(new), value),
    "replaceFirst": lambda value, pattern, new: re.sub(pattern, _java_replacement(new), value, count=1),
    "split": lambda value, pattern: re.split(pattern, value),
    "startsWith": lambda value, other: value.startswith(other),
    "substring": lambda value, *bounds: value[slice(*(bounds if len(bounds) == 2 else (bounds[0], None)))],
    "toLowerCase": str.lower,
    "toUpperCase": str.upper,
    "trim": str.strip,
}
_LISTS: dict[str, Callable[..., Any]] = {
    "add": _add,
    "contains": lambda value, other: other in value,
    "get": element,
    "isEmpty": lambda value: not value,
    "remove": lambda value, index: value.pop(index),
    "size": len,
}
_MAPS: dict[str, Callable[..., Any]] = {
    "containsKey": lambda value, key: key in value,
    "entrySet": lambda value: [{"key": key, "value": each} for key, each in value.items()],
    "get": element,
    "isEmpty": lambda value: not value,
    "keySet": list,
    "put": _put,
    "remove": lambda value, key: value.pop(key, None),
    "size": len,
    "values": lambda value: list(value.values()),
}
