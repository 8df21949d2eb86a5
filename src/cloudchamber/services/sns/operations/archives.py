"""Archives of FIFO topics: what was published stays, for as long as the topic's policy says.

https://docs.aws.amazon.com/sns/latest/dg/message-archiving-and-replay-topic-owner.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.sns.errors import NotFoundException
from cloudchamber.services.sns.model import Archive, Message, Topic
from cloudchamber.services.sns.operations.replays import end_replay
from cloudchamber.services.sns.records import (
    ARCHIVED,
    ARCHIVES,
    SUBSCRIPTIONS,
    forget_archived,
    keep_subscription,
    topic_at,
)
from cloudchamber.services.sns.rules import archiving


def _archive_of(ctx: Context, topic: Topic) -> Archive:
    archive = ARCHIVES.get(ctx, topic.name)
    assert archive is not None, "a topic with an archive policy has an archive"
    return archive


def beginning_at_ms(ctx: Context, topic: Topic) -> int:
    """The earliest instant from which a topic can be replayed."""
    kept_ms = archiving.retention_ms(topic.archive_policy)
    return max(_archive_of(ctx, topic).began_at_ms, ctx.now_ms - kept_ms)


def follow_archive_policy(ctx: Context, before: Topic, now: Topic) -> None:
    """Begin, change or end a topic's archive as its policy changed. When it ends, all it kept is gone, and replays fail."""
    if now.archive_policy == before.archive_policy:
        return
    if not before.archive_policy:
        ARCHIVES.put(ctx, Archive(ctx.now_ms), now.name)
    elif now.archive_policy:
        _sweep(ctx, now, _archive_of(ctx, now))
    else:
        for subscription in SUBSCRIPTIONS.values(ctx, now.name):
            if subscription.replaying:
                end_replay(ctx, now, subscription)
                failed = msgspec.structs.replace(subscription, replay_status="Failed")
                keep_subscription(ctx, now, failed)
        ARCHIVED.delete_all(ctx, now.name)
        ARCHIVES.delete(ctx, now.name)


def keep_message(ctx: Context, topic: Topic, message: Message, serial: int) -> None:
    """Put a message into its topic's archive, with a timer when it is the only one there."""
    ARCHIVED.put(ctx, message, topic.name, message.published_at_ms, serial)
    archive = _archive_of(ctx, topic)
    if not archive.sweep_at_ms:
        _wind(ctx, topic, archive, message.published_at_ms)


def _wind(ctx: Context, topic: Topic, archive: Archive, oldest_at_ms: int) -> None:
    """Set the timer for the oldest message of an archive; an earlier one is stale by that."""
    due_at_ms = oldest_at_ms + archiving.retention_ms(topic.archive_policy)
    ARCHIVES.put(ctx, msgspec.structs.replace(archive, sweep_at_ms=due_at_ms), topic.name)
    request = {"TopicArn": ctx.arn(topic.name), "DueAtMs": due_at_ms}
    ctx.later("sns", "expire_archived", request, due_at_ms=due_at_ms, recurring=True)


def _sweep(ctx: Context, topic: Topic, archive: Archive) -> None:
    """Remove what has been kept for long enough, and wind the timer for the rest."""
    before_ms = ctx.now_ms - archiving.retention_ms(topic.archive_policy) + 1
    oldest_at_ms = forget_archived(ctx, topic, before_ms)
    if oldest_at_ms:
        _wind(ctx, topic, archive, oldest_at_ms)
    else:
        ARCHIVES.put(ctx, msgspec.structs.replace(archive, sweep_at_ms=0), topic.name)


def expire_archived(ctx: Context, request: dict[str, Any]) -> None:
    """A task: the oldest messages leave a topic's archive. Meant while nothing has set another timer."""
    try:
        ctx, topic = topic_at(ctx, request["TopicArn"])
    except NotFoundException:
        return
    archive = ARCHIVES.get(ctx, topic.name)
    if archive and archive.sweep_at_ms == request["DueAtMs"]:
        _sweep(ctx, topic, archive)
