"""The policy of a bus: who may put which events onto it.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-perms.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any, cast

import msgspec

Test = Callable[[str, str], bool]

_TESTS: dict[str, Test] = {
    "stringequals": lambda value, wanted: value == wanted,
    "stringequalsignorecase": lambda value, wanted: value.lower() == wanted.lower(),
    "stringlike": fnmatchcase,
}


def allows(policy: str, account: str, bus_arn: str, event: Mapping[str, Any]) -> bool:
    """Whether the policy of a bus lets another account put an event (F052). Conditions on other keys are taken to hold.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html
    """
    statements = msgspec.json.decode(policy).get("Statement", []) if policy else []
    known = {
        "aws:principalaccount": account,
        "aws:sourceaccount": account,
        "events:detail-type": str(event["detail-type"]),
        "events:source": str(event["source"]),
    }
    found = [
        each
        for each in _several(statements)
        if _concerns(each, account, bus_arn) and holds(each.get("Condition") or {}, known)
    ]
    return bool(found) and all(each.get("Effect") == "Allow" for each in found)


def _concerns(statement: dict[str, Any], account: str, bus_arn: str) -> bool:
    principal = statement.get("Principal", {})
    named = _several(principal.get("AWS", []) if isinstance(principal, dict) else principal)
    is_named = any(each in ("*", account) or f"::{account}:" in each for each in named)
    is_action = any(
        fnmatchcase("events:putevents", str(action).lower()) for action in _several(statement["Action"])
    )
    is_resource = any(fnmatchcase(bus_arn, each) for each in _several(statement.get("Resource", "*")))
    return is_named and is_action and is_resource


def holds(conditions: Mapping[str, Mapping[str, Any]], known: Mapping[str, str]) -> bool:
    """Whether all conditions of a statement hold: those that compare texts with keys in `known` (lower case), all others do."""
    return all(
        _holds(operator, known[key.lower()], _several(wanted))
        for operator, each in conditions.items()
        for key, wanted in each.items()
        if key.lower() in known
    )


def _holds(operator: str, value: str, wanted: list[Any]) -> bool:
    name = operator.lower().rpartition(":")[2].removesuffix("ifexists")
    negated = name.startswith("stringnot")
    test = _TESTS.get(name.replace("stringnot", "string"))
    return test is None or any(test(value, str(each)) for each in wanted) is not negated


def _several(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else [value]
