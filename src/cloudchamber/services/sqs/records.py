"""Where SQS's records lie, all under one account and region:

queues       (name)                               -> Queue
deleted      (name)                               -> instant of its deletion
waiting      (queue, visible_at_ms, serial)       -> Message   standard: available, or delayed
in_flight    (queue, serial)                      -> Message   received; both kinds
until        (queue, visible_at_ms, serial)       -> group     when an in-flight message comes back
returned     (queue, serial)                      -> instant at which an in-flight message came back, until it is received again
grouped      (queue, group, serial)               -> Message   FIFO: not in flight
heads        (queue, serial)                      -> group     FIFO: the first message of each group that is not blocked
blocking     (queue, group, serial)               -> nothing   the in-flight messages of a group, of either kind of queue
sent         (queue, scope, deduplication id)     -> Sent
sent_until   (queue, until_ms, scope, id)         -> nothing
attempts     (queue, attempt id)                  -> Attempt
moves        (queue, started_at_ms, task id)      -> Move
"""

from __future__ import annotations

from cloudchamber.aws import Collection, Context
from cloudchamber.services.sqs.errors import QueueDoesNotExist
from cloudchamber.services.sqs.model import Attempt, Message, Move, Queue, Sent

QUEUES = Collection("sqs", "queues", Queue)
DELETED = Collection("sqs", "deleted", int)
WAITING = Collection("sqs", "waiting", Message)
IN_FLIGHT = Collection("sqs", "in_flight", Message)
UNTIL = Collection("sqs", "until", str)
RETURNED = Collection("sqs", "returned", int)
GROUPED = Collection("sqs", "grouped", Message)
HEADS = Collection("sqs", "heads", str)
BLOCKING = Collection("sqs", "blocking", bool)
SENT = Collection("sqs", "sent", Sent)
SENT_UNTIL = Collection("sqs", "sent_until", bool)
ATTEMPTS = Collection("sqs", "attempts", Attempt)
MOVES = Collection("sqs", "moves", Move)

OLDEST_SCANNED_MAX = 1_000

_CONTENT = (WAITING, IN_FLIGHT, UNTIL, RETURNED, GROUPED, HEADS, BLOCKING, ATTEMPTS)


def queue_named(ctx: Context, name: str) -> Queue:
    """The queue of that name. Raises QueueDoesNotExist."""
    queue = QUEUES.get(ctx, name)
    if queue is None:
        raise QueueDoesNotExist()
    return queue


def add(ctx: Context, queue: Queue, message: Message) -> None:
    """Let a message wait in its queue: by its instant, or behind the others of its group."""
    if not queue.fifo:
        WAITING.put(ctx, message, queue.name, message.visible_at_ms, message.serial)
        return
    GROUPED.put(ctx, message, queue.name, message.group_id, message.serial)
    if not _blocked(ctx, queue.name, message.group_id):
        _set_head(ctx, queue.name, message.group_id)


def take(ctx: Context, queue: Queue, message: Message, received: Message) -> None:
    """A waiting message is received: it is in flight until `received.visible_at_ms`."""
    if queue.fifo:
        _clear_head(ctx, queue.name, message.group_id)
        GROUPED.delete(ctx, queue.name, message.group_id, message.serial)
    else:
        WAITING.delete(ctx, queue.name, message.visible_at_ms, message.serial)
    if message.group_id:
        BLOCKING.put(ctx, True, queue.name, message.group_id, message.serial)
    if message.receive_count:
        RETURNED.delete(ctx, queue.name, message.serial)
    IN_FLIGHT.put(ctx, received, queue.name, received.serial)
    UNTIL.put(ctx, received.group_id, queue.name, received.visible_at_ms, received.serial)


def keep_hidden(ctx: Context, queue: Queue, message: Message, changed: Message) -> None:
    """An in-flight message comes back at another instant."""
    UNTIL.delete(ctx, queue.name, message.visible_at_ms, message.serial)
    IN_FLIGHT.put(ctx, changed, queue.name, changed.serial)
    UNTIL.put(ctx, changed.group_id, queue.name, changed.visible_at_ms, changed.serial)


def remove_in_flight(ctx: Context, queue: Queue, message: Message) -> None:
    """An in-flight message is deleted; its group goes on when it was the last one in flight."""
    UNTIL.delete(ctx, queue.name, message.visible_at_ms, message.serial)
    IN_FLIGHT.delete(ctx, queue.name, message.serial)
    if message.group_id:
        BLOCKING.delete(ctx, queue.name, message.group_id, message.serial)
    if queue.fifo and not _blocked(ctx, queue.name, message.group_id):
        _set_head(ctx, queue.name, message.group_id)


def in_flight_of_group(ctx: Context, queue: Queue, group_id: str) -> int:
    """How many messages of a group are in flight; of those without a group, none that matters."""
    return BLOCKING.count(ctx, queue.name, group_id) if group_id else 0


def remove_waiting(ctx: Context, queue: Queue, message: Message) -> None:
    """A message that is not in flight leaves its queue."""
    if message.receive_count:
        RETURNED.delete(ctx, queue.name, message.serial)
    if not queue.fifo:
        WAITING.delete(ctx, queue.name, message.visible_at_ms, message.serial)
        return
    HEADS.delete(ctx, queue.name, message.serial)
    GROUPED.delete(ctx, queue.name, message.group_id, message.serial)
    if not _blocked(ctx, queue.name, message.group_id):
        _set_head(ctx, queue.name, message.group_id)


