"""Payload templates: a JSON value with expressions in it, compiled to what fills them in.

JSONPath: the value of a field whose name ends with `.$` is a path or an intrinsic function.
JSONata: every text `{% ... %}`, at any depth, is an expression.
https://docs.aws.amazon.com/step-functions/latest/dg/input-output-inputpath-params.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cloudchamber.languages.states.errors import InvalidExpression
from cloudchamber.languages.states.intrinsics import compile_intrinsic
from cloudchamber.languages.states.jsonata import compile_expression, is_expression
from cloudchamber.languages.states.jsonpath import compile_path
from cloudchamber.languages.states.scope import Scope

Template = Callable[[Scope], Any]


class InvalidTemplate(ValueError):
    """A template with a bad expression; `at` is its place, such as `/Parameters/x.$`."""

    def __init__(self, message: str, at: str) -> None:
        super().__init__(message)
        self.at = at


def jsonpath_template(template: Any, at: str = "") -> Template:
    """Compile a template of JSONPath. Raises InvalidTemplate."""
    if isinstance(template, list):
        elements = [jsonpath_template(each, f"{at}[{index}]") for index, each in enumerate(template)]
        return lambda scope: [element(scope) for element in elements]
    if not isinstance(template, dict):
        return lambda scope: template
    members: list[tuple[str, Template]] = []
    for name, value in template.items():
        if name.endswith(".$"):
            members.append((name[:-2], _dynamic(name, value, f"{at}/{name}")))
        else:
            members.append((name, jsonpath_template(value, f"{at}/{name}")))
    return lambda scope: {name: member(scope) for name, member in members}


def _dynamic(name: str, text: Any, at: str) -> Template:
    """The value of a field whose name ends with `.$`."""
    problem = f"The value for the field '{name}' must be a valid JSONPath or a valid intrinsic function call"
    if not isinstance(text, str):
        raise InvalidTemplate(problem, at)
    try:
        if text.startswith("States."):
            return compile_intrinsic(text)
        path = compile_path(text)
    except InvalidExpression:
        raise InvalidTemplate(problem, at) from None
    return lambda scope: scope.find(path, name)


def jsonata_template(template: Any, at: str) -> Template:
    """Compile a template of JSONata; `at` is the field's place, such as `Arguments`. Raises InvalidTemplate."""
    if isinstance(template, list):
        elements = [jsonata_template(each, f"{at}[{index}]") for index, each in enumerate(template)]
        return lambda scope: [element(scope) for element in elements]
    if isinstance(template, dict):
        members = [(name, jsonata_template(value, f"{at}/{name}")) for name, value in template.items()]
        return lambda scope: {name: member(scope) for name, member in members}
    if not is_expression(template):
        return lambda scope: template
    try:
        expression = compile_expression(template)
    except InvalidExpression as error:
        raise InvalidTemplate(f"Syntax error in the JSONata expression: {error}", at) from None
    return lambda scope: expression(scope, at)
