"""Queue attributes: from a request's texts to a Queue's values, and back."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Arn, Context
from cloudchamber.services.sqs import limits
from cloudchamber.services.sqs.errors import (
    InvalidAttributeName,
    InvalidAttributeValue,
    InvalidParameterValue,
)
from cloudchamber.services.sqs.model import Queue, Redrive, RedriveAllow
from cloudchamber.services.sqs.operations.urls import arn_of, queue_of_arn
from cloudchamber.services.sqs.records import counts

_WHOLE = {
    "VisibilityTimeout": ("visibility_timeout_s", 0, limits.VISIBILITY_TIMEOUT_S_MAX),
    "DelaySeconds": ("delay_s", 0, limits.DELAY_S_MAX),
    "MessageRetentionPeriod": ("retention_s", limits.RETENTION_S_MIN, limits.RETENTION_S_MAX),
    "MaximumMessageSize": ("message_bytes_max", limits.MAXIMUM_MESSAGE_SIZE_MIN, limits.MESSAGE_BYTES_MAX),
    "ReceiveMessageWaitTimeSeconds": ("wait_s", 0, limits.WAIT_S_MAX),
    "KmsDataKeyReusePeriodSeconds": ("kms_reuse_s", limits.KMS_REUSE_S_MIN, limits.KMS_REUSE_S_MAX),
}
_FLAGS = {
    "SqsManagedSseEnabled": "sqs_managed_sse",
    "ContentBasedDeduplication": "content_based_deduplication",
}
_CHOICES = {
    "DeduplicationScope": ("deduplication_scope", ("messageGroup", "queue")),
    "FifoThroughputLimit": ("fifo_throughput_limit", ("perMessageGroupId", "perQueue")),
}
_FIFO_ONLY = {"ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit"}
_TEXTS = {"Policy": "policy", "KmsMasterKeyId": "kms_key_id"}


def changed(ctx: Context, queue: Queue, attributes: dict[str, str]) -> Queue:
    """`queue` with `attributes` as a request gives them. Raises InvalidAttributeName or InvalidAttributeValue."""
    fields: dict[str, Any] = {}
    for name, text in attributes.items():
        if name in _FIFO_ONLY and not queue.fifo:
            raise InvalidAttributeName(f"You can specify the {name} only when FifoQueue is set to true.")
        fields |= _field(ctx, queue, name, str(text))
    if fields.get("kms_key_id"):
        fields["sqs_managed_sse"] = False
    new = msgspec.structs.replace(queue, **fields)
    if new.fifo_throughput_limit == "perMessageGroupId" and new.deduplication_scope != "messageGroup":
        raise InvalidAttributeValue(
            "The perMessageGroupId value for FifoThroughputLimit is "
            "allowed only when the value for DeduplicationScope is messageGroup."
        )
    return new


def _field(ctx: Context, queue: Queue, name: str, text: str) -> dict[str, Any]:
    if name in _WHOLE:
        field, lowest, highest = _WHOLE[name]
        return {field: _whole(name, text, lowest, highest)}
    if name in _FLAGS:
        return {_FLAGS[name]: _flag(name, text)}
    if name in _CHOICES:
        field, options = _CHOICES[name]
        if text not in options:
            raise _invalid(name)
        return {field: text}
    if name == "Policy":
        return {"policy": _policy(text)}
    if name in _TEXTS:
        return {_TEXTS[name]: text}
    if name == "RedrivePolicy":
        return {"redrive": _redrive(ctx, queue, text)}
    if name == "RedriveAllowPolicy":
        return {"redrive_allow": _redrive_allow(text)}
    if name == "FifoQueue":
        if (
            not _flag(name, text) or not queue.fifo
        ):  # AWS refuses even `false`: only FIFO queues have this attribute
            raise InvalidAttributeName("Unknown Attribute FifoQueue.")
        return {}
    raise InvalidAttributeName(f"Unknown Attribute {name}.")


def _invalid(name: str) -> InvalidAttributeValue:
    return InvalidAttributeValue(f"Invalid value for the parameter {name}.")


def _whole(name: str, text: str, lowest: int, highest: int) -> int:
    if not text.isascii() or not text.isdigit() or not lowest <= int(text) <= highest:
        raise _invalid(name)
    return int(text)


def _flag(name: str, text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise _invalid(name)
    return text.lower() == "true"


def _json_object(name: str, text: str) -> dict[str, Any]:
    try:
        value = msgspec.json.decode(text)
    except msgspec.DecodeError:
        raise InvalidAttributeValue(
            f"Value {text} for parameter {name} is invalid. Reason: Redrive policy is not a valid JSON map."
        ) from None
    if not isinstance(value, dict):
        raise InvalidAttributeValue(
            f"Value {text} for parameter {name} is invalid. Reason: Redrive policy is not a valid JSON map."
        )
    return value


def _policy(text: str) -> str:
    if not text:
        return ""
    try:
        value = msgspec.json.decode(text)
    except msgspec.DecodeError:
        raise _invalid("Policy") from None
    if not isinstance(value, dict) or "Statement" not in value:
        raise _invalid("Policy")
    return text


def _redrive(ctx: Context, queue: Queue, text: str) -> Redrive | None:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html"""
    if not text:
        return None
    value = _json_object("RedrivePolicy", text)

    def refuse(reason: str) -> InvalidParameterValue:
        return InvalidParameterValue(f"Value {text} for parameter RedrivePolicy is invalid. Reason: {reason}")

    unknown = set(value) - {"deadLetterTargetArn", "maxReceiveCount"}
    if unknown:
        raise refuse("Only following attributes are supported: [deadLetterTargetArn, maxReceiveCount].")
    for member in ("maxReceiveCount", "deadLetterTargetArn"):
        if not value.get(member) and value.get(member) != 0:
            raise refuse(f"Redrive policy does not contain mandatory attribute: {member}.")
    count = str(value["maxReceiveCount"])
    if not count.isdigit() or not limits.MAX_RECEIVE_COUNT_MIN <= int(count) <= limits.MAX_RECEIVE_COUNT_MAX:
        raise refuse(
            "Invalid value for maxReceiveCount: "
            + count
            + ", valid values are from 1 to 1000 both inclusive."
        )
    arn = str(value["deadLetterTargetArn"])
    parsed = Arn.parse(arn)
    if parsed is None or parsed.service != "sqs":
        raise refuse("Invalid value for deadLetterTargetArn.")
    target = queue_of_arn(ctx, arn)
    if target is None:
        raise refuse("Dead letter target does not exist.")
    if target[1].fifo != queue.fifo:
        raise refuse("Dead-letter queue must be same type of queue as the source.")
    _check_allowed(arn_of(ctx, queue.name), target[1], refuse)
    return Redrive(arn, int(count))


