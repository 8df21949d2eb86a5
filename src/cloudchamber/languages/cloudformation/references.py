"""What a value of a template refers to, and the order that follows from it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cloudchamber.languages.cloudformation.errors import InvalidTemplate

SUB_VARIABLE = re.compile(r"\$\{([^}]*)\}")


@dataclass(slots=True)
class References:
    """The names that a value refers to. `refs` are those of Ref, of parameters and resources alike.

    `mappings` are those that must be there: named outright, with no default. `functions` are all that are called
    as functions are, but for those that have an entry of their own here.
    """

    refs: set[str] = field(default_factory=set[str])
    getatts: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    conditions: set[str] = field(default_factory=set[str])
    mappings: set[str] = field(default_factory=set[str])
    functions: set[str] = field(default_factory=set[str])

    @property
    def names(self) -> set[str]:
        """The logical names of Ref and Fn::GetAtt."""
        return self.refs | {name for name, _ in self.getatts}


def references(value: Any) -> References:
    """Return what a value refers to, however deep."""
    found = References()
    _visit(value, found)
    return found


def _visit(value: Any, found: References) -> None:
    if isinstance(value, list):
        for held in value:
            _visit(held, found)
        return
    if not isinstance(value, dict):
        return
    if len(value) == 1:
        ((name, argument),) = value.items()
        match name:
            case "Ref" if isinstance(argument, str):
                found.refs.add(argument)
                return
            case "Fn::GetAtt":
                _visit_getatt(argument, found)
                return
            case "Fn::Sub":
                _visit_sub(argument, found)
                return
            case "Fn::If" if isinstance(argument, list) and argument:
                found.conditions.add(str(argument[0]))
                _visit(argument[1:], found)
                return
            case "Fn::And" | "Fn::Or" | "Fn::Not" if isinstance(argument, list):
                _visit_conditions(argument, found)
                return
            case _:
                _visit_function(name, argument, found)
    for held in value.values():
        _visit(held, found)


def _visit_function(name: Any, argument: Any, found: References) -> None:
    if isinstance(name, str) and name.lower().startswith("fn::"):
        found.functions.add(name)
    match name, argument:
        case "Fn::FindInMap", [str(mapping), _, _]:
            found.mappings.add(mapping)
        case _:
            pass


def _visit_conditions(parts: list[Any], found: References) -> None:
    for part in parts:
        if isinstance(part, dict) and list(part) == ["Condition"]:
            found.conditions.add(str(part["Condition"]))
        else:
            _visit(part, found)


def _visit_getatt(argument: Any, found: References) -> None:
    name, attribute = getatt_parts(argument)
    found.getatts.add((name, attribute if isinstance(attribute, str) else ""))
    _visit(attribute, found)


def getatt_parts(argument: Any) -> tuple[str, Any]:
    """Return the resource and the attribute of a Fn::GetAtt."""
    parts: Any = argument.split(".", 1) if isinstance(argument, str) else argument
    if not isinstance(parts, list) or len(parts) < 2 or not all(parts) or not isinstance(parts[0], str):
        raise InvalidTemplate(
            "Template error: every Fn::GetAtt object requires two non-empty parameters, "
            "the resource name and the resource attribute"
        )
    return parts[0], ".".join(map(str, parts[1:])) if len(parts) > 2 else parts[1]


def _visit_sub(argument: Any, found: References) -> None:
    text, local = (argument, {}) if isinstance(argument, str) else ("", {})
    if isinstance(argument, list) and argument and isinstance(argument[0], str):
        text, local = argument[0], argument[1] if len(argument) > 1 else {}
    _visit(local, found)
    for match in SUB_VARIABLE.finditer(text):
        name = match[1].strip()
        if name.startswith("!") or name in local:
            continue
        if "." in name:
            resource, _, attribute = name.partition(".")
            found.getatts.add((resource, attribute))
        else:
            found.refs.add(name)


def depends_on(resource: Mapping[str, Any]) -> list[str]:
    """Return the names in a resource's DependsOn."""
    named = resource.get("DependsOn") or []
    return [named] if isinstance(named, str) else list(named)


def order(dependencies: Mapping[str, Iterable[str]]) -> list[str]:
    """Return the names so that each comes after those it depends on, else in the order given.

    Raises `InvalidTemplate` for a cycle.
    """
    waiting = {
        name: {each for each in needed if each in dependencies} for name, needed in dependencies.items()
    }
    ordered: list[str] = []
    while waiting:
        ready = [name for name, needed in waiting.items() if not needed & waiting.keys()]
        if not ready:
            raise InvalidTemplate(
                f"Circular dependency between resources: [{', '.join(sorted(_cyclic(waiting)))}]"
            )
        for name in ready:
            del waiting[name]
        ordered.extend(ready)
    return ordered


def _cyclic(waiting: dict[str, set[str]]) -> set[str]:
    """Return the names that are in cycles: those that nothing left depends on are dropped."""
    left = set(waiting)
    while True:
        needed = {each for name in left for each in waiting[name] if each in left}
        if needed == left:
            return left
        left = needed
