"""Routes: the rules of a bus and their targets, compiled and kept ready.

They are truth in the records only: each bus carries a number that changes with its rules (never given out twice). Routes made
of another number are brought up to date by the changes in between, as far as they are known, and else are made anew.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from cloudchamber.aws import Arn, Cloud, Context, Retry
from cloudchamber.languages.event_pattern import Matcher, Pattern
from cloudchamber.languages.event_transform import MISSING, InputPath, compile_path, compile_transformer
from cloudchamber.services.events import rules
from cloudchamber.services.events.model import Archive, Bus, Rule, Target
from cloudchamber.services.events.records import ARCHIVES, RULES, TARGETS, renew
from cloudchamber.services.events.rules import Event

Shape = Callable[[Event, int], str]
_CHANGES_MAX = 1_000


class Route:
    """One target of one rule, ready to be delivered to. `shape(event, now_ms)` gives the text that the target gets."""

    __slots__ = (
        "arn",
        "dead_letter_arn",
        "given",
        "kind",
        "retry",
        "rule_arn",
        "rule_name",
        "shape",
        "target_arn",
        "values",
    )

    def __init__(self, rule_name: str, rule_arn: str, target: Target) -> None:
        arn = Arn.parse(target.arn)
        assert arn is not None, "a target's ARN is checked when it is put"
        self.rule_arn, self.target_arn, self.arn, self.given = rule_arn, target.arn, arn, target.given
        self.rule_name = rule_name
        self.shape = _shape(rule_name, rule_arn, target.given)
        self.retry: Retry = rules.retry_of(target.given.get("RetryPolicy"))
        self.kind = kind_of(arn)
        self.values = compiled_values(target.given)
        self.dead_letter_arn: str = (target.given.get("DeadLetterConfig") or {}).get("Arn") or ""


def kind_of(arn: Arn) -> str:
    """What a target is: the service of its ARN, or `api-destination`."""
    return "api-destination" if arn.resource.startswith("api-destination/") else arn.service


def compiled_values(given: dict[str, Any]) -> dict[str, InputPath]:
    """The JSON paths among a target's HTTP parameters and its partition key, by their text."""
    http = given.get("HttpParameters") or {}
    texts = [
        *(http.get("PathParameterValues") or ()),
        *(http.get("HeaderParameters") or {}).values(),
        *(http.get("QueryStringParameters") or {}).values(),
        (given.get("KinesisParameters") or {}).get("PartitionKeyPath") or "",
    ]
    return {text: compile_path(text) for text in texts if text.startswith("$.")}


def _shape(rule_name: str, rule_arn: str, given: dict[str, Any]) -> Shape:
    constant, path, transform = (
        given.get("Input"),
        given.get("InputPath"),
        given.get("InputTransformer"),
    )
    if constant is not None:
        return lambda event, now_ms: constant
    if path is not None and path != "$":
        compiled = compile_path(path)

        def at_path(event: Event, now_ms: int) -> str:
            found = compiled.find(event.value)
            return "{}" if found is MISSING else msgspec.json.encode(found).decode()

        return at_path
    if transform:
        transformer = compile_transformer(transform.get("InputPathsMap"), transform["InputTemplate"])

        def transformed(event: Event, now_ms: int) -> str:
            reserved = {
                "aws.events.rule-arn": rule_arn,
                "aws.events.rule-name": rule_name,
                "aws.events.event.ingestion-time": rules.iso(now_ms),
            }
            return transformer.apply(event.value, reserved)

        return transformed
    return lambda event, now_ms: event.text


def value_of(route: Route, text: str, event: Event) -> str | None:
    """A parameter of a target: the text itself, or what a JSON path finds in the event (None: nothing)."""
    path = route.values.get(text)
    if path is None:
        return text
    found = path.find(event.value)
    if found is MISSING or found is None:
        return None
    return found if isinstance(found, str) else msgspec.json.encode(found).decode()


