"""How an event of the history is shown.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from cloudchamber.services.stepfunctions.model import Event
from cloudchamber.wire.model import load_model

_DATA = ("input", "output", "parameters", "assignedVariables")


@lru_cache(maxsize=256)
def details_member(event_type: str) -> str | None:
    """The member that holds the details of an event, or None when it has none."""
    for ending in ("StateEntered", "StateExited"):
        if event_type.endswith(ending):
            return f"{ending[0].lower()}{ending[1:]}EventDetails"
    name = f"{event_type[0].lower()}{event_type[1:]}EventDetails"
    return name if name in load_model("stepfunctions").shape("HistoryEvent").members else None


def described(event: Event, *, with_data: bool) -> dict[str, Any]:
    """An event as GetExecutionHistory gives it."""
    answer: dict[str, Any] = {
        "timestamp": event.at_ms / 1000,
        "type": event.type,
        "id": event.id,
        "previousEventId": event.previous_id,
    }
    member = details_member(event.type)
    if member:
        answer[member] = {
            name: value
            for name, value in event.details.items()
            if with_data or name.removesuffix("Details") not in _DATA
        }
    return answer
