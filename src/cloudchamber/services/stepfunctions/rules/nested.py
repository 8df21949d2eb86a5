"""What an execution that waits for another one (`.sync`) is told.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.languages.states import Happening
from cloudchamber.languages.states.resources import SYNC_2
from cloudchamber.services.stepfunctions.model import Execution


def described_for_parent(execution: Execution, pattern: str) -> Happening:
    """The task's success with the description of the execution, or its failure with that as the cause.

    With `.sync` input and output are JSON texts, with `.sync:2` JSON.
    """
    described: dict[str, Any] = {
        "ExecutionArn": execution.arn,
        "Input": _data(execution.input, pattern),
        "InputDetails": {"Included": True},
        "Name": execution.name,
        "StartDate": execution.started_at_ms,
        "StateMachineArn": execution.machine_arn,
        "Status": execution.status,
        "StopDate": execution.stopped_at_ms,
    }
    if execution.output is not None:
        described |= {
            "Output": _data(execution.output, pattern),
            "OutputDetails": {"Included": True},
        }
    if execution.status == "SUCCEEDED":
        return Happening("task_succeeded", output=described)
    for name, value in (("Error", execution.error), ("Cause", execution.cause)):
        if value is not None:
            described[name] = value
    text = msgspec.json.encode(dict(sorted(described.items()))).decode()
    return Happening("task_failed", error="States.TaskFailed", cause=text)


def _data(text: str, pattern: str) -> Any:
    return msgspec.json.decode(text) if pattern == SYNC_2 else text
