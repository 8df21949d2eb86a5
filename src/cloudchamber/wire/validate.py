"""Checks an input against its shape's constraints and says what fails in AWS's words.

The words are those of AWS's framework, as in
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
Services of the query protocols phrase some failures themselves: they look at `Failure.kind`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from cloudchamber.wire.model import Shape
from cloudchamber.wire.patterns import compiled

Check = Callable[[Any, str, "list[Failure]"], None]
Validator = Callable[[Any], "list[Failure]"]

NULL = "null"
LENGTH_MIN = "length-min"
LENGTH_MAX = "length-max"
RANGE_MIN = "range-min"
RANGE_MAX = "range-max"
ENUM = "enum"
PATTERN = "pattern"

_NOT_NULL = "Member must not be null"


class Failure:
    """One constraint that does not hold: where, which kind, AWS's text of it and the value."""

    __slots__ = ("constraint", "kind", "path", "value")

    def __init__(self, path: str, kind: str, constraint: str, value: Any = None) -> None:
        self.path = path
        self.kind = kind
        self.constraint = constraint
        self.value = value

    def __repr__(self) -> str:
        return f"<Failure {self}>"

    def __str__(self) -> str:
        value = "null" if self.value is None else f"'{java_text(self.value)}'"
        if self.kind == NULL:
            return f"Value null at '{self.path}' failed to satisfy constraint: {self.constraint}"
        return f"Value {value} at '{self.path}' failed to satisfy constraint: {self.constraint}"


def java_text(value: Any) -> str:
    """A value as AWS's framework prints it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join([java_text(item) for item in value]) + "]"
    if isinstance(value, Mapping):
        return "{" + ", ".join([f"{key}={java_text(item)}" for key, item in value.items()]) + "}"
    if isinstance(value, bytes):
        return f"java.nio.HeapByteBuffer[pos=0 lim={len(value)} cap={len(value)}]"
    return str(value)


def message(failures: list[Failure]) -> str:
    """All failures in one text, as AWS joins them."""
    count = len(failures)
    noun = "error" if count == 1 else "errors"
    return f"{count} validation {noun} detected: " + "; ".join([str(failure) for failure in failures])


def lower_camel(name: str) -> str:
    """A member's name as AWS prints it in a path: `TableName` is `tableName`, `SSESpecification` stays."""
    if name[:2].isupper() and len(name) > 1:
        return name
    return name[:1].lower() + name[1:]


def _length_text(shape: Shape, at_least: bool) -> str:
    word = "greater" if at_least else "less"
    bound = shape.min if at_least else shape.max
    return f"Member must have length {word} than or equal to {_plain(bound)}"


def _plain(number: float | None) -> str:
    return str(int(number)) if number is not None and float(number).is_integer() else str(number)


class _Compiler:
    def __init__(self) -> None:
        self._checks: dict[object, Check | None] = {}

    def of(self, shape: Shape) -> Check | None:
        key = shape.compile_key
        if key in self._checks:
            return self._checks[key]
        if not self._matters(shape):
            self._checks[key] = None
        elif shape.type == "structure":
            self._structure(shape)
        elif shape.type == "list":
            self._checks[key] = _list_check(_length_checks(shape), self.of(shape.member))
        elif shape.type == "map":
            self._checks[key] = _map_check(_length_checks(shape), self.of(shape.key), self.of(shape.value))
        else:
            self._checks[key] = _scalar_check(shape)
        return self._checks[key]

    def _structure(self, shape: Shape) -> None:
        # The check is known before its members, so that a shape may contain itself.
        if shape.required:
            members: list[tuple[str, str, bool, Check | None]] = []
            self._checks[shape.compile_key] = _structure_check(members)
            for name, member in shape.members.items():
                check = self.of(member)
                if name in shape.required or check is not None:
                    members.append((name, lower_camel(name), name in shape.required, check))
            return
        optional: dict[str, tuple[str, Check]] = {}
        self._checks[shape.compile_key] = _optional_check(optional)
        for name, member in shape.members.items():
            check = self.of(member)
            if check is not None:
                optional[name] = (lower_camel(name), check)

    def _matters(self, shape: Shape) -> bool:
        seen: set[object] = set()
        todo = [shape]
        while todo:
            current = todo.pop()
            if current.compile_key in seen or current.document or current.eventstream:
                continue
            seen.add(current.compile_key)
            if current.required or current.enum or current.pattern:
                return True
            if current.min is not None or current.max is not None or current.type == "list":
                return True
            todo.extend(current.members.values() if current.type == "structure" else ())
            if current.type == "map":
                todo += [current.key, current.value]
        return False


