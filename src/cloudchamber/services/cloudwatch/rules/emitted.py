"""The metrics that services of AWS emit, read off the tracks of their calls.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from cloudchamber.services.cloudwatch.model import SeriesName

Emitted = tuple[SeriesName, float]


class Ended(Protocol):
    """What is read of a track."""

    @property
    def operation(self) -> str: ...
    @property
    def resource(self) -> str: ...
    @property
    def principal(self) -> str: ...
    @property
    def caller(self) -> str: ...
    @property
    def error(self) -> str: ...
    @property
    def note(self) -> str: ...
    @property
    def count(self) -> int: ...
    @property
    def duration_us(self) -> int: ...


UNITS = {
    ("AWS/ApiGateway", "Latency"): "Milliseconds",
    ("AWS/Lambda", "Duration"): "Milliseconds",
    ("AWS/Lambda", "IteratorAge"): "Milliseconds",
    ("AWS/SQS", "ApproximateAgeOfOldestMessage"): "Seconds",
    ("AWS/DynamoDB", "SuccessfulRequestLatency"): "Milliseconds",
    ("AWS/States", "ExecutionTime"): "Milliseconds",
}
GAUGES = {
    "AWS/SQS": (
        "ApproximateAgeOfOldestMessage",
        "ApproximateNumberOfMessagesDelayed",
        "ApproximateNumberOfMessagesNotVisible",
        "ApproximateNumberOfMessagesVisible",
    )
}


def unit_of(series: SeriesName) -> str:
    """The unit of a metric that a service emits."""
    return UNITS.get((series.namespace, series.name), "Count")


def _queue(track: Ended, metric: str, value: float) -> Emitted:
    name = track.resource.rpartition("/")[2].rpartition(":")[2]
    return SeriesName("AWS/SQS", metric, (("QueueName", name),)), value


def _sent(track: Ended) -> Iterator[Emitted]:
    if not track.error:
        yield _queue(track, "NumberOfMessagesSent", track.count)
    if track.principal == "sns.amazonaws.com":
        yield from _notified(track)


def _received(track: Ended) -> Iterator[Emitted]:
    if track.error:
        return
    yield _queue(
        track, "NumberOfMessagesReceived" if track.count else "NumberOfEmptyReceives", track.count or 1
    )


def _deleted(track: Ended) -> Iterator[Emitted]:
    if not track.error:
        yield _queue(track, "NumberOfMessagesDeleted", track.count)


def _invoked(track: Ended) -> Iterator[Emitted]:
    """A run of a function; those that were only accepted for later count nothing."""
    if track.principal == "sns.amazonaws.com" and track.operation == "Invoke":
        yield from _notified(track)
    throttled = "TooManyRequestsException" in (track.error, track.note)
    if track.error and not throttled:
        return
    if not throttled and not track.count:
        return
    failed = track.note.startswith(("Unhandled", "Handled"))
    values = {"Throttles": 1.0 if throttled else 0.0}
    if not throttled:
        values |= {
            "Invocations": 1.0,
            "Errors": 1.0 if failed else 0.0,
            "Duration": track.duration_us / 1000,
        }
    for dimensions in _function(track.resource):
        for name, value in values.items():
            yield SeriesName("AWS/Lambda", name, dimensions), value


def _function(resource: str) -> list[tuple[tuple[str, str], ...]]:
    """By function, by function and qualifier, and all together."""
    parts = resource.rsplit(":function:", maxsplit=1)[-1].split(":")
    if resource.startswith("arn:") or len(parts) < 3:
        name, qualifier = parts[0], parts[1] if len(parts) > 1 else ""
    else:
        name, qualifier = parts[-1], ""
    found: list[tuple[tuple[str, str], ...]] = [(), (("FunctionName", name),)]
    if qualifier:
        found.append((("FunctionName", name), ("Resource", f"{name}:{qualifier}")))
    return found


def concurrency_of(track: Ended, running_count: int) -> Iterator[Emitted]:
    """How many runs of a function there were when one of them ended, itself counted in."""
    for dimensions in _function(track.resource)[1:2]:
        yield SeriesName("AWS/Lambda", "ConcurrentExecutions", dimensions), float(running_count)


def _published(track: Ended) -> Iterator[Emitted]:
    if not track.error:
        yield _topic(track.resource, "NumberOfMessagesPublished", track.count)


def _notified(track: Ended) -> Iterator[Emitted]:
    """A delivery of SNS, by the topic of the call that caused it."""
    topic = track.caller.partition(" ")[2]
    if topic.startswith("arn:") and ":sns:" in topic:
        yield _topic(
            topic, "NumberOfNotificationsFailed" if track.error else "NumberOfNotificationsDelivered", 1.0
        )


def _topic(arn: str, metric: str, value: float) -> Emitted:
    return SeriesName("AWS/SNS", metric, (("TopicName", arn.rpartition(":")[2]),)), value


_THROTTLES = ("ProvisionedThroughputExceededException", "RequestLimitExceeded", "ThrottlingException")


def _item(track: Ended) -> Iterator[Emitted]:
    """A call of DynamoDB that reads or writes items."""
    table = ("TableName", track.resource.rpartition("/")[2])
    operation = ("Operation", track.operation)
    if not track.error:
        latency_ms = track.duration_us / 1000
        yield SeriesName("AWS/DynamoDB", "SuccessfulRequestLatency", (operation, table)), latency_ms
    elif track.error in _THROTTLES:
        yield SeriesName("AWS/DynamoDB", "ThrottledRequests", (operation, table)), 1.0
    elif track.error == "ConditionalCheckFailedException":
        yield SeriesName("AWS/DynamoDB", "ConditionalCheckFailedRequests", (table,)), 1.0
    elif track.error in ("InternalServerError", "InternalFailure"):
        yield SeriesName("AWS/DynamoDB", "SystemErrors", (operation, table)), 1.0
    else:
        yield SeriesName("AWS/DynamoDB", "UserErrors", ()), 1.0


def _requested(track: Ended) -> Iterator[Emitted]:
    """A request to an HTTP API; its track is named by method and path, and notes the status."""
    if " /" not in track.operation:
        return
    status = track.note[:1] if not track.error else "5"
    values = {"Count": 1.0, "4xx": float(status == "4"), "5xx": float(status == "5")}
    values["Latency"] = track.duration_us / 1000
    for name, value in values.items():
        yield SeriesName("AWS/ApiGateway", name, (("ApiId", track.resource),)), value


Emit = Callable[[Ended], Iterator[Emitted]]
_ITEM_OPERATIONS = (
    "BatchGetItem", "BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "TransactGetItems",
    "TransactWriteItems", "UpdateItem",
)  # fmt: skip
RUNS = ("Invoke", "InvokeWithResponseStream", "invoke_event")

OF_REQUESTS: dict[str, Emit] = {"apigatewayv2": _requested}
EMITTERS: dict[tuple[str, str], Emit] = {
    ("sqs", "DeleteMessage"): _deleted,
    ("sqs", "DeleteMessageBatch"): _deleted,
    ("sqs", "ReceiveMessage"): _received,
    ("sqs", "SendMessage"): _sent,
    ("sqs", "SendMessageBatch"): _sent,
    ("sns", "Publish"): _published,
    ("sns", "PublishBatch"): _published,
    **{("lambda", operation): _invoked for operation in RUNS},
    **{("dynamodb", operation): _item for operation in _ITEM_OPERATIONS},
}
