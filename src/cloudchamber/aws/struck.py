"""What struck calls look like, in AWS's words: throttling, internal failures, batches of which an entry fails, poison."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import msgspec

from cloudchamber.aws.call import Call
from cloudchamber.aws.errors import AwsError
from cloudchamber.aws.faults import MESSAGE, Fault

# Each service's error for too many requests, its status, and its text: botocore's models and its retry rules name them.
# https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
_RATE = "Rate exceeded"
_OF_QUERY = ("Throttling", 400, _RATE)
_OF_REST = ("TooManyRequestsException", 429, "Too Many Requests")
_THROUGHPUT = "ProvisionedThroughputExceededException"
_TABLE_IS_BUSY = (
    "The level of configured provisioned throughput for the table was exceeded. "
    "Consider increasing your provisioning level with the UpdateTable API."
)
_SHARD_IS_BUSY = "Rate exceeded for shard shardId-000000000000 in stream {name} under account {account}."
_THROTTLED = {
    "apigateway": _OF_REST,
    "apigatewayv2": _OF_REST,
    "cloudformation": _OF_QUERY,
    "cloudwatch": _OF_QUERY,
    "dynamodb": (_THROUGHPUT, 400, _TABLE_IS_BUSY),
    "iam": _OF_QUERY,
    "kinesis": (_THROUGHPUT, 400, _SHARD_IS_BUSY),
    "lambda": ("TooManyRequestsException", 429, "Rate Exceeded."),
    "pipes": ("ThrottlingException", 429, _RATE),
    "s3": ("SlowDown", 503, "Please reduce your request rate."),
    "scheduler": ("ThrottlingException", 429, _RATE),
    "schemas": _OF_REST,
    "sns": ("Throttled", 429, _RATE),
    "sqs": ("RequestThrottled", 403, "The request was denied due to request throttling."),
    "sts": _OF_QUERY,
}
_THROTTLED_ELSEWHERE = ("ThrottlingException", 400, _RATE)
# Each service's error for a failure of its own; the status is 500.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
_FAILED = {
    "cloudwatch": "InternalServiceError",
    "dynamodb": "InternalServerError",
    "dynamodbstreams": "InternalServerError",
    "events": "InternalException",
    "iam": "ServiceFailure",
    "lambda": "ServiceException",
    "pipes": "InternalException",
    "s3": "InternalError",
    "scheduler": "InternalServerException",
    "schemas": "InternalServerErrorException",
    "secretsmanager": "InternalServiceError",
    "sns": "InternalError",
    "ssm": "InternalServerError",
}
_POISON = '{"poison":'  # JSON that does not end


def error_of(fault: Fault, service: str, resource: str = "", account: str = "") -> AwsError:
    """The error that a struck call of `service` ends with."""
    message = fault.message
    if fault.kind == "throttle":
        code, status, text = _THROTTLED.get(service, _THROTTLED_ELSEWHERE)
        if message == MESSAGE:
            message = text.format(name=resource.rpartition("/")[2], account=account)
    else:
        code, status = _FAILED.get(service, "InternalFailure"), 500
    return AwsError(fault.code or code, message, status=fault.status or status)


def poisoned(call: Call) -> Call | None:
    """The poison that goes before what this call puts into a queue or stream, as a message of its own; None when it puts none."""
    if (call.service, call.operation) not in POISONED:
        return None
    member = BATCHES.get((call.service, call.operation))
    place = {name: value for name, value in call.request.items() if name != member}
    first = call.request[member][0] if member else call.request
    request = place | {name: value for name, value in first.items() if name != "Id"}
    if call.service == "sqs":
        request["MessageBody"] = _POISON
        if request.get("MessageGroupId") and request["QueueUrl"].endswith(".fifo"):
            identity = request.get("MessageDeduplicationId") or first.get("MessageBody", "")
            request["MessageDeduplicationId"] = "poison-" + sha256(identity.encode()).hexdigest()
    else:
        request["Data"] = _POISON.encode()
    operation = call.operation.removesuffix("Batch") if call.service == "sqs" else "PutRecord"
    return msgspec.structs.replace(call, operation=operation, request=request)


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
POISONED = (
    ("kinesis", "PutRecord"),
    ("kinesis", "PutRecords"),
    ("sqs", "SendMessage"),
    ("sqs", "SendMessageBatch"),
)
_POSITIONAL = {("events", "PutEvents"): "FailedEntryCount", ("kinesis", "PutRecords"): "FailedRecordCount"}
