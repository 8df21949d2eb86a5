"""What the default event bus is told of a Standard execution.

https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.services.stepfunctions import limits
from cloudchamber.services.stepfunctions.model import Execution


def status_change(execution: Execution) -> dict[str, Any]:
    """The event `Step Functions Execution Status Change`, as an entry of PutEvents.

    Input and output are left out, and said not to be included, when they make the event too large.
    """
    small = (
        len(execution.input.encode()) + len((execution.output or "").encode()) <= limits.EVENT_DATA_BYTES_MAX
    )
    detail = {
        "executionArn": execution.arn,
        "stateMachineArn": execution.machine_arn,
        "name": execution.name,
        "status": execution.status,
        "startDate": execution.started_at_ms,
        "stopDate": execution.stopped_at_ms or None,
        "input": execution.input if small else None,
        "output": execution.output if small else None,
        "stateMachineVersionArn": execution.version_arn or None,
        "stateMachineAliasArn": execution.alias_arn or None,
        "redriveCount": execution.redrive_count,
        "redriveDate": execution.redriven_at_ms or None,
        "redriveStatus": redrive_status(execution)[0],
        "redriveStatusReason": redrive_status(execution)[1],
        "inputDetails": {"included": True} if small else {"included": False},
        "outputDetails": None if execution.output is None else {"included": small},
        "error": execution.error,
        "cause": execution.cause,
    }
    return {
        "Source": "aws.states",
        "DetailType": "Step Functions Execution Status Change",
        "Resources": [execution.arn],
        "Detail": msgspec.json.encode(detail).decode(),
    }


def redrive_status(execution: Execution, now_ms: int | None = None) -> tuple[str, str | None]:
    """Whether an execution can be redriven, and why not.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
    """
    if execution.status == "RUNNING":
        return "NOT_REDRIVABLE", "Execution is RUNNING and cannot be redriven"
    if execution.status == "SUCCEEDED":
        return "NOT_REDRIVABLE", "Execution is SUCCEEDED and cannot be redriven"
    if now_ms is not None and now_ms - execution.started_at_ms > limits.REDRIVE_MS_MAX:
        return "NOT_REDRIVABLE", "Execution redrivable period exceeded"
    return "REDRIVABLE", None
