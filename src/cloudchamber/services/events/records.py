"""Where EventBridge's records lie, all under one account and region. The default bus exists without a record.

buses    (name)              -> Bus
rules    (bus, name)         -> Rule
targets  (bus, rule, id)     -> Target
archives (name)              -> Archive
archived (archive, event's time_ms, serial)   -> the event's text
replays  (name)              -> Replay
connections      (name)      -> Connection
api_destinations (name)      -> ApiDestination
event_sources    (name)      -> EventSource    under the account that it is offered to
offered          (name)      -> the account that a partner event source is offered to, under the partner's
endpoints        (name)      -> Endpoint
endpoint_arns    (id)        -> its ARN    over all accounts and regions
tokens   (connection)        -> Token      of OAuth
paces    (API destination)   -> Pace
"""

from __future__ import annotations

import msgspec

from cloudchamber.aws import Arn, Collection, Context, Scope
from cloudchamber.aws.outgoing import Pace
from cloudchamber.services.events.errors import ResourceNotFoundException
from cloudchamber.services.events.model import (
    DEFAULT_BUS,
    ApiDestination,
    Archive,
    Bus,
    Connection,
    Endpoint,
    EventSource,
    Replay,
    Rule,
    Target,
)
from cloudchamber.services.events.rules.connections import Token

BUSES = Collection("events", "buses", Bus)
RULES = Collection("events", "rules", Rule)
TARGETS = Collection("events", "targets", Target)
ARCHIVES = Collection("events", "archives", Archive)
ARCHIVED = Collection("events", "archived", str)
REPLAYS = Collection("events", "replays", Replay)
CONNECTIONS = Collection("events", "connections", Connection)
API_DESTINATIONS = Collection("events", "api_destinations", ApiDestination)
EVENT_SOURCES = Collection("events", "event_sources", EventSource)
OFFERED = Collection("events", "offered", str)
ENDPOINTS = Collection("events", "endpoints", Endpoint)
ENDPOINT_ARNS = Collection("events", "endpoint_arns", str, Scope.GLOBAL)
TOKENS = Collection("events", "tokens", Token)
PACES = Collection("events", "paces", Pace)
_FORGOTTEN_AT_ONCE_COUNT = 20


def find_bus(ctx: Context, name: str) -> Bus | None:
    """The bus of that name in the context's account and region."""
    return BUSES.get(ctx, name) or (Bus(DEFAULT_BUS) if name == DEFAULT_BUS else None)


def bus_place(ctx: Context, name_or_arn: str | None) -> tuple[Context, str]:
    """The name of a bus, given by name or ARN, with the context of its account and region."""
    if not name_or_arn:
        return ctx, DEFAULT_BUS
    arn = Arn.parse(name_or_arn)
    if arn is None:
        return ctx, name_or_arn
    if arn.account != ctx.account or arn.region != ctx.region:
        ctx = ctx.elsewhere(account=arn.account, region=arn.region)
    return ctx, arn.resource.removeprefix("event-bus/")


def bus_at(ctx: Context, name_or_arn: str | None) -> tuple[Context, Bus]:
    """The bus that a request means, with the context of its account and region. Raises ResourceNotFoundException."""
    ctx, name = bus_place(ctx, name_or_arn)
    bus = find_bus(ctx, name)
    if bus is None:
        raise ResourceNotFoundException(f"Event bus {name} does not exist.")
    return ctx, bus


def rule_at(ctx: Context, bus: Bus, name: str) -> Rule:
    """The rule of that name. Raises ResourceNotFoundException."""
    rule = RULES.get(ctx, bus.name, name)
    if rule is None:
        raise ResourceNotFoundException(f"Rule {name} does not exist on EventBus {bus.name}.")
    return rule


def renew(ctx: Context, bus: Bus) -> int:
    """The rules, targets or archives of a bus have changed: its new version, given out once even if this is undone."""
    version = ctx.serial()
    BUSES.put(ctx, msgspec.structs.replace(bus, version=version), bus.name)
    return version