def _check_allowed(source_arn: str, target: Queue, refuse: Any) -> None:
    allow = target.redrive_allow or RedriveAllow()
    if allow.permission == "denyAll" or (
        allow.permission == "byQueue" and source_arn not in allow.source_queue_arns
    ):
        raise refuse(f"Redrive allow policy of dead-letter queue does not allow source queue {source_arn}.")


def _redrive_allow(text: str) -> RedriveAllow | None:
    if not text:
        return None
    value = _json_object("RedriveAllowPolicy", text)
    permission, sources = value.get("redrivePermission"), value.get("sourceQueueArns")

    def refuse(reason: str) -> InvalidParameterValue:
        return InvalidParameterValue(
            f"Value {text} for parameter RedriveAllowPolicy is invalid. Reason: {reason}"
        )

    if permission not in ("allowAll", "denyAll", "byQueue"):
        raise refuse(
            "Amazon SQS can't create the redrive allow policy. redrivePermission must be allowAll, denyAll or byQueue."
        )
    if (permission == "byQueue") != bool(sources):
        raise refuse("sourceQueueArns must be given with redrivePermission byQueue, and only then.")
    if sources and len(sources) > limits.SOURCE_QUEUES_MAX:
        raise refuse("You can specify up to 10 source queue ARNs.")
    return RedriveAllow(permission, tuple(sources or ()))


def described(ctx: Context, queue: Queue, wanted: set[str]) -> dict[str, str]:
    """The attributes of a queue as GetQueueAttributes gives them."""
    every = "All" in wanted
    answer = {name: text for name, text in _settings(ctx, queue).items() if every or name in wanted}
    counted = (
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesNotVisible",
        "ApproximateNumberOfMessagesDelayed",
    )
    if every or wanted.intersection(counted):
        for name, number in zip(counted, counts(ctx, queue, ctx.now_ms), strict=True):
            if every or name in wanted:
                answer[name] = str(number)
    return answer


def _settings(ctx: Context, queue: Queue) -> dict[str, str]:
    answer = {
        "QueueArn": arn_of(ctx, queue.name),
        "CreatedTimestamp": str(queue.created_at_ms // 1000),
        "LastModifiedTimestamp": str(queue.modified_at_ms // 1000),
        "SqsManagedSseEnabled": str(queue.sqs_managed_sse).lower(),
    }
    for name, (field, _, _) in _WHOLE.items():
        answer[name] = str(getattr(queue, field))
    for name, field in _TEXTS.items():
        if getattr(queue, field):
            answer[name] = getattr(queue, field)
    if not queue.kms_key_id:
        del answer["KmsDataKeyReusePeriodSeconds"]
    if queue.fifo:
        answer["FifoQueue"] = "true"
        answer["ContentBasedDeduplication"] = str(queue.content_based_deduplication).lower()
        answer["DeduplicationScope"] = queue.deduplication_scope
        answer["FifoThroughputLimit"] = queue.fifo_throughput_limit
    if queue.redrive:
        answer["RedrivePolicy"] = _text(
            {
                "deadLetterTargetArn": queue.redrive.dead_letter_target_arn,
                "maxReceiveCount": queue.redrive.max_receive_count,
            }
        )
    if queue.redrive_allow:
        allow: dict[str, Any] = {"redrivePermission": queue.redrive_allow.permission}
        if queue.redrive_allow.source_queue_arns:
            allow["sourceQueueArns"] = list(queue.redrive_allow.source_queue_arns)
        answer["RedriveAllowPolicy"] = _text(allow)
    return answer


def _text(value: dict[str, Any]) -> str:
    return msgspec.json.encode(value).decode()
