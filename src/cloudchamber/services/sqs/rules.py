"""Decisions of SQS: values and an instant in, values out."""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from cloudchamber.services.sqs import limits
from cloudchamber.services.sqs.errors import (
    InvalidMessageContents,
    InvalidParameterValue,
    MissingParameter,
    UnsupportedOperation,
)
from cloudchamber.services.sqs.model import Message, Queue

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
_CONTROLS = dict.fromkeys(
    code for code in range(0x20) if chr(code) not in "\t\n\r"
)  # what ASCII has of those below
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ATTRIBUTE_NAME = re.compile(r"[A-Za-z0-9_\-.]+\Z")
_TOKEN = re.compile(r"[A-Za-z0-9!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~]{1,128}\Z")
_TYPES = ("String", "Number", "Binary")
_SYSTEM = struct.Struct(">I")


def md5(text: str) -> str:
    """The digest SQS gives of a body."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def attributes_md5(attributes: Mapping[str, Mapping[str, Any]]) -> str:
    """The digest of message attributes; empty for none.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation
    """
    if not attributes:
        return ""
    digest = hashlib.md5(usedforsecurity=False)
    for name in sorted(attributes):
        value = attributes[name]
        for text in (name, value["DataType"]):
            encoded = text.encode()
            digest.update(_SYSTEM.pack(len(encoded)) + encoded)
        is_binary = value["DataType"].partition(".")[0] == "Binary"
        raw = value["BinaryValue"] if is_binary else value["StringValue"].encode()
        digest.update((b"\x02" if is_binary else b"\x01") + _SYSTEM.pack(len(raw)) + raw)
    return digest.hexdigest()


def check_body(body: str) -> None:
    """Raise AWS's error for a body that SQS does not take."""
    if not body:
        raise MissingParameter("The request must contain the parameter MessageBody.")
    if not body.isascii() or not body.isprintable():
        forbidden = len(body.translate(_CONTROLS)) < len(body) if body.isascii() else _FORBIDDEN.search(body)
        if forbidden:
            raise InvalidMessageContents(
                "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | "
                "#xE000 to #xFFFD | #x10000 to #x10FFFF"
            )


def check_attributes(attributes: Mapping[str, Mapping[str, Any]]) -> None:
    """Raise AWS's error for message attributes that SQS does not take.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
    """
    if len(attributes) > limits.MESSAGE_ATTRIBUTES_MAX:
        raise InvalidParameterValue(
            f"Number of message attributes [{len(attributes)}] exceeds the allowed maximum [{limits.MESSAGE_ATTRIBUTES_MAX}]."
        )
    for name, value in attributes.items():
        _check_attribute_name(name)
        _check_attribute_value(name, value)


def _check_attribute_name(name: str) -> None:
    if not name or len(name) > limits.MESSAGE_ATTRIBUTE_NAME_LENGTH_MAX or not _ATTRIBUTE_NAME.match(name):
        raise InvalidParameterValue(
            f"The message attribute name '{name}' is invalid. Attribute name can contain A-Z, a-z, 0-9, underscore (_), "
            "hyphen (-), and period (.) characters, and can be up to 256 characters long."
        )
    if name.startswith(".") or name.endswith(".") or ".." in name:
        raise InvalidParameterValue(
            f"The message attribute name '{name}' is invalid. Attribute name cannot start or end with a period, "
            "or have successive periods."
        )
    if name.lower().startswith(("aws.", "amazon.")):
        raise InvalidParameterValue(
            f"The message attribute name '{name}' is invalid. Attribute name cannot start with AWS. or Amazon."
        )


def _check_attribute_value(name: str, value: Mapping[str, Any]) -> None:
    kind = str(value.get("DataType") or "")
    if not kind:
        raise InvalidParameterValue(
            f"The message attribute '{name}' must contain non-empty message attribute type."
        )
    if value.get("StringListValues") or value.get("BinaryListValues"):
        raise UnsupportedOperation(
            "Message attribute list values in SendMessage operation are not supported."
        )
    base = kind.partition(".")[0]
    if base not in _TYPES or len(kind) > limits.MESSAGE_ATTRIBUTE_NAME_LENGTH_MAX:
        raise InvalidParameterValue(
            f"The message attribute '{name}' has an invalid message attribute type, the set of supported type prefixes is "
            "Binary, Number, and String."
        )
    if not value.get("BinaryValue" if base == "Binary" else "StringValue"):
        raise InvalidParameterValue(
            f"The message attribute '{name}' must contain non-empty message attribute value for message attribute type '{base}'."
        )
    if base == "Number" and not _is_number(value["StringValue"]):
        raise InvalidParameterValue(f"Can't cast the value of message (user) attribute '{name}' to a number.")
    if base != "Binary" and _FORBIDDEN.search(value["StringValue"]):
        raise InvalidMessageContents(f"Invalid characters found in message attribute '{name}'.")


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", text) is not None


