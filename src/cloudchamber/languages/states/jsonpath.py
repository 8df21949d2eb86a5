"""Paths: text -> compiled -> the values they select.

`$` is the data, `$$` the context object, `$name` a variable. What selects exactly one node is definite (a reference path);
anything else (wildcards, slices, filters, `..`) selects a list.
https://docs.aws.amazon.com/step-functions/latest/dg/amazon-states-language-paths.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import msgspec

from cloudchamber.languages.states.errors import InvalidExpression

Nodes = list[Any]
Step = Callable[[Nodes, Any], Nodes]  # nodes and the root -> nodes
Test = Callable[[Any, Any], bool]  # a node and the root -> whether it is kept

_ROOT = re.compile(r"\$\$|\$([A-Za-z_][A-Za-z0-9_]*)?")
_NAME = re.compile(r"[^\s.\[\]()'\",*?@$:;=<>!&|]+")
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"")
_INDEX = re.compile(r"-?\d+")
_SLICE = re.compile(r"(-?\d+)?\s*:\s*(-?\d+)?(?:\s*:\s*(-?\d+)?)?")
MISSING = object()


class Path(msgspec.Struct, frozen=True):
    """A compiled path. `root`: "$", "$$", or the name of a variable. `keys`: the steps of a definite path."""

    text: str
    root: str
    steps: tuple[Step, ...]
    definite: bool
    keys: tuple[str | int, ...] = ()

    def find(self, root: Any) -> Any:
        """What the path selects: one value, or MISSING, when it is definite; else the list of all that fit."""
        nodes: Nodes = [root]
        for step in self.steps:
            nodes = step(nodes, root)
        if self.definite:
            return nodes[0] if nodes else MISSING
        return nodes


@lru_cache(maxsize=4096)
def compile_path(text: str) -> Path:
    """Compile a whole text as one path. Raises InvalidExpression."""
    path, end = scan_path(text, 0)
    if end != len(text):
        raise InvalidExpression(f"unexpected '{text[end:]}' in the path '{text}'")
    return path


def scan_path(text: str, at: int) -> tuple[Path, int]:
    """The path that begins at `at`, and where it ends."""
    found = _ROOT.match(text, at)
    if found is None:
        raise InvalidExpression(f"a path begins with '$': '{text}'")
    root = found[1] or found[0]
    scanner = _Scanner(text, found.end())
    scanner.run()
    definite = scanner.keys is not None
    return Path(
        text[at : scanner.at], root, tuple(scanner.steps), definite, tuple(scanner.keys or ())
    ), scanner.at


class _Scanner:
    """Reads the steps behind a root."""

    def __init__(self, text: str, at: int) -> None:
        self.text, self.at = text, at
        self.steps: list[Step] = []
        self.keys: list[str | int] | None = []

    def run(self) -> None:
        text = self.text
        while self.at < len(text):
            if text.startswith("..", self.at):
                self.at += 2
                self._many(_descendants)
                if not text.startswith("[", self.at):
                    self._member()
            elif text[self.at] == ".":
                self.at += 1
                self._member()
            elif text[self.at] == "[":
                self.at += 1
                self._bracket()
                if not text.startswith("]", self.at):
                    raise InvalidExpression(f"a bracket is not closed in the path '{text}'")
                self.at += 1
            else:
                return

    def _one(self, key: str | int) -> None:
        self.steps.append(_child(key) if isinstance(key, str) else _element(key))
        if self.keys is not None:
            self.keys.append(key)

    def _many(self, step: Step) -> None:
        self.steps.append(step)
        self.keys = None

    def _member(self) -> None:
        if self.text.startswith("*", self.at):
            self.at += 1
            self._many(_wildcard)
            return
        found = _NAME.match(self.text, self.at)
        if found is None:
            raise InvalidExpression(f"a name is missing in the path '{self.text}'")
        self.at = found.end()
        if self.text.startswith("()", self.at):
            if found[0] not in _FUNCTIONS:
                raise InvalidExpression(f"the path '{self.text}' calls an unknown function")
            self.at += 2
            self.steps.append(_function(_FUNCTIONS[found[0]]))
            if self.keys is not None:
                self.keys.append(found[0] + "()")
            return
        self._one(found[0])

    def _bracket(self) -> None:
        self._space()
        text = self.text
        if text.startswith("*", self.at):
            self.at += 1
            self._many(_wildcard)
        elif text.startswith("?(", self.at):
            self.at += 2
            self._many(_filter(self._test()))
            self._expect(")")
        elif found := _QUOTED.match(text, self.at):
            self._names(found)
        elif (sliced := _SLICE.match(text, self.at)) and ":" in sliced[0]:
            self.at = sliced.end()
            self._many(_slice(*(int(part) if part else None for part in sliced.groups())))
        else:
            self._indexes()
        self._space()

    def _names(self, found: re.Match[str] | None) -> None:
        names: list[str] = []
        while found:
            names.append(re.sub(r"\\(.)", r"\1", found[1] if found[1] is not None else found[2]))
            self.at = found.end()
            found = _QUOTED.match(self.text, self.at) if self._comma() else None
        if len(names) == 1:
            self._one(names[0])
        else:
            self._many(_union([_child(name) for name in names]))

    def _indexes(self) -> None:
        indexes: list[int] = []
        while True:
            found = _INDEX.match(self.text, self.at)
            if found is None:
                raise InvalidExpression(f"an index is missing in the path '{self.text}'")
            indexes.append(int(found[0]))
            self.at = found.end()
            if not self._comma():
                break
        if len(indexes) == 1:
            self._one(indexes[0])
        else:
            self._many(_union([_element(index) for index in indexes]))

    def _comma(self) -> bool:
        self._space()
        if not self.text.startswith(",", self.at):
            return False
        self.at += 1
        self._space()
        return True

    def _space(self) -> None:
        while self.text.startswith(" ", self.at):
            self.at += 1

    def _expect(self, token: str) -> None:
        self._space()
        if not self.text.startswith(token, self.at):
            raise InvalidExpression(f"'{token}' is missing in the path '{self.text}'")
        self.at += len(token)

    def _test(self) -> Test:
        """`||` of `&&` of comparisons."""
        tests = [self._all_of()]
        while self._take("||"):
            tests.append(self._all_of())
        return tests[0] if len(tests) == 1 else lambda node, root: any(test(node, root) for test in tests)

    def _all_of(self) -> Test:
        tests = [self._comparison()]
        while self._take("&&"):
            tests.append(self._comparison())
        return tests[0] if len(tests) == 1 else lambda node, root: all(test(node, root) for test in tests)

    def _comparison(self) -> Test:
        if self._take("!"):
            inner = self._comparison()
            return lambda node, root: not inner(node, root)
        if self._take("("):
            test = self._test()
            self._expect(")")
            return test
        left = self._operand()
        for operator, compare in _COMPARISONS.items():
            if self._take(operator):
                right = self._operand()
                return lambda node, root: compare(left(node, root), right(node, root))
        return lambda node, root: left(node, root) is not MISSING

    def _take(self, token: str) -> bool:
        self._space()
        if self.text.startswith(token, self.at):
            self.at += len(token)
            return True
        return False

    def _operand(self) -> Callable[[Any, Any], Any]:
        self._space()
        if self.text[self.at : self.at + 1] in ("@", "$"):
            of_node = self.text[self.at] == "@"
            inner = _Scanner(self.text, self.at + 1)
            inner.run()
            self.at = inner.at
            path = Path("", "$", tuple(inner.steps), inner.keys is not None)
            return lambda node, root: path.find(node if of_node else root)
        if found := _QUOTED.match(self.text, self.at):
            self.at = found.end()
            value: Any = found[1] if found[1] is not None else found[2]
        elif found := re.compile(r"-?\d+(\.\d+)?|true|false|null").match(self.text, self.at):
            self.at = found.end()
            value = msgspec.json.decode(found[0])
        else:
            raise InvalidExpression(f"a value is missing in the filter of the path '{self.text}'")
        return lambda node, root: value


def _child(name: str) -> Step:
    return lambda nodes, root: [node[name] for node in nodes if isinstance(node, dict) and name in node]


def _element(index: int) -> Step:
    return lambda nodes, root: [
        node[index] for node in nodes if isinstance(node, list) and -len(node) <= index < len(node)
    ]


def _wildcard(nodes: Nodes, root: Any) -> Nodes:
    return [each for node in nodes for each in _children(node)]


def _children(node: Any) -> Nodes:
    if isinstance(node, dict):
        return list(node.values())
    return node if isinstance(node, list) else []


def _descendants(nodes: Nodes, root: Any) -> Nodes:
    found: Nodes = []
    for node in nodes:
        found.append(node)
        found.extend(_descendants(_children(node), root))
    return found


def _slice(*bounds: int | None) -> Step:
    return lambda nodes, root: [
        each for node in nodes if isinstance(node, list) for each in node[slice(*bounds)]
    ]


def _union(steps: list[Step]) -> Step:
    return lambda nodes, root: [each for node in nodes for step in steps for each in step([node], root)]


def _filter(test: Test) -> Step:
    return lambda nodes, root: [
        each for node in nodes for each in (node if isinstance(node, list) else [node]) if test(each, root)
    ]


def _function(compute: Callable[[Any], Any]) -> Step:
    return lambda nodes, root: [compute(node) for node in nodes]


def _numbers(node: Any) -> list[float]:
    return [each for each in _children(node) if isinstance(each, (int, float)) and not isinstance(each, bool)]


_FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "length": lambda node: len(node) if isinstance(node, (str, list, dict)) else 0,
    "min": lambda node: min(_numbers(node), default=None),
    "max": lambda node: max(_numbers(node), default=None),
    "sum": lambda node: sum(_numbers(node)),
    "avg": lambda node: sum(_numbers(node)) / max(len(_numbers(node)), 1),
    "keys": lambda node: list(node) if isinstance(node, dict) else [],
}


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def holds(left: Any, right: Any) -> bool:
        both_numbers = all(isinstance(each, (int, float)) for each in (left, right))
        both_texts = isinstance(left, str) and isinstance(right, str)
        return (both_numbers or both_texts) and compare(left, right)

    return holds


def _same(left: Any, right: Any) -> bool:
    return isinstance(left, bool) == isinstance(right, bool) and left == right


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": _same,
    "!=": lambda left, right: not _same(left, right),
    "<=": _ordered(lambda left, right: left <= right),
    ">=": _ordered(lambda left, right: left >= right),
    "<": _ordered(lambda left, right: left < right),
    ">": _ordered(lambda left, right: left > right),
}


def put_at(keys: tuple[str | int, ...], root: Any, value: Any) -> Any:
    """A copy of `root` with `value` at a reference path; objects on the way are made. Raises LookupError when it cannot be.

    https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultpath.html
    """
    if not keys:
        return value
    key, rest = keys[0], keys[1:]
    if isinstance(key, int):
        if not isinstance(root, list) or not -len(root) <= key < len(root):
            raise LookupError(key)
        copied = list(root)
        copied[key] = put_at(rest, root[key], value)
        return copied
    if root is None:
        root = {}
    if not isinstance(root, dict):
        raise LookupError(key)
    return {**root, key: put_at(rest, root.get(key), value)}
