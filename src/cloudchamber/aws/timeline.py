"""What would happen next, earliest first: calls that wait in the outbox, and what waits for an instant on virtual time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from cloudchamber.aws.call import Call
from cloudchamber.clock import VirtualClock
from cloudchamber.outbox import LABEL, Row

if TYPE_CHECKING:
    from cloudchamber.aws.cloud import Cloud

# What tasks are called elsewhere: by AWS, or by people.
_WORDS = {
    ("lambda", "invoke_event"): "Invoke (asynchronous)",
    ("lambda", "poll_queue"): "poll an SQS queue",
    ("lambda", "poll_stream"): "poll a stream",
    ("dynamodb", "expire_item"): "time to live of an item",
    ("dynamodb", "trim_stream"): "trim a stream",
    ("scheduler", "invoke_target"): "invoke the target of a schedule",
    ("sns", "post_message"): "POST to a subscription",
    ("stepfunctions", "fire_timer"): "wait, timeout or retry of an execution",
    ("stepfunctions", "perform_task"): "task of an execution",
}
# Tasks that count failed attempts themselves, in members of their requests.
_COUNTED_IN = {("lambda", "invoke_event"): ("FunctionErrors", "SystemErrors")}
# Members of requests that name what a task is about, when its service does not say: the first one that is there.
_NAMES = (
    "Name",
    "Execution",
    "ExecutionArn",
    "FunctionArn",
    "Function",
    "Queue",
    "Table",
    "Url",
    "Target",
    "Arn",
)


class Due(msgspec.Struct, frozen=True):
    """Something that is due at `at_ms`; `what` says it for people.

    Of a call that waits in the outbox `service` and all that follows are known: `attempt` (1 when it was not tried yet) of
    `attempts_max` (None: no limit). `recurring`: it comes again for ever.
    """

    at_ms: int
    recurring: bool
    what: str
    service: str = ""
    operation: str = ""
    resource: str = ""
    account: str = ""
    region: str = ""
    attempt: int = 0
    attempts_max: int | None = None


async def timeline(cloud: Cloud, limit: int) -> list[Due]:
    """What is due, earliest first: at most `limit` entries. Under the machine's clock calls only."""
    found = [_of_row(cloud, row, call) for row, call in await cloud.deliveries.waiting(limit)]
    clock = cloud.clock
    if isinstance(clock, VirtualClock):
        found += [
            Due(at_ms, recurring, label or "something waits until then")
            for at_ms, recurring, label in clock.labels()
            if label != LABEL
        ]
    return sorted(found, key=lambda due: due.at_ms)[:limit]


def _of_row(cloud: Cloud, row: Row, call: Call) -> Due:
    cloud.service(call.service)  # loaded, it knows what names its resources
    resource = cloud.resource_of(call) or _named(call.request)
    words = _WORDS.get((call.service, call.operation)) or call.operation.replace("_", " ")
    return Due(
        row.due_at_ms,
        row.recurring,
        " ".join(part for part in (call.service, words, resource) if part),
        call.service,
        call.operation,
        resource,
        call.account,
        call.region,
        *_attempts(row, call),
    )


def _attempts(row: Row, call: Call) -> tuple[int, int | None]:
    """Which attempt it is, and of how many."""
    members = _COUNTED_IN.get((call.service, call.operation))
    if members is None:
        return row.attempts + 1, row.retry.attempts_max
    return 1 + sum(call.request.get(member) or 0 for member in members), None


def _named(request: dict[str, Any]) -> str:
    for member in _NAMES:
        if isinstance(value := request.get(member), str):
            return value
    return ""
