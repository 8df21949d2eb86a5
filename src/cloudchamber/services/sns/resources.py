"""AWS::SNS::Topic, Subscription, TopicPolicy and TopicInlinePolicy.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_SNS.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import AwsError, Context, Logical, Made, ResourceType

Properties = dict[str, Any]

_TOPIC_TEXTS = (
    "DisplayName", "KmsMasterKeyId", "TracingConfig", "SignatureVersion", "FifoThroughputScope", "ContentBasedDeduplication",
)  # fmt: skip
_TOPIC_DEFAULTS = {
    "TracingConfig": "PassThrough",
    "SignatureVersion": "1",
    "FifoThroughputScope": "Topic",
    "ContentBasedDeduplication": "false",
    "ArchivePolicy": "{}",
}
_SUBSCRIPTION_TEXTS = (
    "FilterPolicyScope", "FilterPolicy", "RawMessageDelivery", "RedrivePolicy", "DeliveryPolicy", "SubscriptionRoleArn",
    "ReplayPolicy",
)  # fmt: skip
_SUBSCRIPTION_DEFAULTS = {"FilterPolicyScope": "MessageAttributes", "RawMessageDelivery": "false"}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _attributes(names: tuple[str, ...], properties: Properties) -> dict[str, str]:
    return {name: _text(properties[name]) for name in names if name in properties}


def _topic_attributes(properties: Properties) -> dict[str, str]:
    attributes = _attributes(_TOPIC_TEXTS, properties)
    if "ArchivePolicy" in properties:
        attributes["ArchivePolicy"] = _text(properties["ArchivePolicy"])
    for logging in properties.get("DeliveryStatusLogging") or []:
        protocol = {"http/s": "HTTP", "sqs": "SQS"}.get(logging["Protocol"], logging["Protocol"].capitalize())
        for name in ("SuccessFeedbackRoleArn", "SuccessFeedbackSampleRate", "FailureFeedbackRoleArn"):
            if name in logging:
                attributes[f"{protocol}{name}"] = _text(logging[name])
    return attributes


async def _create_topic(ctx: Context, properties: Properties, logical: Logical) -> Made:
    fifo = _text(properties.get("FifoTopic", False)) == "true"
    name = properties.get("TopicName") or logical.name(251) + (".fifo" if fifo else "")
    attributes = _topic_attributes(properties) | ({"FifoTopic": "true"} if fifo else {})
    request = {"Name": name, "Attributes": attributes, "Tags": properties.get("Tags") or []}
    if "DataProtectionPolicy" in properties:
        request["DataProtectionPolicy"] = _text(properties["DataProtectionPolicy"])
    arn = (await ctx.call("sns", "CreateTopic", request))["TopicArn"]
    for each in properties.get("Subscription") or []:
        await ctx.call("sns", "Subscribe", {"TopicArn": arn} | each)
    return _made_topic(arn)


def _made_topic(arn: str) -> Made:
    return Made(arn, {"TopicArn": arn, "TopicName": arn.rpartition(":")[2]})


async def _update_topic(ctx: Context, arn: str, properties: Properties, old: Properties) -> Made:
    attributes, before = _topic_attributes(properties), _topic_attributes(old)
    for name in before:
        attributes.setdefault(name, _TOPIC_DEFAULTS.get(name, ""))
    for name, text in attributes.items():
        if before.get(name) != text:
            request = {"TopicArn": arn, "AttributeName": name, "AttributeValue": text}
            await ctx.call("sns", "SetTopicAttributes", request)
    policy = properties.get("DataProtectionPolicy") or ""
    if policy != (old.get("DataProtectionPolicy") or ""):
        request = {"ResourceArn": arn, "DataProtectionPolicy": _text(policy)}
        await ctx.call("sns", "PutDataProtectionPolicy", request)
    await _update_tags(ctx, arn, properties, old)
    now, then = properties.get("Subscription") or [], old.get("Subscription") or []
    for each in then:
        if each not in now:
            await _end_subscription(ctx, arn, each)
    for each in now:
        if each not in then:
            await ctx.call("sns", "Subscribe", {"TopicArn": arn} | each)
    return _made_topic(arn)


async def _update_tags(ctx: Context, arn: str, properties: Properties, old: Properties) -> None:
    tags, before = properties.get("Tags") or [], old.get("Tags") or []
    gone = sorted({tag["Key"] for tag in before} - {tag["Key"] for tag in tags})
    if gone:
        await ctx.call("sns", "UntagResource", {"ResourceArn": arn, "TagKeys": gone})
    if tags and tags != before:
        await ctx.call("sns", "TagResource", {"ResourceArn": arn, "Tags": tags})


async def _end_subscription(ctx: Context, arn: str, subscription: dict[str, str]) -> None:
    """End an inline subscription, which is known by its protocol and endpoint. A pending one has no ARN to end it by."""
    token: dict[str, str] = {}
    while True:
        page = await ctx.call("sns", "ListSubscriptionsByTopic", {"TopicArn": arn} | token)
        for each in page["Subscriptions"]:
            same = all(each[name] == subscription.get(name) for name in ("Protocol", "Endpoint"))
            if same and each["SubscriptionArn"] != "PendingConfirmation":
                await ctx.call("sns", "Unsubscribe", {"SubscriptionArn": each["SubscriptionArn"]})
        if "NextToken" not in page:
            return
        token = {"NextToken": page["NextToken"]}


async def _delete_topic(ctx: Context, arn: str, properties: Properties) -> None:
    await ctx.call("sns", "DeleteTopic", {"TopicArn": arn})


async def _create_subscription(ctx: Context, properties: Properties, logical: Logical) -> Made:
    request = {
        "TopicArn": properties["TopicArn"],
        "Protocol": properties["Protocol"],
        "Endpoint": properties.get("Endpoint") or "",
        "Attributes": _attributes(_SUBSCRIPTION_TEXTS, properties),
        "ReturnSubscriptionArn": True,
    }
    arn = (await ctx.call("sns", "Subscribe", request))["SubscriptionArn"]
    return Made(arn, {"Arn": arn})


async def _update_subscription(ctx: Context, arn: str, properties: Properties, old: Properties) -> Made:
    attributes, before = (
        _attributes(_SUBSCRIPTION_TEXTS, properties),
        _attributes(_SUBSCRIPTION_TEXTS, old),
    )
    for name in before:
        attributes.setdefault(name, _SUBSCRIPTION_DEFAULTS.get(name, ""))
    if attributes.get("FilterPolicyScope") != before.get("FilterPolicyScope") and before.get("FilterPolicy"):
        # The old policy need not be valid in the new scope.
        request = {"SubscriptionArn": arn, "AttributeName": "FilterPolicy", "AttributeValue": "{}"}
        await ctx.call("sns", "SetSubscriptionAttributes", request)
        before = before | {"FilterPolicy": ""}
    for name in (each for each in _SUBSCRIPTION_TEXTS if each in attributes):
        if before.get(name) != attributes[name]:
            request = {"SubscriptionArn": arn, "AttributeName": name, "AttributeValue": attributes[name]}
            await ctx.call("sns", "SetSubscriptionAttributes", request)
    return Made(arn, {"Arn": arn})


async def _delete_subscription(ctx: Context, arn: str, properties: Properties) -> None:
    await ctx.call("sns", "Unsubscribe", {"SubscriptionArn": arn})


def _topics(properties: Properties) -> list[str]:
    return properties["Topics"] if "Topics" in properties else [properties["TopicArn"]]


async def _put_policy(ctx: Context, properties: Properties) -> None:
    for arn in _topics(properties):
        await _set_policy(ctx, arn, _text(properties["PolicyDocument"]))


async def _set_policy(ctx: Context, arn: str, text: str) -> None:
    request = {"TopicArn": arn, "AttributeName": "Policy", "AttributeValue": text}
    await ctx.call("sns", "SetTopicAttributes", request)


async def _create_policy(ctx: Context, properties: Properties, logical: Logical) -> Made:
    await _put_policy(ctx, properties)
    physical_id = properties.get("TopicArn") or logical.name()
    return Made(physical_id, {"Id": physical_id})


async def _update_policy(ctx: Context, physical_id: str, properties: Properties, old: Properties) -> Made:
    gone = [arn for arn in _topics(old) if arn not in _topics(properties)]
    await _delete_policy(ctx, physical_id, {"Topics": gone})
    await _put_policy(ctx, properties)
    return Made(physical_id, {"Id": physical_id})


async def _delete_policy(ctx: Context, physical_id: str, properties: Properties) -> None:
    for arn in _topics(properties):
        try:
            await _set_policy(ctx, arn, "")
        except AwsError as error:
            if error.code != "NotFoundException":
                raise


RESOURCES = {
    "AWS::SNS::Subscription": ResourceType(
        create=_create_subscription,
        update=_update_subscription,
        delete=_delete_subscription,
        replaced_by=frozenset({"Endpoint", "Protocol", "TopicArn"}),
    ),
    "AWS::SNS::Topic": ResourceType(
        create=_create_topic,
        update=_update_topic,
        delete=_delete_topic,
        replaced_by=frozenset({"FifoTopic", "TopicName"}),
    ),
    "AWS::SNS::TopicInlinePolicy": ResourceType(
        create=_create_policy,
        update=_update_policy,
        delete=_delete_policy,
        replaced_by=frozenset({"TopicArn"}),
    ),
    "AWS::SNS::TopicPolicy": ResourceType(
        create=_create_policy, update=_update_policy, delete=_delete_policy
    ),
}
