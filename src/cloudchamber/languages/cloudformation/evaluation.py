"""Values with intrinsic functions -> plain values.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
"""

from collections.abc import Callable
from typing import Any

from cloudchamber.languages.cloudformation.dynamic import resolve_references
from cloudchamber.languages.cloudformation.errors import InvalidTemplate
from cloudchamber.languages.cloudformation.references import SUB_VARIABLE, getatt_parts
from cloudchamber.languages.cloudformation.scope import NO_VALUE, Scope
from cloudchamber.languages.cloudformation.strings import (
    base64_of,
    cidr_blocks,
    join,
    json_of,
    length,
    select,
    split,
    text_of,
)


def evaluate(value: Any, scope: Scope) -> Any:
    """Return a value with its functions and dynamic references resolved and AWS::NoValue removed.

    Raises `InvalidTemplate` with CloudFormation's text; what the scope's callbacks raise passes through.
    """
    found = _evaluate(value, scope)
    return found if scope.resolve_dynamic is None else resolve_references(found, scope.resolve_dynamic)


def condition(name: str, scope: Scope) -> bool:
    """Return whether a condition of the template holds; each is decided once."""
    if name not in scope.decided:
        if name not in scope.conditions:
            raise InvalidTemplate(f"Template format error: Unresolved condition dependency {name}")
        if name in scope.deciding:
            raise InvalidTemplate(
                f"Template error: Circular dependency in conditions: [{', '.join(scope.deciding)}]"
            )
        scope.deciding.append(name)
        scope.decided[name] = _truth(scope.conditions[name], scope)
        scope.deciding.pop()
    return scope.decided[name]


def failed_assertions(rules: dict[str, Any], scope: Scope) -> list[str]:
    """Return the descriptions of the assertions of a Rules section that do not hold.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
    """
    failed: list[str] = []
    for name, rule in rules.items():
        if "RuleCondition" in rule and not _truth(rule["RuleCondition"], scope):
            continue
        failed.extend(
            assertion.get("AssertDescription") or f"Rule {name} failed"
            for assertion in rule.get("Assertions") or []
            if not _truth(assertion["Assert"], scope)
        )
    return failed


def _evaluate(value: Any, scope: Scope) -> Any:
    if isinstance(value, dict):
        if len(value) == 1:
            ((name, argument),) = value.items()
            function = _FUNCTIONS.get(name)
            if function is not None:
                return function(argument, scope)
            if name == "Condition" and isinstance(argument, str) and argument in scope.conditions:
                return condition(argument, scope)
        found = {key: _evaluate(held, scope) for key, held in value.items()}
        return {key: held for key, held in found.items() if held is not NO_VALUE}
    if isinstance(value, list):
        elements = (_evaluate(held, scope) for held in value)
        return [held for held in elements if held is not NO_VALUE]
    return value


def _ref(name: Any, scope: Scope) -> Any:
    if name == "AWS::NoValue":
        return NO_VALUE
    return scope.values[name] if name in scope.values else scope.ref(name)


def _getatt(argument: Any, scope: Scope) -> Any:
    name, attribute = getatt_parts(argument)
    return scope.getatt(name, _evaluate(attribute, scope))


def _sub(argument: Any, scope: Scope) -> str:
    text, local = argument, {}
    if isinstance(argument, list) and len(argument) == 2:
        text, local = argument
    if not isinstance(text, str) or not isinstance(local, dict):
        raise InvalidTemplate(
            "Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments. "
            "Specify a string as first argument, and an optional second argument to specify a mapping of "
            "values to replace in the string"
        )
    given = {name: _evaluate(held, scope) for name, held in local.items()}

    def shown(variable: str) -> str:
        name = variable.strip()
        if name.startswith("!"):
            return f"${{{name[1:]}}}"
        if not name or not all(letter.isalnum() or letter in "_.:" for letter in name):
            raise InvalidTemplate(
                "Template error: variable names in Fn::Sub syntax must contain only alphanumeric characters, "
                "underscores, periods, and colons"
            )
        if name in given:
            return text_of(given[name])
        found = _getatt(name, scope) if "." in name else _ref(name, scope)
        return "" if found is NO_VALUE else text_of(found)

    return SUB_VARIABLE.sub(lambda match: shown(match[1]), text)


