"""The four clauses of an update, compiled: each reads the item as it was, changes the item as it becomes."""

from collections.abc import Callable
from typing import Any

from cloudchamber.languages.dynamodb_expression.compiling import Values, find
from cloudchamber.languages.dynamodb_expression.errors import InvalidExpression
from cloudchamber.languages.dynamodb_expression.nodes import Function, Operand, Path, PathElements, ValueRef
from cloudchamber.languages.dynamodb_expression.numbers import add, decimal, subtract
from cloudchamber.languages.dynamodb_expression.values import Item, Value, type_of

Action = Callable[[Item, Item, Values], None]
Source = Callable[[Item, Values], Value]


def _invalid_path() -> InvalidExpression:
    return InvalidExpression("The document path provided in the update expression is invalid for update")


def _wrong_type() -> InvalidExpression:
    return InvalidExpression("An operand in the update expression has an incorrect data type")


def put_action(path: PathElements, operand: Operand) -> Action:
    """Compile `SET path = operand`."""
    source = _source(operand)
    if len(path) == 1:
        (name,) = path
        assert isinstance(name, str)

        def put_attribute(item: Item, changed: Item, values: Values) -> None:
            changed[name] = source(item, values)

        return put_attribute

    def put(item: Item, changed: Item, values: Values) -> None:
        _store(changed, path, source(item, values))

    return put


def remove_action(path: PathElements) -> Action:
    """Compile `REMOVE path`: what is not there stays away, but its parent must exist."""
    last = path[-1]

    def remove(item: Item, changed: Item, values: Values) -> None:
        if len(path) == 1:
            changed.pop(str(last), None)
            return
        existed = find(item, path) is not None
        held = _open(changed, path)
        if isinstance(held, dict) != isinstance(last, str):
            raise _invalid_path()
        if existed:
            del held[last]

    return remove


def add_action(path: PathElements, name: str) -> Action:
    """Compile `ADD path :value`: to a number, or the elements of a set."""

    def add_value(item: Item, changed: Item, values: Values) -> None:
        amount = values[name]
        kind = type_of(amount)
        present = find(item, path)
        if present is None:
            result = amount
        elif type_of(present) != kind:
            raise _wrong_type()
        elif kind == "N":
            result = {"N": add(present["N"], amount["N"])}
        else:
            known = {_identity(kind, element) for element in present[kind]}
            fresh = [element for element in amount[kind] if _identity(kind, element) not in known]
            result = {kind: [*present[kind], *fresh]}
        _store(changed, path, result)

    return add_value


def delete_action(path: PathElements, name: str) -> Action:
    """Compile `DELETE path :set`; a set that becomes empty goes away."""
    remove = remove_action(path)

    def delete(item: Item, changed: Item, values: Values) -> None:
        amount = values[name]
        kind = type_of(amount)
        present = find(item, path)
        if present is None:
            if len(path) > 1:
                _open(changed, path)
            return
        if type_of(present) != kind:
            raise _wrong_type()
        gone = {_identity(kind, element) for element in amount[kind]}
        left = [element for element in present[kind] if _identity(kind, element) not in gone]
        if left:
            _store(changed, path, {kind: left})
        else:
            remove(item, changed, values)

    return delete


def _identity(kind: str, element: Any) -> Any:
    return decimal(element) if kind == "NS" else element


def _store(changed: Item, path: PathElements, value: Value) -> None:
    last = path[-1]
    if len(path) == 1:
        changed[str(last)] = value
        return
    held = _open(changed, path)
    if isinstance(held, dict) != isinstance(last, str):
        raise _invalid_path()
    if isinstance(held, dict) or last < len(held):  # pyright: ignore[reportOperatorIssue]
        held[last] = value
    else:
        held.append(value)


def _open(changed: Item, path: PathElements) -> Any:
    """Return the map or list that holds the end of the path, copied on the way from the top."""
    holder: Any = changed
    for element in path[:-1]:
        try:
            value: Value = holder[element]
        except (KeyError, IndexError, TypeError):
            raise _invalid_path() from None
        if "M" in value:
            inner: Any = dict(value["M"])
            holder[element] = {"M": inner}
        elif "L" in value:
            inner = list(value["L"])
            holder[element] = {"L": inner}
        else:
            raise _invalid_path()
        holder = inner
    return holder


def _source(operand: Operand) -> Source:
    match operand:
        case ValueRef(name):
            return lambda item, values: values[name]
        case Path(elements):
            return lambda item, values: _present(find(item, elements))
        case Function("if_not_exists"):
            return _compile_if_not_exists(operand)
        case Function("list_append"):
            return _compile_list_append(operand)
        case Function():
            return _compile_arithmetic(operand)


def _present(value: Value | None) -> Value:
    if value is None:
        raise InvalidExpression(
            "The provided expression refers to an attribute that does not exist in the item"
        )
    return value


def _compile_if_not_exists(function: Function) -> Source:
    path, otherwise = function.arguments
    assert isinstance(path, Path)
    elements = path.elements
    fallback = _source(otherwise)

    def if_not_exists(item: Item, values: Values) -> Value:
        value = find(item, elements)
        return fallback(item, values) if value is None else value

    return if_not_exists


def _compile_list_append(function: Function) -> Source:
    first, second = map(_source, function.arguments)

    def list_append(item: Item, values: Values) -> Value:
        head, tail = first(item, values), second(item, values)
        if "L" not in head or "L" not in tail:
            raise _wrong_type()
        return {"L": [*head["L"], *tail["L"]]}

    return list_append


def _compile_arithmetic(function: Function) -> Source:
    first, second = map(_source, function.arguments)
    combine = add if function.name == "+" else subtract

    def arithmetic(item: Item, values: Values) -> Value:
        left, right = first(item, values), second(item, values)
        if "N" not in left or "N" not in right:
            raise _wrong_type()
        return {"N": combine(left["N"], right["N"])}

    return arithmetic
