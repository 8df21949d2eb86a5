"""PutEvents: events enter a bus and take the routes of the rules that match them.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.events import limits, rules
from cloudchamber.services.events.errors import ValidationException
from cloudchamber.services.events.model import Bus, Endpoint
from cloudchamber.services.events.operations.buses import arn_of
from cloudchamber.services.events.operations.deliveries import deliver
from cloudchamber.services.events.records import (
    OFFERED,
    bus_at,
    bus_place,
    endpoint_of,
    event_source_named,
    find_bus,
    keep_event,
)
from cloudchamber.services.events.rules import Event, Refused, policies


def put_events(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Take up to ten events, each answered for itself (F089)."""
    if request.get("EndpointId"):
        arn, endpoint = endpoint_of(ctx, request["EndpointId"])
        return _put(
            request["Entries"],
            lambda entry: _put_one(ctx, _routed(ctx, entry, arn, endpoint), from_aws=False),
        )
    return _put(request["Entries"], lambda entry: _put_one(ctx, entry, from_aws=False))


def put_service_events(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """The same for services of AWS: their events have sources that begin with `aws.`."""
    return _put(request["Entries"], lambda entry: _put_one(ctx, entry, from_aws=True))


def put_partner_events(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Take up to twenty events of a partner's own sources.

    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutPartnerEvents.html
    """
    return _put(request["Entries"], lambda entry: _put_partners(ctx, entry))


def _put(entries: list[dict[str, Any]], put_one: Callable[[dict[str, Any]], str]) -> dict[str, Any]:
    if sum(map(rules.entry_bytes, entries)) > limits.REQUEST_BYTES_MAX:
        raise ValidationException("Total size of the entries in the request is over the limit.")
    results: list[dict[str, Any]] = []
    failed_count = 0
    for entry in entries:
        try:
            results.append({"EventId": put_one(entry)})
        except Refused as refused:
            failed_count += 1
            results.append({"ErrorCode": refused.code, "ErrorMessage": refused.message})
    return {"FailedEntryCount": failed_count, "Entries": results}


def _put_one(ctx: Context, entry: dict[str, Any], *, from_aws: bool) -> str:
    """Let one event enter its bus. An event for a bus that does not exist is taken, and goes nowhere."""
    detail = rules.detail_of(entry, from_aws=from_aws)
    caller = ctx.account
    ctx, name = bus_place(ctx, entry.get("EventBusName"))
    event = _event(ctx, entry, detail, account=caller)
    bus = find_bus(ctx, name)
    if bus:
        if ctx.account != caller:
            check_may_put(ctx, bus, caller, event)
        enter(ctx, bus, event)
    return event.value["id"]


def _routed(ctx: Context, entry: dict[str, Any], arn: str, endpoint: Endpoint) -> dict[str, Any]:
    """An entry that came to a global endpoint, as it goes to the bus of the primary Region.

    It may name its bus by the name, or by the ARN in either Region. The endpoint is added to its resources, by which the
    rules know it that replicate it.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-global-endpoints.html
    """
    primary = endpoint.buses[0]
    _, wanted = bus_place(ctx, entry.get("EventBusName"))
    if wanted != bus_place(ctx, primary)[1]:
        reason = "Reason: The event bus does not belong to the endpoint."
        raise Refused("InvalidArgument", f"Parameter EventBusName is not valid. {reason}")
    return entry | {"EventBusName": primary, "Resources": [*(entry.get("Resources") or ()), arn]}


def _put_partners(ctx: Context, entry: dict[str, Any]) -> str:
    """Let one event of a partner enter the bus of its source; while the source is not active, it goes nowhere."""
    detail = rules.detail_of(entry, from_aws=True)
    name = entry["Source"]
    account = OFFERED.get(ctx, name)
    if account is None:
        raise rules.unauthorized_source()
    ctx = ctx.elsewhere(account=account)
    event = _event(ctx, entry, detail, account=account)
    if event_source_named(ctx, name).state == "ACTIVE":
        enter(ctx, bus_at(ctx, name)[1], event)
    return event.value["id"]


def _event(ctx: Context, entry: dict[str, Any], detail: dict[str, Any], *, account: str) -> Event:
    """The event that an entry becomes in the context's region."""
    time_s = entry.get("Time")
    return Event(
        {
            "version": "0",
            "id": ctx.ids.uuid(),
            "detail-type": entry["DetailType"],
            "source": entry["Source"],
            "account": account,
            "time": rules.iso(ctx.now_ms if time_s is None else int(time_s * 1000)),
            "region": ctx.region,
            "resources": entry.get("Resources") or [],
            "detail": detail,
        }
    )


def check_may_put(ctx: Context, bus: Bus, account: str, event: Event) -> None:
    """Raise Refused unless the policy of a bus lets another account put an event onto it (F052)."""
    bus_arn = arn_of(ctx, bus.name)
    if not policies.allows(bus.policy, account, bus_arn, event.value):
        raise Refused(
            "AccessDeniedException",
            f"User: arn:aws:iam::{account}:root is not authorized to perform: events:PutEvents on resource: {bus_arn} "
            "because no resource-based policy allows the events:PutEvents action",
        )


def enter(
    ctx: Context, bus: Bus, event: Event, *, forwarded: bool = False, rule_arns: tuple[str, ...] = ()
) -> None:
    """Let an event take the routes of its bus (only those of `rule_arns`, if given), and be kept in its archives."""
    known = ctx.live.routes(ctx, bus)
    for archive in known.archives_of(event):
        at_ms, oldest_ms = (
            rules.instant_ms(event.value["time"]),
            rules.oldest_kept_ms(archive.retention_days, ctx.now_ms),
        )
        keep_event(ctx, archive, at_ms, event.text, oldest_ms)
    routes = known.of(event)
    if rule_arns:
        routes = [route for route in routes if route.rule_arn in rule_arns]
    if routes:
        deliver(ctx, routes, event, forwarded=forwarded)
