"""What the outbox runs for CloudWatch."""

from cloudchamber.services.cloudwatch.operations.composites import (
    end_suppression,
    evaluate_composite,
    suppress_actions,
)
from cloudchamber.services.cloudwatch.operations.evaluations import evaluate_alarm
from cloudchamber.services.cloudwatch.operations.transitions import give_up_action, run_action

__all__ = [
    "end_suppression",
    "evaluate_alarm",
    "evaluate_composite",
    "give_up_action",
    "run_action",
    "suppress_actions",
]
