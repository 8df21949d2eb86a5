"""An event of a service of AWS that a user puts onto the default bus, where PutEvents takes only events of one's own.

So what reacts to services that do not exist here can be tried.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from cloudchamber.aws import AwsError, Call, Cloud


class ServiceEvent(msgspec.Struct, frozen=True):
    """The body of `POST /_cloudchamber/events`: an event as targets see it. Its id is drawn anew, its time kept if it has one."""

    source: str
    detail_type: str = msgspec.field(name="detail-type")
    detail: dict[str, Any]
    resources: list[str] = []
    time: str = ""
    account: str = "000000000000"
    region: str = "us-east-1"


async def put_service_event(cloud: Cloud, event: ServiceEvent) -> dict[str, str]:
    """Put it onto the default bus of its account and region, as the service does. Raises AwsError for what EventBridge refuses.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event.html
    """
    if not event.source.startswith("aws."):
        raise AwsError("InvalidRequest", f"{event.source} is no service of AWS: use PutEvents of events.")
    entry: dict[str, Any] = {
        "Source": event.source,
        "DetailType": event.detail_type,
        "Detail": msgspec.json.encode(event.detail).decode(),
        "Resources": event.resources,
    }
    if event.time:
        entry["Time"] = _seconds(event.time)
    principal = f"{event.source.removeprefix('aws.')}.amazonaws.com"
    call = Call("events", "put_service_events", {"Entries": [entry]}, principal, event.account, event.region)
    (result,) = (await cloud.call(call))["Entries"]
    if "ErrorCode" in result:
        raise AwsError(result["ErrorCode"], result["ErrorMessage"])
    return {"EventId": result["EventId"], "account": event.account, "region": event.region}


def _seconds(text: str) -> float:
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise AwsError(
            "InvalidRequest", f"{text!r} is no instant: write time as 2026-01-01T00:00:00Z."
        ) from None
