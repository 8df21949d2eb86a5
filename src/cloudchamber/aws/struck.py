"""What struck calls look like, in AWS's words: throttling, internal failures, batches of which an entry fails, poison."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws.call import Call
from cloudchamber.aws.errors import AwsError
from cloudchamber.aws.faults import Fault

# Each service's error for too many requests, and its status: botocore's models and its retry rules name them.
_THROTTLED = {
    "dynamodb": ("ProvisionedThroughputExceededException", 400),
    "kinesis": ("ProvisionedThroughputExceededException", 400),
    "lambda": ("TooManyRequestsException", 429),
    "s3": ("SlowDown", 503),
    "sns": ("Throttled", 429),
    "sqs": ("RequestThrottled", 403),
}
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
_FAILED = {
    "dynamodb": ("InternalServerError", 500),
    "s3": ("InternalError", 500),
    "lambda": ("ServiceException", 500),
}
_POISON = '{"poison":'  # JSON that does not end


def error_of(fault: Fault, service: str) -> AwsError:
    """The error that a struck call of `service` ends with."""
    if fault.kind == "throttle":
        code, status = _THROTTLED.get(service, ("ThrottlingException", 400))
    else:
        code, status = _FAILED.get(service, ("InternalFailure", 500))
    return AwsError(fault.code or code, fault.message, status=fault.status or status)


def poisoned(call: Call) -> Call | None:
    """The poison that goes before this message into its queue or stream; None when the call puts no message."""
    if (call.service, call.operation) not in POISONED:
        return None
    request = dict(call.request)
    if call.service == "sqs":
        request["MessageBody"] = _POISON
        if request.get("MessageDeduplicationId"):
            request["MessageDeduplicationId"] = "poison-" + request["MessageDeduplicationId"][:121]
    else:
        request["Data"] = _POISON.encode()
    return msgspec.structs.replace(call, request=request)


def without_last(call: Call) -> tuple[Call, Any] | None:
    """A batch without its last entry, and that entry; None for what is no batch."""
    member = BATCHES.get((call.service, call.operation))
    entries = call.request.get(member) if member else None
    if not member or not entries:
        return None
    if isinstance(entries, dict):
        kept = {table: list(items) for table, items in entries.items()}
        table = next(reversed(kept))
        entry = (table, kept[table].pop())
        request = call.request | {member: {name: items for name, items in kept.items() if items}}
    else:
        entry, request = entries[-1], call.request | {member: entries[:-1]}
    return msgspec.structs.replace(call, request=request), entry


def with_failed(call: Call, entry: Any, answer: dict[str, Any]) -> dict[str, Any]:
    """The answer to a batch of which only `entry`, its last, has failed."""
    name = (call.service, call.operation)
    if name == ("dynamodb", "BatchWriteItem"):
        left = answer.get("UnprocessedItems") or {}
        return answer | {"UnprocessedItems": left | {entry[0]: [*left.get(entry[0], []), entry[1]]}}
    if name in _POSITIONAL:
        failed = {"ErrorCode": "InternalFailure", "ErrorMessage": "Internal service failure."}
        count = _POSITIONAL[name]
        member = "Entries" if call.service == "events" else "Records"
        return answer | {
            count: (answer.get(count) or 0) + 1,
            member: [*(answer.get(member) or []), failed],
        }
    failed = {"Id": entry["Id"], "Code": "InternalError", "Message": "Internal error.", "SenderFault": False}
    return {"Successful": []} | answer | {"Failed": [*(answer.get("Failed") or []), failed]}


BATCHES = {
    ("dynamodb", "BatchWriteItem"): "RequestItems",
    ("events", "PutEvents"): "Entries",
    ("kinesis", "PutRecords"): "Records",
    ("sns", "PublishBatch"): "PublishBatchRequestEntries",
    ("sqs", "ChangeMessageVisibilityBatch"): "Entries",
    ("sqs", "DeleteMessageBatch"): "Entries",
    ("sqs", "SendMessageBatch"): "Entries",
}
POISONED = (("kinesis", "PutRecord"), ("sqs", "SendMessage"))
_POSITIONAL = {("events", "PutEvents"): "FailedEntryCount", ("kinesis", "PutRecords"): "FailedRecordCount"}
