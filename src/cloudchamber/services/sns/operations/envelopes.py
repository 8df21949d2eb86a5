"""What SNS writes around a message: the JSON that endpoints get, and the links in it.

https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec

from cloudchamber.aws import Context

PRINCIPAL = "sns.amazonaws.com"
_JSON = msgspec.json.Encoder().encode


def shown(value: dict[str, Any]) -> dict[str, str]:
    """A message attribute as envelopes show it; binary values in base64."""
    binary = value.get("BinaryValue")
    text = base64.b64encode(binary).decode() if binary is not None else value.get("StringValue", "")
    return {"Type": value["DataType"], "Value": text}


def attribute_lines(attributes: dict[str, dict[str, Any]]) -> str:
    """The end of an envelope that shows a message's attributes; empty when it has none."""
    if not attributes:
        return ""
    lines = ",\n".join(
        f'    {_JSON(name).decode()} : {{"Type":{_JSON(each["Type"]).decode()},"Value":{_JSON(each["Value"]).decode()}}}'
        for name, each in ((name, shown(value)) for name, value in attributes.items())
    )
    return f',\n  "MessageAttributes" : {{\n{lines}\n  }}'


def field_lines(fields: list[tuple[str, str]]) -> str:
    """The members of an envelope, one on each line, as AWS lays them out."""
    return ",\n".join(f'  "{name}" : {_JSON(value).decode()}' for name, value in fields)


def timestamp(at_ms: int) -> str:
    """An instant as envelopes show it, e.g. `2012-05-02T00:54:06.655Z`."""
    return f"{_second(at_ms // 1000)}.{at_ms % 1000:03d}Z"


@lru_cache(maxsize=16)
def _second(at_s: int) -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def unsubscribe_url(ctx: Context, subscription_arn: str) -> str:
    """The link that ends a subscription."""
    return f"{ctx.base_url}/?Action=Unsubscribe&SubscriptionArn={subscription_arn}"


def subscribe_url(ctx: Context, topic_arn: str, token: str) -> str:
    """The link that confirms a subscription."""
    return f"{ctx.base_url}/?Action=ConfirmSubscription&TopicArn={topic_arn}&Token={token}"