def forget_rule(ctx: Context, rule: Rule) -> None:
    """Remove a rule and its targets."""
    TARGETS.delete_all(ctx, rule.bus, rule.name)
    RULES.delete(ctx, rule.bus, rule.name)


def keep_event(ctx: Context, archive: Archive, at_ms: int, text: str, oldest_ms: int) -> None:
    """Add an event to an archive, and forget some that are older than `oldest_ms`."""
    ARCHIVED.put(ctx, text, archive.name, at_ms, ctx.serial())
    for key, _ in list(ARCHIVED.scan(ctx, archive.name, before=(oldest_ms,), limit=_FORGOTTEN_AT_ONCE_COUNT)):
        ARCHIVED.delete(ctx, *key)


def connection_named(ctx: Context, name: str) -> Connection:
    """The connection of that name. Raises ResourceNotFoundException."""
    connection = CONNECTIONS.get(ctx, name)
    if connection is None:
        raise ResourceNotFoundException(
            f"Failed to describe the connection(s). Connection '{name}' does not exist."
        )
    return connection


def keep_connection(ctx: Context, connection: Connection) -> None:
    """Write a connection, and wake whoever waits for its state."""
    CONNECTIONS.put(ctx, connection, connection.name)
    ctx.signal("connection", connection.name)


def api_destination_named(ctx: Context, name: str) -> ApiDestination:
    """The API destination of that name. Raises ResourceNotFoundException."""
    destination = API_DESTINATIONS.get(ctx, name)
    if destination is None:
        raise ResourceNotFoundException(
            f"Failed to describe the api-destination(s). An api-destination '{name}' does not exist."
        )
    return destination


def forget_api_destination(ctx: Context, destination: ApiDestination) -> None:
    """Remove an API destination."""
    PACES.delete(ctx, destination.name)
    API_DESTINATIONS.delete(ctx, destination.name)


def next_invocation_at_ms(ctx: Context, name: str) -> int:
    """When an API destination may be invoked once more, which is counted. One that does not exist says so when it is invoked."""
    destination = API_DESTINATIONS.get(ctx, name)
    if destination is None:
        return ctx.now_ms
    pace, at_ms = (PACES.get(ctx, name) or Pace()).next(destination.rate_per_s, ctx.now_ms)
    PACES.put(ctx, pace, name)
    return at_ms


def event_source_named(ctx: Context, name: str) -> EventSource:
    """The partner event source that was offered to this account. Raises ResourceNotFoundException."""
    source = EVENT_SOURCES.get(ctx, name)
    if source is None:
        raise ResourceNotFoundException(f"Event source {name} does not exist.")
    return source


def forget_event_source(ctx: Context, source: EventSource) -> None:
    """Remove a partner event source from the account that it was offered to, and from the partner's."""
    EVENT_SOURCES.delete(ctx, source.name)
    OFFERED.delete(ctx.elsewhere(account=source.partner), source.name)


def endpoint_named(ctx: Context, name: str) -> Endpoint:
    """The global endpoint of that name. Raises ResourceNotFoundException."""
    endpoint = ENDPOINTS.get(ctx, name)
    if endpoint is None:
        raise ResourceNotFoundException(f"Endpoint {name} does not exist.")
    return endpoint


def endpoint_of(ctx: Context, endpoint_id: str) -> tuple[str, Endpoint]:
    """The ARN of the global endpoint with an id, and the endpoint. Raises ResourceNotFoundException."""
    text = ENDPOINT_ARNS.get(ctx, endpoint_id)
    arn = Arn.parse(text) if text else None
    if arn is None or text is None:
        raise ResourceNotFoundException(f"Endpoint {endpoint_id} does not exist.")
    home = ctx.elsewhere(account=arn.account, region=arn.region)
    return text, endpoint_named(home, arn.resource.removeprefix("endpoint/"))
