"""Where in a YAML file stands what a path such as `$.faults[0].kind` names."""

from __future__ import annotations

import re

import yaml

_AT = re.compile(r" - at `(\$[^`]*)`")
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")


def with_line(message: str, text: str, file: str) -> str:
    """A message that names a path, with the line of `text` where that stands: `plan.yaml, line 3: ...`."""
    at = _AT.search(message)
    return f"{file}, line {line_of(text, at[1])}: {message}" if at else f"{file}: {message}"


def line_of(text: str, path: str) -> int:
    """The line, from 1, of what a path names; of the last thing on the way that there is."""
    node: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)  # pyright: ignore[reportUnknownMemberType]
    line = 1
    for step in _STEP.finditer(path):
        line, node = _below(node, step, line)
    return line


def _below(node: yaml.Node | None, step: re.Match[str], line: int) -> tuple[int, yaml.Node | None]:
    if step[1] and isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == step[1]:
                return key.start_mark.line + 1, value
    elif step[2] and isinstance(node, yaml.SequenceNode) and int(step[2]) < len(node.value):
        found = node.value[int(step[2])]
        return found.start_mark.line + 1, found
    return line, None
