"""Decisions of SNS: values and an instant in, values out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any, cast

import msgspec

from cloudchamber.languages.event_pattern import Dialect, InvalidPattern, Pattern, compile_pattern
from cloudchamber.services.sns import limits
from cloudchamber.services.sns.errors import (
    InvalidParameterException,
    InvalidParameterValueException,
    invalid,
)
from cloudchamber.services.sns.model import Subscription, Topic

_NAME = re.compile(r"[A-Za-z0-9_-]+\Z")
_ATTRIBUTE_NAME = re.compile(r"[A-Za-z0-9_\-.]{1,256}\Z")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\Z")
_TOKEN = re.compile(r"[A-Za-z0-9!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~]{1,128}\Z")
_PHONE = re.compile(r"\+?\d[\d \-().]{1,18}\d\Z")
# https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html and
# https://docs.aws.amazon.com/sns/latest/dg/sms_sending-overview.html
_RESERVED = ("AWS.SNS.MOBILE.", "AWS.SNS.SMS.", "AWS.MM.SMS.")
_TYPES = ("String", "Number", "Binary")


def check_topic_name(name: str, *, fifo: bool) -> None:
    """Raise AWS's error for a name that no topic of this kind may have.

    https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
    """
    stem = name.removesuffix(".fifo") if fifo else name
    if (
        len(name) <= limits.TOPIC_NAME_LENGTH_MAX
        and _NAME.match(stem)
        and (not fifo or name.endswith(".fifo"))
    ):
        return
    if fifo:
        raise invalid(
            "Fifo Topic names must end with .fifo and must be made up of only uppercase and lowercase ASCII letters, "
            "numbers, underscores, and hyphens, and must be between 1 and 256 characters long."
        )
    raise invalid("Topic Name")


def check_subject(subject: str) -> None:
    """Raise AWS's error for a subject: ASCII that begins with a letter, number or punctuation, on one line, under 100 long.

    https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
    """
    if (
        not subject
        or len(subject) > limits.SUBJECT_LENGTH_MAX
        or not subject.isprintable()
        or not subject.isascii()
    ):
        raise invalid("Subject")
    if subject[0] == " ":
        raise invalid("Subject")


def check_message_attributes(attributes: Mapping[str, Mapping[str, Any]]) -> None:
    """Raise AWS's error for message attributes that SNS does not take.

    https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html
    """
    for name, value in attributes.items():
        if not _ATTRIBUTE_NAME.match(name) or name[0] == "." or name[-1] == "." or ".." in name:
            raise InvalidParameterValueException(f"Invalid attribute name: {name}")
        if name.lower().startswith(("aws.", "amazon.")) and not name.startswith(_RESERVED):
            raise InvalidParameterValueException(
                f"Message attribute name '{name}' is invalid: it cannot start with AWS. or Amazon."
            )
        _check_attribute_value(name, value)


def _check_attribute_value(name: str, value: Mapping[str, Any]) -> None:
    kind = str(value.get("DataType") or "")
    base, _, custom = kind.partition(".")
    if not kind:
        raise InvalidParameterValueException(
            f"The message attribute '{name}' must contain non-empty message attribute type."
        )
    if base not in _TYPES or (kind[len(base) :] == "." and not custom):
        raise InvalidParameterValueException(
            f"The message attribute '{name}' has an invalid message attribute type, the set of supported type prefixes is "
            "Binary, Number, and String."
        )
    text = value.get("StringValue")
    if not (value.get("BinaryValue") if base == "Binary" else text):
        raise InvalidParameterValueException(
            f"The message attribute '{name}' must contain non-empty message attribute value for message attribute type '{kind}'."
        )
    if base == "Number" and not _NUMBER.match(str(text).strip()):
        raise InvalidParameterValueException(f"Could not cast message attribute '{name}' value to number.")


def size_bytes(message: str, attributes: Mapping[str, Mapping[str, Any]]) -> int:
    """What counts against the size limit: the message, and each attribute's name, type and value."""
    size = len(message) if message.isascii() else len(message.encode())
    for name, value in attributes.items():
        size += len(name.encode()) + len(value["DataType"].encode())
        size += len(value.get("BinaryValue") or b"") + len((value.get("StringValue") or "").encode())
    return size