def _find_in_map(argument: Any, scope: Scope) -> Any:
    if not isinstance(argument, list) or len(argument) not in {3, 4}:
        raise InvalidTemplate(
            "Template error: every Fn::FindInMap object requires three parameters, the map name, "
            "map key and the attribute for return value"
        )
    name, top, second = (_evaluate(each, scope) for each in argument[:3])
    try:
        return _evaluate(scope.mappings[name][top][second], scope)
    except (KeyError, TypeError):
        default = argument[3] if len(argument) == 4 else None
        if isinstance(default, dict) and "DefaultValue" in default:
            return _evaluate(default["DefaultValue"], scope)
        raise InvalidTemplate(f"Template error: Unable to get mapping for {name}::{top}::{second}") from None


def _if(argument: Any, scope: Scope) -> Any:
    if not isinstance(argument, list) or len(argument) != 3:
        raise InvalidTemplate("Template error: Fn::If requires a list argument with three parameters")
    name, then, otherwise = argument
    return _evaluate(then if condition(str(name), scope) else otherwise, scope)


def _truth(value: Any, scope: Scope) -> bool:
    found = _evaluate(value, scope)
    if isinstance(found, str):
        return found.lower() == "true"
    return bool(found)


def _conditions(name: str, argument: Any) -> list[Any]:
    if not isinstance(argument, list) or not 2 <= len(argument) <= 10:
        raise InvalidTemplate(
            f"Template validation error: Template error: every {name} object requires a list of at least 2 "
            "and at most 10 boolean parameters."
        )
    return argument


def _and(argument: Any, scope: Scope) -> bool:
    return all(_truth(each, scope) for each in _conditions("Fn::And", argument))


def _or(argument: Any, scope: Scope) -> bool:
    return any(_truth(each, scope) for each in _conditions("Fn::Or", argument))


def _not(argument: Any, scope: Scope) -> bool:
    if not isinstance(argument, list) or len(argument) != 1:
        raise InvalidTemplate(
            "Template validation error: Template error: every Fn::Not object requires one boolean parameter."
        )
    return not _truth(argument[0], scope)


def _equals(argument: Any, scope: Scope) -> bool:
    if not isinstance(argument, list) or len(argument) != 2:
        raise InvalidTemplate(
            "Template error: every Fn::Equals object requires a list of 2 string parameters."
        )
    left, right = (_evaluate(each, scope) for each in argument)
    return _comparable(left) == _comparable(right)


def _comparable(value: Any) -> Any:
    return value if isinstance(value, (list, dict)) else text_of(value)


def _contains(argument: Any, scope: Scope) -> bool:
    values, wanted = (_evaluate(each, scope) for each in argument)
    return wanted in values


def _each_member_equals(argument: Any, scope: Scope) -> bool:
    values, wanted = (_evaluate(each, scope) for each in argument)
    return all(value == wanted for value in values)


def _each_member_in(argument: Any, scope: Scope) -> bool:
    values, allowed = (_evaluate(each, scope) for each in argument)
    return all(value in allowed for value in values)


def _transform(argument: Any, scope: Scope) -> Any:
    if scope.transform is None:
        raise InvalidTemplate(f"No transform named {argument.get('Name')} found.")
    return _evaluate(
        scope.transform(argument["Name"], _evaluate(argument.get("Parameters") or {}, scope)), scope
    )


def _availability_zones(argument: Any, scope: Scope) -> list[str]:
    return scope.availability_zones(_evaluate(argument, scope) or str(scope.values.get("AWS::Region", "")))


def _plain(function: Callable[[Any], Any]) -> Callable[[Any, Scope], Any]:
    """Return a function that needs only its argument, evaluated."""
    return lambda argument, scope: function(_evaluate(argument, scope))


_FUNCTIONS: dict[str, Callable[[Any, Scope], Any]] = {
    "Ref": _ref,
    "Fn::And": _and,
    "Fn::Base64": _plain(base64_of),
    "Fn::Cidr": _plain(cidr_blocks),
    "Fn::Contains": _contains,
    "Fn::EachMemberEquals": _each_member_equals,
    "Fn::EachMemberIn": _each_member_in,
    "Fn::Equals": _equals,
    "Fn::FindInMap": _find_in_map,
    "Fn::GetAZs": _availability_zones,
    "Fn::GetAtt": _getatt,
    "Fn::If": _if,
    "Fn::ImportValue": lambda argument, scope: scope.import_value(text_of(_evaluate(argument, scope))),
    "Fn::Join": _plain(join),
    "Fn::Length": _plain(length),
    "Fn::Not": _not,
    "Fn::Or": _or,
    "Fn::Select": _plain(select),
    "Fn::Split": _plain(split),
    "Fn::Sub": _sub,
    "Fn::ToJsonString": _plain(json_of),
    "Fn::Transform": _transform,
}
FUNCTIONS = frozenset(_FUNCTIONS)
"""The names of the functions that are understood."""
