"""What a template is compiled to: nodes that write text, and expressions that give values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cloudchamber.languages.vtl.values import is_true, text_of

Scope = dict[str, Any]
Expression = Callable[[Scope], Any]
Node = Callable[[Scope, list[str]], None]


class InvalidTemplate(ValueError):
    """A template that is not well formed."""


class Break(Exception):
    """`#break`: the end of the innermost loop."""


class Stop(Exception):
    """`#stop`: the end of the template."""


def plain(text: str) -> Node:
    """Text as it stands."""
    return lambda scope, out: out.append(text)


def reference(value: Expression) -> Node:
    """A reference: its value as text; nothing where there is no value."""

    def write(scope: Scope, out: list[str]) -> None:
        out.append(text_of(value(scope)))

    return write


def assignment(name: str, keys: list[Expression], value: Expression) -> Node:
    """`#set($name = value)`, or a member of what `$name` is."""

    def write(scope: Scope, out: list[str]) -> None:
        if not keys:
            scope[name] = value(scope)
            return
        target = scope.get(name)
        for key in keys[:-1]:
            target = target[key(scope)] if isinstance(target, (dict, list)) else None
        if isinstance(target, (dict, list)):
            target[keys[-1](scope)] = value(scope)

    return write


def choice(branches: list[tuple[Expression | None, list[Node]]]) -> Node:
    """`#if`, `#elseif`, `#else`: the first branch whose condition holds."""

    def write(scope: Scope, out: list[str]) -> None:
        for condition, nodes in branches:
            if condition is None or is_true(condition(scope)):
                for node in nodes:
                    node(scope, out)
                return

    return write


def loop(name: str, items: Expression, nodes: list[Node]) -> Node:
    """`#foreach($name in items)`; `$foreach` has index, count, hasNext, first and last."""

    def write(scope: Scope, out: list[str]) -> None:
        value = items(scope)
        each = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
        outer, before = scope.get("foreach"), scope.get(name)
        try:
            for index, item in enumerate(each):
                last = index == len(each) - 1
                scope[name] = item
                scope["velocityCount"] = index + 1
                scope["foreach"] = {
                    "index": index,
                    "count": index + 1,
                    "hasNext": not last,
                    "first": index == 0,
                    "last": last,
                    "parent": outer,
                }
                for node in nodes:
                    node(scope, out)
        except Break:
            pass
        finally:
            scope["foreach"], scope[name] = outer, before

    return write


def ending(kind: type[Exception]) -> Node:
    """`#break` or `#stop`."""

    def write(scope: Scope, out: list[str]) -> None:
        raise kind

    return write
