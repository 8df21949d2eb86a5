"""Targets of rules: put, list, remove.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Arn, AwsError, Context
from cloudchamber.languages.event_transform import InvalidTransform, compile_path, compile_transformer
from cloudchamber.services.events import limits
from cloudchamber.services.events.errors import (
    LimitExceededException,
    ManagedRuleException,
    ValidationException,
)
from cloudchamber.services.events.model import Rule, Target
from cloudchamber.services.events.operations.pages import page
from cloudchamber.services.events.operations.routes import change, compiled_values, kind_of
from cloudchamber.services.events.records import TARGETS, bus_at, rule_at

_NEED_ROLE = ("api-destination", "kinesis", "states")
_DELIVERABLE = ("api-destination", "events", "kinesis", "lambda", "logs", "schemas", "sns", "sqs", "states")


def put_targets(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html"""
    ctx, bus = bus_at(ctx, request.get("EventBusName"))
    rule = rule_at(ctx, bus, request["Rule"])
    if rule.managed_by:
        raise ManagedRuleException()
    given = request["Targets"]
    ids = {target["Id"] for target in given}
    if len(ids) != len(given):
        raise ValidationException("Duplicate target ids are not allowed.")
    for target in given:
        _check(target)
    kept = {target.id for target in TARGETS.values(ctx, bus.name, rule.name)}
    if len(kept | ids) > limits.TARGETS_PER_RULE_MAX:
        raise LimitExceededException()
    for target in given:
        TARGETS.put(ctx, Target(target["Id"], target["Arn"], target), bus.name, rule.name, target["Id"])
    change(ctx, bus, rule.name)
    return {"FailedEntryCount": 0, "FailedEntries": []}


def _check(target: dict[str, Any]) -> None:
    """Raise AWS's error for a target that cannot be, or the chamber's for one that it cannot reach."""
    arn = Arn.parse(target["Arn"])
    if arn is None:
        raise ValidationException(
            f"Parameter {target['Arn']} is not valid. Reason: Provided Arn is not in correct format."
        )
    kind = kind_of(arn)
    if kind not in _DELIVERABLE or (kind == "events" and not arn.resource.startswith("event-bus/")):
        kind = f"{kind} {arn.resource.partition('/')[0]}" if kind == "events" else kind
        raise AwsError(
            "NotImplemented",
            f"Targets of {kind} are not available in Cloud Chamber yet ({target['Arn']}).",
            status=501,
        )
    if kind in _NEED_ROLE and not target.get("RoleArn"):
        raise ValidationException(f"RoleArn is required for target {target['Arn']}.")
    _check_queue(target, arn)
    _check_input(target)
    _check_paths(target)
    dead_letter = (target.get("DeadLetterConfig") or {}).get("Arn")
    if dead_letter:
        queue = Arn.parse(dead_letter)
        if queue is None or queue.service != "sqs" or queue.resource.endswith(".fifo"):
            raise ValidationException("Parameter DeadLetterConfig is not valid. Reason: Invalid Arn.")


def _check_queue(target: dict[str, Any], arn: Arn) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_SqsParameters.html"""
    if arn.service != "sqs" or not arn.resource.endswith(".fifo"):
        return
    if not (target.get("SqsParameters") or {}).get("MessageGroupId"):
        raise ValidationException(f"Parameter(s) SqsParameters must be specified for target: {target['Id']}.")


def _check_paths(target: dict[str, Any]) -> None:
    path = (target.get("KinesisParameters") or {}).get("PartitionKeyPath")
    if path is not None and not path.startswith("$."):
        raise ValidationException(f"PartitionKeyPath is not a JSON path for target {target['Id']}.")
    try:
        compiled_values(target)
    except InvalidTransform as error:
        raise ValidationException(f"{error.message} for target {target['Id']}.") from None


def _check_input(target: dict[str, Any]) -> None:
    given = [name for name in ("Input", "InputPath", "InputTransformer") if target.get(name) is not None]
    if len(given) > 1:
        raise ValidationException(
            f"Only one of Input, InputPath, or InputTransformer must be provided for target {target['Id']}."
        )
    try:
        if target.get("InputPath") is not None:
            compile_path(target["InputPath"])
        elif target.get("InputTransformer"):
            transformer = target["InputTransformer"]
            compile_transformer(transformer.get("InputPathsMap"), transformer["InputTemplate"])
        elif target.get("Input") is not None:
            msgspec.json.decode(target["Input"])
    except InvalidTransform as error:
        raise ValidationException(f"{error.message} for target {target['Id']}.") from None
    except msgspec.DecodeError:
        raise ValidationException(f"JSON syntax error in input for target {target['Id']}.") from None


def list_targets_by_rule(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListTargetsByRule.html"""
    ctx, bus = bus_at(ctx, request.get("EventBusName"))
    rule = rule_at(ctx, bus, request["Rule"])
    found, token = page(request, TARGETS.values(ctx, bus.name, rule.name), lambda target: target.id)
    return {"Targets": [target.given for target in found]} | token


def remove_targets(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_RemoveTargets.html"""
    ctx, bus = bus_at(ctx, request.get("EventBusName"))
    rule = rule_at(ctx, bus, request["Rule"])
    if rule.managed_by and not request.get("Force"):
        raise ManagedRuleException()
    failed = [each for each in request["Ids"] if not TARGETS.has(ctx, bus.name, rule.name, each)]
    for identity in request["Ids"]:
        TARGETS.delete(ctx, bus.name, rule.name, identity)
    change(ctx, bus, rule.name)
    return {"FailedEntryCount": len(failed), "FailedEntries": [_unknown(rule, each) for each in failed]}


def _unknown(rule: Rule, identity: str) -> dict[str, str]:
    message = f"Rule '{rule.name}' does not have a target with the Id '{identity}'."
    return {"TargetId": identity, "ErrorCode": "ResourceNotFoundException", "ErrorMessage": message}
