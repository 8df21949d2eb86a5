"""AWS::SQS::Queue and AWS::SQS::QueuePolicy.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_SQS.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import AwsError, Context, Logical, Made, ResourceType

_TEXTS = ("KmsMasterKeyId",)
_NUMBERS = (
    "DelaySeconds", "MaximumMessageSize", "MessageRetentionPeriod", "ReceiveMessageWaitTimeSeconds", "VisibilityTimeout",
    "KmsDataKeyReusePeriodSeconds",
)  # fmt: skip
_FLAGS = ("ContentBasedDeduplication", "SqsManagedSseEnabled")
_CHOICES = ("DeduplicationScope", "FifoThroughputLimit")
_POLICIES = ("RedrivePolicy", "RedriveAllowPolicy")


def _attributes(properties: dict[str, Any]) -> dict[str, str]:
    attributes: dict[str, str] = {}
    for name in (*_TEXTS, *_NUMBERS, *_CHOICES):
        if name in properties:
            attributes[name] = str(properties[name])
    for name in _FLAGS:
        if name in properties:
            attributes[name] = str(properties[name]).lower()
    for name in _POLICIES:
        if name in properties:
            value = properties[name]
            attributes[name] = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return attributes


def _tags(properties: dict[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in properties.get("Tags") or []}


async def _create_queue(ctx: Context, properties: dict[str, Any], logical: Logical) -> Made:
    fifo = str(properties.get("FifoQueue", "")).lower() == "true"
    name = properties.get("QueueName") or logical.name(75) + (".fifo" if fifo else "")
    attributes = _attributes(properties) | ({"FifoQueue": "true"} if fifo else {})
    request = {"QueueName": name, "Attributes": attributes, "tags": _tags(properties)}
    made = await ctx.call("sqs", "CreateQueue", request)
    return _made(ctx, made["QueueUrl"], name)


def _made(ctx: Context, url: str, name: str) -> Made:
    return Made(url, {"Arn": ctx.arn(name, service="sqs"), "QueueName": name, "QueueUrl": url})


async def _update_queue(ctx: Context, url: str, properties: dict[str, Any], old: dict[str, Any]) -> Made:
    attributes = _attributes(properties)
    for name in _attributes(old):
        attributes.setdefault(name, _DEFAULTS.get(name, ""))
    if attributes:
        await ctx.call("sqs", "SetQueueAttributes", {"QueueUrl": url, "Attributes": attributes})
    before, after = _tags(old), _tags(properties)
    if after and after != before:
        await ctx.call("sqs", "TagQueue", {"QueueUrl": url, "Tags": after})
    gone = sorted(set(before) - set(after))
    if gone:
        await ctx.call("sqs", "UntagQueue", {"QueueUrl": url, "TagKeys": gone})
    return _made(ctx, url, url.rsplit("/", 1)[1])


_DEFAULTS = {
    "DelaySeconds": "0", "MaximumMessageSize": "1048576", "MessageRetentionPeriod": "345600",
    "ReceiveMessageWaitTimeSeconds": "0",
    "VisibilityTimeout": "30", "KmsDataKeyReusePeriodSeconds": "300", "ContentBasedDeduplication": "false",
    "SqsManagedSseEnabled": "true", "DeduplicationScope": "queue", "FifoThroughputLimit": "perQueue",
}  # fmt: skip


async def _delete_queue(ctx: Context, url: str, properties: dict[str, Any]) -> None:
    try:
        await ctx.call("sqs", "DeleteQueue", {"QueueUrl": url})
    except AwsError as error:
        if error.code != "QueueDoesNotExist":
            raise


async def _put_policy(ctx: Context, properties: dict[str, Any]) -> None:
    document = properties["PolicyDocument"]
    text = document if isinstance(document, str) else msgspec.json.encode(document).decode()
    for url in properties["Queues"]:
        await ctx.call("sqs", "SetQueueAttributes", {"QueueUrl": url, "Attributes": {"Policy": text}})


async def _create_policy(ctx: Context, properties: dict[str, Any], logical: Logical) -> Made:
    await _put_policy(ctx, properties)
    physical_id = logical.name()
    return Made(physical_id, {"Id": physical_id})


async def _update_policy(
    ctx: Context, physical_id: str, properties: dict[str, Any], old: dict[str, Any]
) -> Made:
    gone = [url for url in old["Queues"] if url not in properties["Queues"]]
    await _delete_policy(ctx, physical_id, {"Queues": gone})
    await _put_policy(ctx, properties)
    return Made(physical_id, {"Id": physical_id})


async def _delete_policy(ctx: Context, physical_id: str, properties: dict[str, Any]) -> None:
    for url in properties["Queues"]:
        try:
            await ctx.call("sqs", "SetQueueAttributes", {"QueueUrl": url, "Attributes": {"Policy": ""}})
        except AwsError as error:
            if error.code != "QueueDoesNotExist":
                raise


RESOURCES = {
    "AWS::SQS::Queue": ResourceType(
        create=_create_queue,
        update=_update_queue,
        delete=_delete_queue,
        replaced_by=frozenset({"FifoQueue", "QueueName"}),
    ),
    "AWS::SQS::QueuePolicy": ResourceType(
        create=_create_policy, update=_update_policy, delete=_delete_policy
    ),
}