def size_bytes(body: str, attributes: Mapping[str, Mapping[str, Any]]) -> int:
    """What counts against the size limit: the body, and each attribute's name, type and value."""
    size = len(body) if body.isascii() else len(body.encode())
    for name, value in attributes.items():
        size += len(name.encode()) + len(value["DataType"].encode())
        size += len(value.get("BinaryValue") or b"") + len((value.get("StringValue") or "").encode())
    return size


def check_token(name: str, value: str) -> None:
    """Group and deduplication ids: up to 128 letters, digits and punctuation characters."""
    if not _TOKEN.match(value):
        raise InvalidParameterValue(
            f"Value {value} for parameter {name} is invalid. Reason: {name} can only include alphanumeric and punctuation "
            "characters. 1 to 128 in length."
        )


def deduplication_id(queue: Queue, given: str, body: str) -> str:
    """The id that decides whether a message to a FIFO queue is a duplicate: the one given, else the digest of its body.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-exactly-once-processing.html
    """
    if given:
        return given
    if queue.content_based_deduplication:
        return hashlib.sha256(body.encode()).hexdigest()
    raise InvalidParameterValue(
        "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly"
    )


def is_expired(queue: Queue, message: Message, now_ms: int) -> bool:
    """Whether the retention period has ended. It counts from the first send, even in a dead-letter queue."""
    return message.sent_at_ms + queue.retention_s * 1000 <= now_ms


def is_poison(queue: Queue, message: Message) -> bool:
    """Whether the next receipt would be one too many, so that the message goes to the dead-letter queue instead."""
    return queue.redrive is not None and message.receive_count >= queue.redrive.max_receive_count


def fairest(messages: list[Message], loads: dict[str, int]) -> list[Message]:
    """`messages` by turns of their groups: next comes the oldest one of the group with the least load, its own turns included.

    `loads`: how many messages of each group are in flight. Messages without a group carry no load.
    """
    turns = dict(loads)
    ranked: list[tuple[int, int, Message]] = []
    for index, message in enumerate(messages):
        ranked.append((turns[message.group_id], index, message))
        if message.group_id:
            turns[message.group_id] += 1
    return [message for _, _, message in sorted(ranked, key=lambda rank: rank[:2])]


def received(message: Message, now_ms: int, visibility_timeout_s: int, receipt: str) -> Message:
    """A message as it is once received."""
    return msgspec.structs.replace(
        message,
        receive_count=message.receive_count + 1,
        first_received_at_ms=message.first_received_at_ms or now_ms,
        visible_at_ms=now_ms + visibility_timeout_s * 1000,
        receipt=receipt,
        received_at_ms=now_ms,
    )


def redriven(message: Message, now_ms: int, message_id: str) -> Message:
    """A message that a move task takes out of a dead-letter queue: a new one, with a new id, whose retention begins anew.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
    """
    return msgspec.structs.replace(
        message, message_id=message_id, sent_at_ms=now_ms, receive_count=0, first_received_at_ms=0
    )


def selected_attributes(message: Message, wanted: Iterable[str]) -> dict[str, Any]:
    """The message attributes asked for: `All` or `.*`, names, or prefixes ending in `.*`."""
    wanted = list(wanted)
    if "All" in wanted or ".*" in wanted:
        return message.attributes
    prefixes = tuple(name[:-2] for name in wanted if name.endswith(".*"))
    return {
        name: value
        for name, value in message.attributes.items()
        if name in wanted or any(name == p or name.startswith(p + ".") for p in prefixes)
    }


def system_attributes(queue: Queue, message: Message, wanted: set[str], *, to_aws: bool) -> dict[str, str]:
    """The system attributes asked for, as text. A consumer inside AWS (`to_aws`) always gets the trace to go on from."""
    known = {
        "SenderId": message.sender_id,
        "SentTimestamp": str(message.sent_at_ms),
        "ApproximateReceiveCount": str(message.receive_count),
        "ApproximateFirstReceiveTimestamp": str(message.first_received_at_ms),
        **message.system,
    }
    if to_aws and message.trace:
        known.setdefault("AWSTraceHeader", message.trace)
    if message.group_id:
        known["MessageGroupId"] = message.group_id
    if queue.fifo:
        known["MessageDeduplicationId"] = message.deduplication_id
        known["SequenceNumber"] = message.sequence_number
    return known if "All" in wanted else {name: value for name, value in known.items() if name in wanted}
