"""What CloudFormation puts onto the default event bus of a stack's account when a status changes.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/event-detail-stack-status-change.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/event-detail-resource-status-change.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.services.cloudformation.model import Event

_JSON = msgspec.json.Encoder().encode


def bridge_entry(stack_id: str, event: Event) -> dict[str, Any]:
    """A stack event as an entry of PutEvents: of the stack itself, or of one of its resources."""
    of_stack = event.physical_id == stack_id
    status = {"status": event.status, "status-reason": event.reason}
    detail: dict[str, Any] = {"stack-id": stack_id}
    if not of_stack:
        detail |= {"logical-resource-id": event.logical_id, "physical-resource-id": event.physical_id}
    detail["status-details"] = status
    if not of_stack:
        detail["resource-type"] = event.type
    detail["client-request-token"] = event.client_request_token
    return {
        "Source": "aws.cloudformation",
        "DetailType": f"CloudFormation {'Stack' if of_stack else 'Resource'} Status Change",
        "Resources": [stack_id],
        "Detail": _JSON(detail).decode(),
        "Time": event.at_ms / 1_000,
    }
