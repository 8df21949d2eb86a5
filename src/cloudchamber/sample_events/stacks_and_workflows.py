"""AWS CloudFormation and AWS Step Functions: their events on EventBridge, beside what they give functions."""

from __future__ import annotations

from typing import Any

from cloudchamber.sample_events.encodings import text_of
from cloudchamber.sample_events.envelope import event
from cloudchamber.sample_events.invocations import create, delete, stack_arn, states_error, task_token, update
from cloudchamber.sample_events.kinds import Json, source
from cloudchamber.sample_events.origin import Origin


def execution_status_change(
    origin: Origin,
    *,
    state_machine: str = "my-state-machine",
    status: str = "SUCCEEDED",
    input: Json = "{}",  # noqa: A002 - what users pass as --input
    output: Json = '"Hello World!"',
    error: str = "",
    cause: str = "",
) -> dict[str, Any]:
    """`Step Functions Execution Status Change`: RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED.

    https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
    """
    name = origin.uuid()
    arn = origin.arn("states", f"execution:{state_machine}:{name}")
    included = {"included": True}
    succeeded = status == "SUCCEEDED"
    failed = status in ("FAILED", "ABORTED", "TIMED_OUT")
    detail = {
        "executionArn": arn,
        "stateMachineArn": origin.arn("states", f"stateMachine:{state_machine}"),
        "stateMachineVersionArn": None,
        "stateMachineAliasArn": None,
        "name": name,
        "status": status,
        "startDate": origin.at_ms - 1_000,
        "stopDate": None if status == "RUNNING" else origin.at_ms,
        "input": text_of(input),
        "output": text_of(output) if succeeded else None,
        "inputDetails": included,
        "outputDetails": included if succeeded else None,
        "error": error or None if failed else None,
        "cause": cause or None if failed else None,
        "redriveCount": 0,
        "redriveDate": None,
        "redriveStatus": "REDRIVABLE" if failed else "NOT_REDRIVABLE",
        "redriveStatusReason": None if failed else f"Execution is {status} and cannot be redriven",
    }
    return event(origin, "aws.states", "Step Functions Execution Status Change", detail, [arn])


def stack_status_change(
    origin: Origin, *, stack: str = "teststack", status: str = "CREATE_COMPLETE", reason: str = ""
) -> dict[str, Any]:
    """`CloudFormation Stack Status Change`.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/event-detail-stack-status-change.html
    """
    arn = stack_arn(origin, stack)
    detail = {
        "stack-id": arn,
        "status-details": {"status": status, "status-reason": reason},
        "client-request-token": "",
    }
    return event(origin, "aws.cloudformation", "CloudFormation Stack Status Change", detail, [arn])


def resource_status_change(
    origin: Origin,
    *,
    stack: str = "teststack",
    logical_id: str = "my-s3-bucket",
    physical_id: str = "amzn-s3-demo-bucket",
    resource_type: str = "AWS::S3::Bucket",
    status: str = "CREATE_COMPLETE",
    reason: str = "",
) -> dict[str, Any]:
    """`CloudFormation Resource Status Change`.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/event-detail-resource-status-change.html
    """
    arn = stack_arn(origin, stack)
    detail = {
        "stack-id": arn,
        "logical-resource-id": logical_id,
        "physical-resource-id": physical_id,
        "status-details": {"status": status, "status-reason": reason},
        "resource-type": resource_type,
        "client-request-token": "",
    }
    return event(origin, "aws.cloudformation", "CloudFormation Resource Status Change", detail, [arn])


def drift_detection(
    origin: Origin,
    *,
    stack: str = "teststack",
    status: str = "DETECTION_COMPLETE",
    drift_status: str = "DRIFTED",
) -> dict[str, Any]:
    """`CloudFormation Drift Detection Status Change`.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/event-detail-drift-detection-status-change.html
    """
    arn = stack_arn(origin, stack)
    detail = {
        "stack-id": arn,
        "stack-drift-detection-id": origin.uuid(),
        "status-details": {"stack-drift-status": drift_status, "detection-status": status},
        "drift-detection-details": {"drifted-stack-resource-count": int(drift_status == "DRIFTED")},
    }
    return event(origin, "aws.cloudformation", "CloudFormation Drift Detection Status Change", detail, [arn])


CLOUDFORMATION = source(
    "cloudformation",
    "AWS CloudFormation",
    {
        "create-request": create,
        "update-request": update,
        "delete-request": delete,
        "stack-status-change": stack_status_change,
        "resource-status-change": resource_status_change,
        "drift-detection-status-change": drift_detection,
    },
)
STEP_FUNCTIONS = source(
    "stepfunctions",
    "AWS Step Functions",
    {
        "error": states_error,
        "task-token": task_token,
        "execution-status-change": execution_status_change,
    },
)
