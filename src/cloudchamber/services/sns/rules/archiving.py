"""Decisions about archives of topics and about replays.

https://docs.aws.amazon.com/sns/latest/dg/message-archiving-and-replay-topic-owner.html
https://docs.aws.amazon.com/sns/latest/dg/message-archiving-and-replay-subscriber.html
"""

from __future__ import annotations

from typing import Any, cast

import msgspec

from cloudchamber.services.sns import limits
from cloudchamber.services.sns.errors import invalid
from cloudchamber.services.sns.model import Topic
from cloudchamber.wire.instants import parse_timestamp

_REPLAY_MEMBERS = ("PointType", "StartingPoint", "EndingPoint")


class Window(msgspec.Struct, frozen=True):
    """The instants between which messages are replayed, both included."""

    starting_at_ms: int
    ending_at_ms: int | None


def retention_ms(text: str) -> int:
    """How long an ArchivePolicy keeps messages; 0 for `{}`, which archives nothing. Raises InvalidParameter."""
    policy = _parsed("ArchivePolicy", text, ("MessageRetentionPeriod",))
    if not policy:
        return 0
    days = str(policy["MessageRetentionPeriod"])
    if not (days.isascii() and days.isdigit() and 1 <= int(days) <= limits.RETENTION_DAYS_MAX):
        raise invalid(
            f"ArchivePolicy: Invalid value [{days}] for MessageRetentionPeriod. Must be between 1 and "
            f"{limits.RETENTION_DAYS_MAX} days."
        )
    return int(days) * limits.RETENTION_DAY_MS


def is_empty(text: str) -> bool:
    """Whether a ReplayPolicy ends the replay that another one began."""
    return not text or not _parsed("ReplayPolicy", text, _REPLAY_MEMBERS)


def check_replay(topic: Topic, text: str, now_ms: int) -> None:
    """Raise InvalidParameter for a ReplayPolicy that no subscription of this topic may have. Empty is none."""
    if not text:
        return
    if not topic.archive_policy:
        raise invalid("ReplayPolicy: The topic must have an active ArchivePolicy.")
    asked = window(text)
    if asked.starting_at_ms > now_ms:
        raise invalid("ReplayPolicy: StartingPoint must not be in the future.")


def window(text: str) -> Window:
    """What a ReplayPolicy asks for. Raises InvalidParameter."""
    policy = _parsed("ReplayPolicy", text, _REPLAY_MEMBERS)
    if policy.get("PointType") != "Timestamp":
        raise invalid(
            f"ReplayPolicy: Invalid value [{policy.get('PointType')}] for PointType. Must be Timestamp."
        )
    starting_at_ms = _instant(policy, "StartingPoint")
    if "EndingPoint" not in policy:
        return Window(starting_at_ms, None)
    ending_at_ms = _instant(policy, "EndingPoint")
    if ending_at_ms <= starting_at_ms:
        raise invalid("ReplayPolicy: EndingPoint must be after StartingPoint.")
    return Window(starting_at_ms, ending_at_ms)


def _instant(policy: dict[str, Any], name: str) -> int:
    value = policy.get(name)
    try:
        return round(parse_timestamp(str(value)) * 1_000)
    except ValueError:
        raise invalid(
            f"ReplayPolicy: Invalid value [{value}] for {name}. Must be an ISO 8601 timestamp."
        ) from None


def _parsed(name: str, text: str, members: tuple[str, ...]) -> dict[str, Any]:
    try:
        parsed = msgspec.json.decode(text)
    except msgspec.DecodeError:
        parsed = None
    if not isinstance(parsed, dict):
        raise invalid(f"{name}: failed to parse JSON.")
    policy = cast("dict[str, Any]", parsed)
    for member in policy:
        if member not in members:
            raise invalid(f"{name}: invalid JSON. Attribute {member} is unknown.")
    return policy
