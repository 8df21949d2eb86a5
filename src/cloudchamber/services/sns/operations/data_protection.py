"""The data protection policy of a topic, which is stored; messages are not inspected.

https://docs.aws.amazon.com/sns/latest/dg/message-data-protection.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.sns import limits
from cloudchamber.services.sns.errors import invalid
from cloudchamber.services.sns.records import TOPICS, topic_at


def get_data_protection_policy(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sns/latest/api/API_GetDataProtectionPolicy.html"""
    _, topic = topic_at(ctx, request["ResourceArn"], "ResourceArn")
    return {"DataProtectionPolicy": topic.data_protection_policy} if topic.data_protection_policy else {}


def put_data_protection_policy(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """An empty policy removes the one there is.

    https://docs.aws.amazon.com/sns/latest/api/API_PutDataProtectionPolicy.html
    """
    ctx, topic = topic_at(ctx, request["ResourceArn"], "ResourceArn")
    policy = request["DataProtectionPolicy"]
    if policy:
        _check(policy)
    TOPICS.put(ctx, msgspec.structs.replace(topic, data_protection_policy=policy), topic.name)
    return {}


def _check(policy: str) -> None:
    try:
        parsed = msgspec.json.decode(policy)
    except msgspec.DecodeError:
        parsed = None
    if not isinstance(parsed, dict) or len(policy) > limits.DATA_PROTECTION_POLICY_LENGTH_MAX:
        raise invalid("DataProtectionPolicy")