def come_back(ctx: Context, queue: Queue, now_ms: int) -> None:
    """Messages whose visibility timeout has ended wait again."""
    for (_, _, serial), _ in list(UNTIL.scan(ctx, queue.name, before=(now_ms + 1,))):
        message = IN_FLIGHT.get(ctx, queue.name, serial)
        assert message is not None, "what comes back is in flight"
        return_to_queue(ctx, queue, message)


def return_to_queue(ctx: Context, queue: Queue, message: Message) -> None:
    """One in-flight message waits again, in its old place. Its receipt is good until it is received again."""
    if queue.fifo:
        GROUPED.put(ctx, message, queue.name, message.group_id, message.serial)
    else:
        WAITING.put(ctx, message, queue.name, message.visible_at_ms, message.serial)
    RETURNED.put(ctx, message.visible_at_ms, queue.name, message.serial)
    remove_in_flight(ctx, queue, message)


def returned(ctx: Context, queue: Queue, serial: int) -> Message | None:
    """The message of that number if it came back and was not received again."""
    visible_at_ms = RETURNED.get(ctx, queue.name, serial)
    if visible_at_ms is None or queue.fifo:
        return None
    return WAITING.get(ctx, queue.name, visible_at_ms, serial)


def next_change_at_ms(ctx: Context, queue: Queue, now_ms: int) -> int | None:
    """When, without another call, a message will next become visible."""
    instants = [int(key[1]) for key, _ in UNTIL.scan(ctx, queue.name, limit=1)]
    if queue.fifo:
        if queue.delay_s:
            for (_, serial), group in HEADS.scan(ctx, queue.name, limit=1):
                head = GROUPED.get(ctx, queue.name, group, serial)
                instants += [head.sent_at_ms + queue.delay_s * 1000] if head else []
    else:
        instants += [int(key[1]) for key, _ in WAITING.scan(ctx, queue.name, since=(now_ms + 1,), limit=1)]
    return min((at_ms for at_ms in instants if at_ms > now_ms), default=None)


def forget_content(ctx: Context, name: str) -> None:
    """Remove every message of a queue."""
    for collection in _CONTENT:
        collection.delete_all(ctx, name)


def forget_queue(ctx: Context, name: str, now_ms: int) -> None:
    """Remove a queue and all that is in it."""
    forget_content(ctx, name)
    for collection in (SENT, SENT_UNTIL, MOVES):
        collection.delete_all(ctx, name)
    QUEUES.delete(ctx, name)
    DELETED.put(ctx, now_ms, name)


def came_back(ctx: Context, queue: Queue, serial: int) -> bool:
    """Whether the message of that number came back and was not received again; or was, and is in flight under a new receipt."""
    return RETURNED.has(ctx, queue.name, serial) or IN_FLIGHT.has(ctx, queue.name, serial)


def waiting_before(ctx: Context, queue: Queue, at_ms: int) -> list[Message]:
    """The messages in front that became visible before an instant; of a FIFO queue, the heads of its groups sent before it."""
    if not queue.fifo:
        return [message for _, message in WAITING.scan(ctx, queue.name, before=(at_ms + 1,))]
    heads = [GROUPED.get(ctx, queue.name, key[2], key[1]) for key in _heads(ctx, queue.name)]
    return [message for message in heads if message and message.sent_at_ms <= at_ms]


def _heads(ctx: Context, queue_name: str) -> list[tuple[str, int, str]]:
    return [(queue_name, int(key[1]), group) for key, group in HEADS.scan(ctx, queue_name)]


def counts(ctx: Context, queue: Queue, now_ms: int) -> tuple[int, int, int]:
    """How many messages can be received, are in flight, are delayed."""
    returned = UNTIL.count(ctx, queue.name, before=(now_ms + 1,))
    hidden = IN_FLIGHT.count(ctx, queue.name) - returned
    if not queue.fifo:
        visible = WAITING.count(ctx, queue.name, before=(now_ms + 1,))
        return visible + returned, hidden, WAITING.count(ctx, queue.name) - visible
    waiting = GROUPED.count(ctx, queue.name)
    if not queue.delay_s:
        return waiting + returned, hidden, 0
    delayed = sum(m.sent_at_ms + queue.delay_s * 1000 > now_ms for m in GROUPED.values(ctx, queue.name))
    return waiting - delayed + returned, hidden, delayed


def oldest_sent_at_ms(ctx: Context, queue: Queue) -> int | None:
    """When the oldest of the first messages of a queue was sent: near enough for a measurement, and cheap in a long queue."""
    collections = (GROUPED if queue.fifo else WAITING, IN_FLIGHT)
    first = [m for each in collections for _, m in each.scan(ctx, queue.name, limit=OLDEST_SCANNED_MAX)]
    return min((message.sent_at_ms for message in first), default=None)


def _blocked(ctx: Context, queue_name: str, group_id: str) -> bool:
    return next(BLOCKING.scan(ctx, queue_name, group_id, limit=1), None) is not None


def _set_head(ctx: Context, queue_name: str, group_id: str) -> None:
    """The first two messages of a group: the first is its head, the second is not (it may have been)."""
    for index, (key, _) in enumerate(GROUPED.scan(ctx, queue_name, group_id, limit=2)):
        if index == 0:
            HEADS.put(ctx, group_id, queue_name, key[2])
        else:
            HEADS.delete(ctx, queue_name, key[2])


def _clear_head(ctx: Context, queue_name: str, group_id: str) -> None:
    for key, _ in GROUPED.scan(ctx, queue_name, group_id, limit=1):
        HEADS.delete(ctx, queue_name, key[2])
