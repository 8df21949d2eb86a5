"""The default event bus hears of every change of a status, those of one second together: most chambers have no rule for them.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacks-event-bridge.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context, Retry
from cloudchamber.services.cloudformation import limits
from cloudchamber.services.cloudformation.records import events_since, take_untold
from cloudchamber.services.cloudformation.rules.bridging import bridge_entry

_PRINCIPAL = "cloudformation.amazonaws.com"
_RETRY = Retry(base_ms=1_000, attempts_max=20)


def tell_event_bus(ctx: Context, request: dict[str, Any]) -> None:
    """A task: put what happened to a stack onto the default event bus."""
    stack_id = request["StackId"]
    since = take_untold(ctx, stack_id)
    if since is None or not _is_heard(ctx):
        return
    entries = [bridge_entry(stack_id, event) for event in events_since(ctx, stack_id, since)]
    size = limits.BUS_ENTRIES_PER_CALL_MAX
    for start in range(0, len(entries), size):
        ctx.later(
            "events",
            "put_service_events",
            {"Entries": entries[start : start + size]},
            retry=_RETRY,
            principal=_PRINCIPAL,
        )


def _is_heard(ctx: Context) -> bool:
    """Whether the default event bus has a rule or an archive: looking is cheaper than sixty events that go nowhere."""
    if ctx.join("events", "ListRules", {"Limit": 1}, principal=_PRINCIPAL)["Rules"]:
        return True
    archived = {"EventSourceArn": ctx.arn("event-bus/default", service="events"), "Limit": 1}
    return bool(ctx.join("events", "ListArchives", archived, principal=_PRINCIPAL)["Archives"])