def _structure_check(members: list[tuple[str, str, bool, Check | None]]) -> Check:
    def check(value: Any, path: str, failures: list[Failure]) -> None:
        get = value.get
        path = path + "." if path else ""
        for name, printed, required, inner in members:
            member = get(name)
            if member is None:
                if required:
                    failures.append(Failure(path + printed, NULL, _NOT_NULL))
            elif inner is not None:
                inner(member, path + printed, failures)

    return check


def _optional_check(members: dict[str, tuple[str, Check]]) -> Check:
    """Of a structure that requires nothing: only what is there is looked at (an AttributeValue has one of ten)."""

    def check(value: Any, path: str, failures: list[Failure]) -> None:
        for name, member in value.items():
            found = members.get(name)
            if found is not None and member is not None:
                printed, inner = found
                inner(member, f"{path}.{printed}" if path else printed, failures)

    return check


def _length_checks(shape: Shape) -> Check | None:
    low, high = shape.min, shape.max
    if low is None and high is None:
        return None

    def check(value: Any, path: str, failures: list[Failure]) -> None:
        size = len(value)
        if low is not None and size < low:
            failures.append(Failure(path, LENGTH_MIN, _length_text(shape, at_least=True), value))
        if high is not None and size > high:
            failures.append(Failure(path, LENGTH_MAX, _length_text(shape, at_least=False), value))

    return check


def _list_check(length: Check | None, element: Check | None) -> Check:
    def check(value: Any, path: str, failures: list[Failure]) -> None:
        if length is not None:
            length(value, path, failures)
        for index, item in enumerate(value, 1):
            if item is None:
                failures.append(Failure(f"{path}.{index}.member", NULL, _NOT_NULL))
            elif element is not None:
                element(item, f"{path}.{index}.member", failures)

    return check


def _map_check(length: Check | None, key_check: Check | None, value_check: Check | None) -> Check:
    def check(value: Any, path: str, failures: list[Failure]) -> None:
        if length is not None:
            length(value, path, failures)
        for key, item in value.items():
            if key_check is not None:
                _map_key(key_check, key, path, failures)
            if value_check is not None and item is not None:
                value_check(item, f"{path}.{key}.member", failures)

    return check


def _map_key(check: Check, key: str, path: str, failures: list[Failure]) -> None:
    before = len(failures)
    check(key, path, failures)
    for index in range(before, len(failures)):
        failure = failures[index]
        text = f"Map keys must satisfy constraint: [{failure.constraint}]"
        failures[index] = Failure(path, failure.kind, text, key)


def _range_check(shape: Shape) -> Check:
    low, high = shape.min, shape.max

    def check(value: Any, path: str, failures: list[Failure]) -> None:
        if low is not None and value < low:
            text = f"Member must have value greater than or equal to {_plain(low)}"
            failures.append(Failure(path, RANGE_MIN, text, value))
        if high is not None and value > high:
            text = f"Member must have value less than or equal to {_plain(high)}"
            failures.append(Failure(path, RANGE_MAX, text, value))

    return check


def _scalar_check(shape: Shape) -> Check | None:
    if shape.type in ("string", "blob", "character"):
        return _text_check(shape)
    bounded = shape.min is not None or shape.max is not None
    return _range_check(shape) if bounded and shape.type not in ("timestamp", "boolean") else None


def _text_check(shape: Shape) -> Check:
    length = _length_checks(shape)
    pattern = compiled(shape.pattern) if shape.pattern and shape.type == "string" else None
    values = frozenset(shape.enum)

    def check(value: Any, path: str, failures: list[Failure]) -> None:
        if values and value not in values:
            text = f"Member must satisfy enum value set: [{', '.join(shape.enum)}]"
            failures.append(Failure(path, ENUM, text, value))
        if length is not None:
            length(value, path, failures)
        if pattern is not None and pattern.fullmatch(value) is None:
            text = f"Member must satisfy regular expression pattern: {shape.pattern}"
            failures.append(Failure(path, PATTERN, text, value))

    return check


def validator(shape: Shape | None) -> Validator:
    """The check of a whole input; it gives the failures in the order of the model."""
    check = _Compiler().of(shape) if shape is not None else None
    if check is None:
        return lambda value: []

    def validate(value: Any) -> list[Failure]:
        failures: list[Failure] = []
        check(value, "", failures)
        return failures

    return validate
