"""What to do about a verdict: the pattern that AWS documents for it, in a few plain sentences."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from cloudchamber.verify.judge import Name
from cloudchamber.verify.model import Schedule

_LAMBDA = "https://docs.aws.amazon.com/lambda/latest/dg"
_DYNAMODB = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide"
_SQS = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide"
_WELL_ARCHITECTED = "https://docs.aws.amazon.com/wellarchitected/latest"
_PATTERNS = "https://docs.aws.amazon.com/prescriptive-guidance/latest/cloud-design-patterns"


class Advice(msgspec.Struct, frozen=True):
    """One pattern: its name, what to do, and the page that documents it."""

    title: str
    text: str
    url: str


IDEMPOTENCY_RECORD = Advice(
    "Remember which events were handled",
    "Derive a key from the event that is the same each time it is delivered (an order's id, not a new "
    "UUID). Before the effect, write that key with a conditional put (attribute_not_exists) and the state"
    " INPROGRESS with an expiry; after the effect, set it to COMPLETED with the answer. Powertools' "
    "idempotency does this with one decorator.",
    "https://docs.aws.amazon.com/powertools/python/latest/utilities/idempotency/",
)
ONE_TRANSACTION = Advice(
    "Write the effect and its marker in one transaction",
    'The function can die between two writes. Put the change and the marker "this event is done" into one'
    " TransactWriteItems, the marker under the condition attribute_not_exists: then both are there or "
    "neither, and the second delivery is refused.",
    f"{_DYNAMODB}/transaction-apis.html",
)
CONDITIONAL_CREATE = Advice(
    "Let the store refuse what is there already",
    "Give what is created an id that follows from the event, and create it under the condition "
    "attribute_not_exists. Treat ConditionalCheckFailedException as success: somebody was here before.",
    f"{_DYNAMODB}/Expressions.ConditionExpressions.html",
)
CLIENT_TOKEN = Advice(
    "Make the call to the outside repeatable",
    "An answer that is lost says nothing about the effect, and the SDK tries again. Send an idempotency "
    "key that follows from the event with each call (ClientRequestToken, MessageDeduplicationId, an "
    "Idempotency-Key header), so that the other side knows the second one for the same.",
    f"{_WELL_ARCHITECTED}/reliability-pillar/rel_prevent_interaction_failure_idempotent.html",
)
OUTBOX = Advice(
    "Use a transactional outbox",
    "A write to a table and a message to a queue cannot be one step, so a failure between them loses one "
    "of the two. Write the message as an item in the same transaction as the change, and let the table's "
    "stream (or a pipe) send it on.",
    f"{_PATTERNS}/transactional-outbox.html",
)
FAIL_LOUDLY = Advice(
    "Fail, so that the event comes again",
    "An error that is caught and logged looks like success: the event is deleted and its effect never "
    "happens. Raise it, and let the queue, the stream or the asynchronous invocation try again, with a "
    "dead-letter queue for what fails for good.",
    f"{_LAMBDA}/invocation-retries.html",
)
PARTIAL_CALLS = Advice(
    "Look at what a batch call did not do",
    "BatchWriteItem, PutRecords, PutEvents and SendMessageBatch answer 200 although some entries failed. "
    "Read UnprocessedItems, FailedRecordCount, FailedEntryCount or Failed, and send those entries again "
    "with a growing pause.",
    f"{_DYNAMODB}/Programming.Errors.html#Programming.Errors.BatchOperations",
)
LEASE = Advice(
    "Let a marker expire",
    'A marker that says "in progress" stays when the function dies, and each later try takes it for a '
    "second delivery until the event is given up. Give the marker an expiry a little behind the "
    "function's timeout, and take it over once it has passed.",
    "https://docs.aws.amazon.com/powertools/python/latest/utilities/idempotency/#lambda-timeouts",
)
VERSION_CHECK = Advice(
    "Check the version",
    "Carry a version or the instant of the event in each item, and write under the condition that the "
    "stored one is older. An event that comes late is then refused instead of overwriting what is newer, "
    "and of two writers at once one tries again on fresh data.",
    f"{_DYNAMODB}/WorkingWithItems.html#WorkingWithItems.ConditionalUpdate",
)
ATOMIC_UPDATE = Advice(
    "Change values where they lie",
    "Between a read and the write that builds on it another invocation can write, and its change is lost."
    " Use an update expression (ADD, SET total = total + :n) or a condition on the value that was read.",
    f"{_DYNAMODB}/WorkingWithItems.html#WorkingWithItems.AtomicCounters",
)
FIFO_GROUP = Advice(
    "Ask for order where it matters",
    "Standard queues, EventBridge and asynchronous invocations promise no order. Where a later event "
    "builds on an earlier one, use a FIFO queue with the entity's id as MessageGroupId, or a stream with "
    "it as partition key.",
    f"{_SQS}/FIFO-queues-understanding-logic.html",
)
PARTIAL_BATCH = Advice(
    "Report the messages that failed, not the batch",
    "When a function fails, the whole batch comes again, and good messages go down with the bad one. Set "
    "FunctionResponseTypes: [ReportBatchItemFailures], catch errors for each message, and answer with the"
    " ids that failed.",
    f"{_LAMBDA}/services-sqs-errorhandling.html#services-sqs-batchfailurereporting",
)
DEAD_LETTER_QUEUE = Advice(
    "Give the queue a dead-letter queue",
    "A message that can never be handled comes back until its retention ends, and in a FIFO queue it "
    "holds up its whole group. Set a RedrivePolicy with maxReceiveCount (AWS advises at least 5 with "
    "Lambda) and an alarm on the dead-letter queue.",
    f"{_SQS}/sqs-dead-letter-queues.html",
)
BREAKER_STATE = Advice(
    "Keep state that must survive in a table",
    "What a function keeps in memory (a circuit breaker's count, a cache of what was seen) is gone when "
    "its environment dies, and other environments never saw it. Keep it in a table with a time to live, "
    "changed by atomic updates.",
    f"{_PATTERNS}/circuit-breaker.html",
)

VISIBILITY_TIMEOUT = Advice(
    "Hide messages for longer than they take",
    "A message whose visibility timeout ends while a function still works on it is delivered again. Set the "
    "timeout to at least six times the function's, as AWS advises; the handler must be idempotent all the same.",
    f"{_LAMBDA}/services-sqs-configure.html",
)

_DUPLICATES = {
    "": (IDEMPOTENCY_RECORD,),
    "drop_answer": (CLIENT_TOKEN,),
    "hang": (CLIENT_TOKEN,),
    "kill": (ONE_TRANSACTION,),
    "error": (ONE_TRANSACTION,),
    "throttle": (ONE_TRANSACTION,),
    "partial": (CONDITIONAL_CREATE,),
    "delay": (VISIBILITY_TIMEOUT,),
    "duplicate": (CONDITIONAL_CREATE,),
    "restart": (BREAKER_STATE,),
}
_LOSES = {
    "": (FAIL_LOUDLY,),
    "kill": (OUTBOX, LEASE),
    "hang": (OUTBOX, LEASE),
    "drop_answer": (OUTBOX, LEASE),
    "error": (OUTBOX,),
    "throttle": (OUTBOX,),
    "partial": (PARTIAL_CALLS,),
    "duplicate": (LEASE,),
    "restart": (BREAKER_STATE,),
}
_ORDER = {"": (VERSION_CHECK,), "preemption": (ATOMIC_UPDATE,), "swap": (FIFO_GROUP,), "delay": (FIFO_GROUP,)}
_POISONS = {"": (PARTIAL_BATCH, DEAD_LETTER_QUEUE)}
_BY_NAME: dict[Name, dict[str, tuple[Advice, ...]]] = {
    "duplicates its effect": _DUPLICATES,
    "loses data": _LOSES,
    "depends on order": _ORDER,
    "poisons its queue": _POISONS,
}


def kinds_of(schedule: Schedule) -> list[str]:
    """The kinds of faults of a schedule, and `preemption` where steps interrupt each other: what advice is chosen by."""
    kinds: list[str] = [fault.kind for fault in schedule.faults]
    if schedule.preemptions or schedule.priorities is not None:
        kinds.append("preemption")
    return list(dict.fromkeys(kinds))


def advice(name: Name, kinds: Iterable[str]) -> tuple[Advice, ...]:
    """The patterns for a verdict found under those kinds of faults (see `kinds_of`), the nearest first."""
    patterns = _BY_NAME.get(name, {})
    found = [each for kind in kinds for each in patterns.get(kind, ())]
    return tuple(dict.fromkeys([*found, *patterns.get("", ())]))