def messages_by_protocol(message: str, structure: str | None) -> dict[str, str]:
    """The body each protocol gets; `default` for those that have none of their own.

    https://docs.aws.amazon.com/sns/latest/dg/sns-send-custom-platform-specific-payloads-mobile-devices.html
    """
    if not structure:
        return {"default": message}
    bodies = _structured(message, structure)
    if not isinstance(bodies.get("default"), str):
        raise invalid("Message Structure - No default entry in JSON message body")
    return {key: value for key, value in bodies.items() if isinstance(value, str)}


def body_for_platform(message: str, structure: str | None, platform: str) -> str:
    """What one endpoint of a push service gets: the entry of its platform, else the default.

    https://docs.aws.amazon.com/sns/latest/dg/sns-send-custom-platform-specific-payloads-mobile-devices.html
    """
    if not structure:
        return message
    bodies = _structured(message, structure)
    body = bodies.get(platform) or bodies.get("default")
    if not isinstance(body, str):
        raise invalid(f"JSON must contain an entry for 'default' or '{platform}'.")
    return body


def _structured(message: str, structure: str) -> dict[str, Any]:
    if structure != "json":
        raise invalid("MessageStructure")
    try:
        bodies = msgspec.json.decode(message)
    except msgspec.DecodeError:
        raise invalid("Message Structure - JSON message body failed to parse") from None
    return cast("dict[str, Any]", bodies) if isinstance(bodies, dict) else {}


def is_phone_number(text: str) -> bool:
    """Whether SNS would take it as a phone number."""
    return _PHONE.match(text) is not None


def check_fifo(topic: Topic, entry: Mapping[str, Any]) -> None:
    """Raise AWS's error when a message lacks what its topic's kind asks for, or has what it refuses.

    https://docs.aws.amazon.com/sns/latest/dg/fifo-message-grouping.html
    """
    group_id, deduplication_id = entry.get("MessageGroupId"), entry.get("MessageDeduplicationId")
    if topic.fifo and not group_id:
        raise invalid("The MessageGroupId parameter is required for FIFO topics")
    if not topic.fifo and deduplication_id:
        raise invalid(
            "MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for "
            "this topic type"
        )
    for member, value in (("MessageGroupId", group_id), ("MessageDeduplicationId", deduplication_id)):
        if value is not None and not _TOKEN.match(value):
            raise invalid(
                f"{member} Reason: {member} can only include alphanumeric and punctuation characters. 1 to 128 in length"
            )


def deduplication_id(topic: Topic, given: str, message: str) -> str:
    """The id that decides whether a message to a FIFO topic is a duplicate: the one given, else the digest of its body.

    https://docs.aws.amazon.com/sns/latest/dg/fifo-message-dedup.html
    """
    if given:
        return given
    if topic.content_based_deduplication:
        return hashlib.sha256(message.encode()).hexdigest()
    raise InvalidParameterException(
        "Invalid parameter: The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId "
        "provided explicitly"
    )


def filter_pattern(text: str, scope: str) -> Pattern:
    """A filter policy, compiled. Raises InvalidParameter.

    https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
    """
    dialect = Dialect.SNS_BODY if scope == "MessageBody" else Dialect.SNS_ATTRIBUTES
    try:
        return compile_pattern(text, dialect)
    except InvalidPattern as error:
        raise InvalidParameterException(error.message) from None


def accepts(subscription: Subscription, message: str, attributes: Mapping[str, Any]) -> bool:
    """Whether a subscription's filter policy lets a message through. A body that is no JSON object never passes.

    https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
    """
    if not subscription.filter_policy:
        return True
    pattern = filter_pattern(subscription.filter_policy, subscription.filter_scope)
    if subscription.filter_scope != "MessageBody":
        return pattern.matches(dict(attributes))
    try:
        body = msgspec.json.decode(message)
    except msgspec.DecodeError:
        return False
    return isinstance(body, dict) and pattern.matches(body)
