"""The expressions of one request, or the legacy parameters that came before them.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.html
"""

from __future__ import annotations

from typing import Any, TypeVar

from cloudchamber.aws.errors import ValidationException
from cloudchamber.languages.dynamodb_expression import (
    Condition,
    KeyCondition,
    Projection,
    Update,
    Usage,
    parse_condition,
    parse_key_condition,
    parse_projection,
    parse_update,
)
from cloudchamber.languages.dynamodb_expression.legacy import (
    parse_attribute_updates,
    parse_attributes_to_get,
    parse_expected,
    parse_filter,
    parse_key_conditions,
)
from cloudchamber.services.dynamodb.rules.items import canonical_values

T = TypeVar("T", Condition, KeyCondition, Projection, Update)
_LEGACY = (
    "AttributesToGet", "AttributeUpdates", "ConditionalOperator", "Expected", "KeyConditions", "QueryFilter", "ScanFilter",
)  # fmt: skip
_LEGACY_NAMES = frozenset(_LEGACY)
_EXPRESSIONS = (
    "ProjectionExpression", "UpdateExpression", "ConditionExpression", "FilterExpression", "KeyConditionExpression",
)  # fmt: skip


class Expressions:
    """Parses the expressions of a request one by one; `check` then refuses names and values that none of them used."""

    __slots__ = ("_names", "_request", "_usage", "_values")

    def __init__(self, request: dict[str, Any]) -> None:
        self._request = request
        self._names: dict[str, str] | None = request.get("ExpressionAttributeNames")
        given = request.get("ExpressionAttributeValues")
        self._usage = Usage(self._names, given) if self._names is not None or given is not None else None
        self._values = canonical_values(given)
        if not _LEGACY_NAMES.isdisjoint(request):
            self._check_one_kind()

    def _check_one_kind(self) -> None:
        request = self._request
        legacy = [name for name in _LEGACY if request.get(name) is not None]
        if not legacy:
            return
        modern = [name for name in _EXPRESSIONS if request.get(name) is not None]
        if modern:
            raise ValidationException(
                "Can not use both expression and non-expression parameters in the same request: "
                f"Non-expression parameters: {{{', '.join(legacy)}}} "
                f"Expression parameters: {{{', '.join(modern)}}}"
            )
        if "ConditionalOperator" in legacy and not any(
            request.get(name) for name in ("Expected", "QueryFilter", "ScanFilter")
        ):
            raise ValidationException("ConditionalOperator cannot be used without Filter or Expected")

    def condition(self) -> Condition | None:
        """ConditionExpression, or Expected."""
        text = self._request.get("ConditionExpression")
        if text is not None:
            return self._used(parse_condition(text, self._names, self._values, "ConditionExpression"))
        expected = self._request.get("Expected")
        if not expected:
            return None
        found = {name: _canonical_condition(case) for name, case in expected.items()}
        return parse_expected(found, self._request.get("ConditionalOperator"))

    def filter(self, legacy: str) -> Condition | None:
        """FilterExpression, or the `legacy` QueryFilter or ScanFilter."""
        text = self._request.get("FilterExpression")
        if text is not None:
            return self._used(parse_condition(text, self._names, self._values, "FilterExpression"))
        cases = self._request.get(legacy)
        if not cases:
            return None
        found = {name: _canonical_condition(case) for name, case in cases.items()}
        return parse_filter(found, self._request.get("ConditionalOperator"))

    def keys(self) -> KeyCondition:
        """KeyConditionExpression, or KeyConditions."""
        text = self._request.get("KeyConditionExpression")
        if text is not None:
            return self._used(parse_key_condition(text, self._names, self._values))
        cases = self._request.get("KeyConditions")
        if cases is None:
            raise ValidationException(
                "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."
            )
        return parse_key_conditions({name: _canonical_condition(case) for name, case in cases.items()})

    def projection(self) -> Projection | None:
        """ProjectionExpression, or AttributesToGet."""
        text = self._request.get("ProjectionExpression")
        if text is not None:
            return self._used(parse_projection(text, self._names))
        names = self._request.get("AttributesToGet")
        return None if names is None else parse_attributes_to_get(names)

    def update(self) -> Update | None:
        """UpdateExpression, or AttributeUpdates."""
        text = self._request.get("UpdateExpression")
        if text is not None:
            return self._used(parse_update(text, self._names, self._values))
        updates = self._request.get("AttributeUpdates")
        if not updates:
            return None
        return parse_attribute_updates(
            {
                name: update | (canonical_values({"Value": update["Value"]}) or {})
                if update.get("Value") is not None
                else update
                for name, update in updates.items()
            }
        )

    def check(self) -> None:
        """Refuse names and values that no expression used."""
        if self._usage:
            self._usage.check()

    def _used(self, expression: T) -> T:
        if self._usage:
            self._usage.add(expression)
        return expression


def _canonical_condition(case: dict[str, Any]) -> dict[str, Any]:
    found = dict(case)
    if case.get("Value") is not None:
        found |= canonical_values({"Value": case["Value"]}) or {}
    if case.get("AttributeValueList") is not None:
        values = {str(at): value for at, value in enumerate(case["AttributeValueList"])}
        found["AttributeValueList"] = list((canonical_values(values) or {}).values())
    return found


_PROJECTING = frozenset({"AttributesToGet", "ExpressionAttributeNames", "ProjectionExpression"})


def projection_of(request: dict[str, Any]) -> Projection | None:
    """The projection of a request that has no other expressions: of GetItem and its like."""
    if _PROJECTING.isdisjoint(request):
        return None
    expressions = Expressions(request)
    projection = expressions.projection()
    expressions.check()
    return projection
