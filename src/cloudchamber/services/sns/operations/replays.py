"""Replays: a subscription gets once more what its topic has archived, and then what has been published meanwhile.

https://docs.aws.amazon.com/sns/latest/dg/message-archiving-and-replay-subscriber.html

A replay goes on in steps, each a row of the outbox and one transaction: the deliveries of some messages, and the place in the
archive at which the next step begins. What is published during a replay waits in the archive for its turn, so that the order
of its group holds.
"""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.sns import limits
from cloudchamber.services.sns.errors import NotFoundException
from cloudchamber.services.sns.model import Message, Replay, Subscription, Topic
from cloudchamber.services.sns.operations.deliveries import Fan
from cloudchamber.services.sns.records import REPLAYS, archived_behind, keep_subscription, subscription_at
from cloudchamber.services.sns.rules import archiving


def begin_replay(ctx: Context, topic: Topic, subscription: Subscription) -> Subscription:
    """`subscription` with the replay begun that its ReplayPolicy asks for, if it has one."""
    text = subscription.attributes.get("ReplayPolicy", "")
    if not text:
        return msgspec.structs.replace(subscription, replay_status="")
    if not topic.archive_policy:
        return msgspec.structs.replace(subscription, replay_status="Failed")
    asked, now_ms = archiving.window(text), ctx.now_ms
    begun = (now_ms, ctx.serial())
    ending_at_ms = now_ms if asked.ending_at_ms is None else asked.ending_at_ms
    replay = Replay(ctx.ids.uuid(), (asked.starting_at_ms - 1, begun[1]), begun, ending_at_ms)
    REPLAYS.put(ctx, replay, topic.name, subscription.id)
    _put_step(ctx, subscription, replay, limits.REPLAY_START_MS)
    return msgspec.structs.replace(subscription, replay_status="Pending")


def _put_step(ctx: Context, subscription: Subscription, replay: Replay, after_ms: int) -> None:
    request = {"SubscriptionArn": subscription.arn, "ReplayId": replay.id}
    ctx.later("sns", "replay_messages", request, due_at_ms=ctx.now_ms + after_ms)


def end_replay(ctx: Context, topic: Topic, subscription: Subscription) -> None:
    """End a subscription's replay before its time, if there is one. What waited behind it is delivered now."""
    replay = REPLAYS.get(ctx, topic.name, subscription.id)
    if replay is None:
        return
    for _, message in archived_behind(ctx, topic, max(replay.at, replay.begun)):
        Fan(ctx, topic, message).deliver(subscription)
    REPLAYS.delete(ctx, topic.name, subscription.id)


def replay_messages(ctx: Context, request: dict[str, Any]) -> None:
    """A task: one step of a replay. Meant while its subscription has this replay."""
    try:
        ctx, topic, subscription = subscription_at(ctx, request["SubscriptionArn"])
    except NotFoundException:
        return
    replay = REPLAYS.get(ctx, topic.name, subscription.id)
    if replay is None or replay.id != request["ReplayId"]:
        return
    found = archived_behind(ctx, topic, replay.at, limits.REPLAYED_PER_STEP_COUNT)
    for at, message in found:
        if at > replay.begun:
            Fan(ctx, topic, message).deliver(subscription)
        elif message.published_at_ms <= replay.ending_at_ms:
            Fan(ctx, topic, _again(message, replay)).deliver(subscription)
    if found:
        replay = msgspec.structs.replace(replay, at=found[-1][0])
        REPLAYS.put(ctx, replay, topic.name, subscription.id)
        _put_step(ctx, subscription, replay, limits.REPLAY_STEP_MS)
    else:
        REPLAYS.delete(ctx, topic.name, subscription.id)
    status = "In progress" if found else "Completed"
    if status != subscription.replay_status:
        keep_subscription(ctx, topic, msgspec.structs.replace(subscription, replay_status=status))


def _again(message: Message, replay: Replay) -> Message:
    """A message as a replay sends it: a queue that got it minutes ago must not take it for a duplicate."""
    told_apart = hashlib.sha256(f"{replay.id}/{message.id}".encode()).hexdigest()
    return msgspec.structs.replace(message, replayed=True, deduplication_id=told_apart)