class Routes:
    """The routes of one bus, and its archives, as of one version."""

    def __init__(self, version: int) -> None:
        self.version = version
        self._matcher = Matcher()
        self._by_rule: dict[str, list[Route]] = {}
        self._archives: list[tuple[Archive, Pattern | None]] = []

    def add(self, rule: Rule, routes: list[Route]) -> None:
        """Let events that a rule's pattern matches take its routes."""
        self._by_rule[rule.name] = routes
        self._matcher.add(rule.name, rules.pattern_of(rule.pattern))

    def remove(self, rule_name: str) -> None:
        """Let no event take a rule's routes."""
        self._by_rule.pop(rule_name, None)
        self._matcher.remove(rule_name)

    def keep_in(self, archives: list[Archive]) -> None:
        """Let events that an archive's pattern matches be kept there; in no others than these."""
        self._archives = [
            (archive, rules.pattern_of(archive.pattern) if archive.pattern else None) for archive in archives
        ]

    def archives_of(self, event: Event) -> list[Archive]:
        """The archives that keep an event. What is replayed is not archived again (F049).

        https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-replay-archived-event.html
        """
        if not self._archives or "replay-name" in event.value:
            return []
        return [
            archive for archive, pattern in self._archives if pattern is None or pattern.matches(event.value)
        ]

    def of(self, event: Event) -> list[Route]:
        """The routes that an event takes, in the order of the rules' names."""
        found = self._matcher.matches(event.value)
        if len(found) == 1:
            return self._by_rule[str(found.pop())]
        return [route for name in sorted(map(str, found)) for route in self._by_rule[name]]


class KeptRoutes:
    """What EventBridge keeps ready beside its records: the routes of each bus that had an event."""

    def __init__(self, cloud: Cloud) -> None:
        self._kept: dict[tuple[str, str, str], Routes] = {}
        self._changes: dict[tuple[str, str, str], dict[int, tuple[int, str]]] = {}

    async def stop(self) -> None:
        """There is nothing to end."""

    def note(self, ctx: Context, bus: Bus, version: int, rule_name: str) -> None:
        """The change of one rule (of archives, without a name) makes a bus be of `version`, unless it is undone."""
        key = (ctx.account, ctx.region, bus.name)
        if key in self._kept:
            changes = self._changes.setdefault(key, {})
            changes[version] = (bus.version, rule_name)
            if len(changes) > _CHANGES_MAX:
                del self._kept[key], self._changes[key]

    def routes(self, ctx: Context, bus: Bus) -> Routes:
        """The routes of a bus as the context's transaction sees it."""
        key = (ctx.account, ctx.region, bus.name)
        kept = self._kept.get(key)
        if kept is None or kept.version != bus.version:
            changed = _changed(self._changes.pop(key, {}), kept.version, bus.version) if kept else None
            if kept is None or changed is None:
                kept = self._kept[key] = Routes(bus.version)
                changed = {"", *(rule.name for rule in RULES.values(ctx, bus.name))}
            _bring_up_to_date(ctx, kept, bus, changed)
        return kept


def _changed(changes: dict[int, tuple[int, str]], old: int, new: int) -> set[str] | None:
    """The names of what changed from one version to another; None when that is not known."""
    names: set[str] = set()
    while new != old:
        change = changes.get(new)
        if change is None:
            return None
        new, name = change
        names.add(name)
    return names


def _bring_up_to_date(ctx: Context, routes: Routes, bus: Bus, changed: set[str]) -> None:
    for name in changed:
        rule = RULES.get(ctx, bus.name, name) if name else None
        if rule and rule.pattern and rule.state != "DISABLED":
            routes.add(rule, routes_of(ctx, rule))
        elif name:
            routes.remove(name)
        else:
            routes.keep_in([archive for archive in ARCHIVES.values(ctx) if archive.bus == bus.name])
    routes.version = bus.version


def change(ctx: Context, bus: Bus, rule_name: str = "") -> None:
    """Say that a rule of a bus or its targets have changed; without a name, that its archives have."""
    ctx.live.note(ctx, bus, renew(ctx, bus), rule_name)


def routes_of(ctx: Context, rule: Rule) -> list[Route]:
    """The routes to the targets of one rule."""
    rule_arn = ctx.arn(rule.resource, service="events")
    return [Route(rule.name, rule_arn, target) for target in TARGETS.values(ctx, rule.bus, rule.name)]
