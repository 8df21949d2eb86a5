"""AWS Config: what the functions of custom rules are given, and its events on EventBridge."""

from __future__ import annotations

from typing import Any

from cloudchamber.sample_events.encodings import text_of
from cloudchamber.sample_events.envelope import event
from cloudchamber.sample_events.kinds import JsonObject, source
from cloudchamber.sample_events.origin import Origin

_PARAMETERS = '{"myParameterKey": "myParameterValue"}'


def item_change(
    origin: Origin,
    *,
    resource_type: str = "AWS::EC2::Instance",
    resource_id: str = "i-00000000",
    configuration: JsonObject = '{"instanceId": "i-00000000"}',
    rule: str = "example-config-rule",
    rule_parameters: JsonObject = _PARAMETERS,
) -> dict[str, Any]:
    """A resource of a custom rule has changed.

    https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config_develop-rules_example-events.html
    """
    item = _item(origin, resource_type, resource_id)
    item |= {
        "configuration": configuration,
        "relationships": [],
        "relatedEvents": [],
        "supplementaryConfiguration": {},
        "tags": {},
    }
    invoking = {
        "configurationItemDiff": {"changedProperties": {}, "changeType": "CREATE"},
        "configurationItem": item,
        "notificationCreationTime": origin.millisecond(),
        "messageType": "ConfigurationItemChangeNotification",
        "recordVersion": "1.2",
    }
    return _evaluation(origin, invoking, rule, rule_parameters)


def oversized_item_change(
    origin: Origin,
    *,
    resource_type: str = "AWS::EC2::Instance",
    resource_id: str = "i-00000000",
    rule: str = "example-config-rule",
    rule_parameters: JsonObject = _PARAMETERS,
) -> dict[str, Any]:
    """A resource of a custom rule has changed, and is too large to be told: its history has to be asked for.

    https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config_develop-rules_example-events.html
    """
    summary = _item(origin, resource_type, resource_id) | {"changeType": "CREATE"}
    invoking = {
        "configurationItemSummary": summary,
        "notificationCreationTime": origin.millisecond(),
        "messageType": "OversizedConfigurationItemChangeNotification",
        "recordVersion": "1.0",
    }
    return _evaluation(origin, invoking, rule, rule_parameters)


def periodic_rule(
    origin: Origin, *, rule: str = "periodic-config-rule", rule_parameters: JsonObject = _PARAMETERS
) -> dict[str, Any]:
    """A custom rule that is evaluated from time to time.

    https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config_develop-rules_example-events.html
    """
    invoking = {
        "awsAccountId": origin.account_id,
        "notificationCreationTime": origin.millisecond(),
        "messageType": "ScheduledNotification",
        "recordVersion": "1.0",
    }
    return _evaluation(origin, invoking, rule, rule_parameters)


def _item(origin: Origin, resource_type: str, resource_id: str) -> dict[str, Any]:
    return {
        "configurationItemCaptureTime": origin.millisecond(-60_000),
        "configurationStateId": origin.at_ms,
        "configurationItemVersion": "1.3",
        "awsAccountId": origin.account_id,
        "configurationItemStatus": "ResourceDiscovered",
        "resourceId": resource_id,
        "resourceType": resource_type,
        "resourceName": resource_id,
        "ARN": origin.arn("ec2", f"instance/{resource_id}"),
        "awsRegion": origin.region,
        "availabilityZone": f"{origin.region}a",
        "configurationStateMd5Hash": origin.hex(32),
        "resourceCreationTime": origin.millisecond(-120_000),
    }


def _evaluation(
    origin: Origin, invoking: dict[str, Any], rule: str, parameters: dict[str, Any]
) -> dict[str, Any]:
    rule_id = f"config-rule-{origin.letters(6)}"
    return {
        "invokingEvent": text_of(invoking),
        "ruleParameters": text_of(parameters),
        "resultToken": origin.token(64),
        "eventLeftScope": False,
        "executionRoleArn": origin.global_arn("iam", "role/config-role"),
        "configRuleArn": origin.arn("config", f"config-rule/{rule_id}"),
        "configRuleName": rule,
        "configRuleId": rule_id,
        "accountId": origin.account_id,
        "version": "1.0",
    }


def compliance_change(
    origin: Origin,
    *,
    rule: str = "example-config-rule",
    resource_type: str = "AWS::EC2::Instance",
    resource_id: str = "i-00000000",
    compliance: str = "NON_COMPLIANT",
    previous_compliance: str = "COMPLIANT",
) -> dict[str, Any]:
    """`Config Rules Compliance Change`.

    https://docs.aws.amazon.com/config/latest/developerguide/monitor-config-with-cloudwatchevents.html
    """
    detail = {
        "resourceId": resource_id,
        "awsRegion": origin.region,
        "awsAccountId": origin.account_id,
        "configRuleName": rule,
        "recordVersion": "1.0",
        "configRuleARN": origin.arn("config", f"config-rule/config-rule-{origin.letters(6)}"),
        "messageType": "ComplianceChangeNotification",
        "newEvaluationResult": _result(origin, rule, resource_type, resource_id, compliance, 0),
        "oldEvaluationResult": _result(
            origin, rule, resource_type, resource_id, previous_compliance, -60_000
        ),
        "notificationCreationTime": origin.millisecond(),
        "resourceType": resource_type,
    }
    return event(origin, "aws.config", "Config Rules Compliance Change", detail)


def _result(
    origin: Origin, rule: str, resource_type: str, resource_id: str, compliance: str, after_ms: int
) -> dict[str, Any]:
    qualifier = {"configRuleName": rule, "resourceType": resource_type, "resourceId": resource_id}
    return {
        "evaluationResultIdentifier": {
            "evaluationResultQualifier": qualifier,
            "orderingTimestamp": origin.millisecond(after_ms - 1_000),
        },
        "complianceType": compliance,
        "resultRecordedTime": origin.millisecond(after_ms),
        "configRuleInvokedTime": origin.millisecond(after_ms - 500),
    }


CONFIG = source(
    "config",
    "AWS Config",
    {
        "item-change-notification": item_change,
        "oversized-item-change-notification": oversized_item_change,
        "periodic-rule": periodic_rule,
        "compliance-change": compliance_change,
    },
)
