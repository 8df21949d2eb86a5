"""A template's text -> what writes it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from cloudchamber.languages.vtl.expressions import Reader
from cloudchamber.languages.vtl.nodes import (
    Break,
    Expression,
    InvalidTemplate,
    Node,
    Scope,
    Stop,
    assignment,
    choice,
    ending,
    loop,
    plain,
    reference,
)

_DIRECTIVE = re.compile(r"#\{?(set|if|elseif|else|end|foreach|break|stop)\b\}?")
_COMMENT = re.compile(r"##[^\n]*\n?|#\*.*?\*#", re.DOTALL)
_REFERENCE = re.compile(r"\$!?(\{!?)?[A-Za-z_]")
_NEXT = re.compile(r"[$#\\]")
_LINE_END = re.compile(r"[ \t]*\n")


@lru_cache(maxsize=1024)
def compile_template(text: str) -> Callable[[dict[str, Any]], str]:
    """Compile a template; the compiled form gives its text for variables by name. Raises InvalidTemplate."""
    parser = _Parser(text)
    nodes, ended_by = parser.block()
    if ended_by:
        raise InvalidTemplate(f"#{ended_by} without a beginning")

    def render(variables: dict[str, Any]) -> str:
        out: list[str] = []
        scope = dict(variables)
        try:
            for node in nodes:
                node(scope, out)
        except (Stop, Break):
            pass
        return "".join(out)

    return render


def _text_with(text: str) -> Expression:
    """A text in double quotes: references in it are filled in."""
    if "$" not in text and "#" not in text:
        return lambda scope: text
    return compile_template(text)


class _Parser:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def block(self) -> tuple[list[Node], str]:
        """Nodes up to the end of the text or to `#end`, `#else` or `#elseif`, and which of them it was."""
        nodes: list[Node] = []
        text = self.text
        while self.at < len(text):
            found = _NEXT.search(text, self.at)
            stop = found.start() if found else len(text)
            if stop > self.at:
                nodes.append(plain(text[self.at : stop]))
                self.at = stop
                continue
            ended_by = self._special(nodes)
            if ended_by:
                return nodes, ended_by
        return nodes, ""

    def _special(self, nodes: list[Node]) -> str:
        text, at = self.text, self.at
        if comment := _COMMENT.match(text, at):
            self.at = comment.end()
        elif directive := _DIRECTIVE.match(text, at):
            self.at = directive.end()
            name = directive[1]
            if name in ("end", "else", "elseif"):
                if name != "elseif":
                    self._line_end()
                return name
            nodes.append(self._directive(name))
        elif _REFERENCE.match(text, at):
            reader = Reader(text, at, _text_with)
            nodes.append(reference(reader.reference()))
            self.at = reader.at
        elif text.startswith(("\\$", "\\#"), at):
            nodes.append(plain(text[at + 1]))
            self.at += 2
        else:
            nodes.append(plain(text[at]))
            self.at += 1
        return ""

    def _line_end(self) -> None:
        """A directive that ends a line takes the line's end with it."""
        found = _LINE_END.match(self.text, self.at)
        if found:
            self.at = found.end()

    def _directive(self, name: str) -> Node:
        if name == "break":
            return ending(Break)
        if name == "stop":
            return ending(Stop)
        reader = Reader(self.text, self.at, _text_with)
        reader.expect("(")
        if name == "set":
            return self._set(reader)
        if name == "foreach":
            return self._foreach(reader)
        return self._if(reader)

    def _set(self, reader: Reader) -> Node:
        target, keys = self._target(reader)
        reader.expect("=")
        value = reader.expression()
        reader.expect(")")
        self.at = reader.at
        self._line_end()
        return assignment(target, keys, value)

    @staticmethod
    def _target(reader: Reader) -> tuple[str, list[Expression]]:
        """`$name`, `$name.member` or `$name[key]`."""
        reader.space()
        found = re.compile(r"\$!?\{?([A-Za-z_][A-Za-z0-9_-]*)").match(reader.text, reader.at)
        if found is None:
            raise InvalidTemplate("#set needs a reference")
        reader.at = found.end()
        keys: list[Expression] = []
        while True:
            named = re.compile(r"\.([A-Za-z_][A-Za-z0-9_-]*)").match(reader.text, reader.at)
            if named:
                reader.at = named.end()
                keys.append(_constant(named[1]))
            elif reader.text.startswith("[", reader.at):
                reader.at += 1
                keys.append(reader.expression())
                reader.expect("]")
            else:
                reader.take("}")
                return found[1], keys

    def _foreach(self, reader: Reader) -> Node:
        name, _ = self._target(reader)
        reader.expect("in")
        items = reader.expression()
        reader.expect(")")
        self.at = reader.at
        self._line_end()
        nodes, ended_by = self.block()
        if ended_by != "end":
            raise InvalidTemplate("#foreach without #end")
        return loop(name, items, nodes)

    def _if(self, reader: Reader) -> Node:
        branches: list[tuple[Expression | None, list[Node]]] = []
        condition: Expression | None = self._condition(reader)
        while True:
            nodes, ended_by = self.block()
            branches.append((condition, nodes))
            if ended_by == "elseif":
                following = Reader(self.text, self.at, _text_with)
                following.expect("(")
                condition = self._condition(following)
            elif ended_by == "else":
                condition = None
            elif ended_by == "end":
                return choice(branches)
            else:
                raise InvalidTemplate("#if without #end")

    def _condition(self, reader: Reader) -> Expression:
        condition = reader.expression()
        reader.expect(")")
        self.at = reader.at
        self._line_end()
        return condition


def _constant(value: str) -> Expression:
    def give(scope: Scope) -> str:
        return value

    return give
