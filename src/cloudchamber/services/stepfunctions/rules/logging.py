"""What a state machine's logging configuration writes to CloudWatch Logs.

https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.languages.states import Recorded
from cloudchamber.services.stepfunctions.model import Execution
from cloudchamber.services.stepfunctions.rules.history import details_member

# https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-log-level
_FATAL = ("ExecutionAborted", "ExecutionFailed", "ExecutionTimedOut")
_DATA = ("input", "output", "parameters", "assignedVariables")


def is_logged(level: str, event_type: str) -> bool:
    """Whether an event is written at a level: ALL, ERROR, FATAL or OFF."""
    if level == "ALL":
        return True
    if level == "FATAL":
        return event_type in _FATAL
    wrong = event_type.endswith(("Failed", "TimedOut", "Aborted")) or event_type == "FailStateEntered"
    return level == "ERROR" and wrong


def log_entries(execution: Execution, events: list[Recorded], now_ms: int) -> list[tuple[str, list[str]]]:
    """For each log group: the lines to write."""
    level, with_data = execution.logging["level"], execution.logging.get("includeExecutionData", False)
    lines = [
        _line(execution, event, now_ms, with_data=with_data)
        for event in events
        if is_logged(level, event.type)
    ]
    groups = [
        destination["cloudWatchLogsLogGroup"]["logGroupArn"].removesuffix(":*").partition(":log-group:")[2]
        for destination in execution.logging.get("destinations") or ()
    ]
    return [(group, lines) for group in groups if lines]


def _line(execution: Execution, event: Recorded, now_ms: int, *, with_data: bool) -> str:
    details = {
        name: value
        for name, value in event.details.items()
        if with_data or name.removesuffix("Details") not in _DATA
    }
    line: dict[str, Any] = {
        "id": str(event.id),
        "type": event.type,
        "details": details if details_member(event.type) else {},
        "previous_event_id": str(event.previous_id),
        "event_timestamp": str(now_ms),
        "execution_arn": execution.arn,
    }
    if execution.redrive_count:
        line["redrive_count"] = str(execution.redrive_count)
    return msgspec.json.encode(line).decode()
