"""AWS::Kinesis::Stream and AWS::Kinesis::StreamConsumer.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Kinesis.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Arn, AwsError, Context, Logical, Made, ResourceType
from cloudchamber.aws.tags import changed_tags, tags_of

Properties = dict[str, Any]


def _mode(properties: Properties) -> str:
    """A template that names neither a mode nor a number of shards means on-demand."""
    given = (properties.get("StreamModeDetails") or {}).get("StreamMode")
    return given or ("PROVISIONED" if properties.get("ShardCount") else "ON_DEMAND")


async def _create_stream(ctx: Context, properties: Properties, logical: Logical) -> Made:
    name = properties.get("Name") or logical.name(128)
    request: Properties = {"StreamName": name, "StreamModeDetails": {"StreamMode": _mode(properties)}}
    if properties.get("ShardCount") and _mode(properties) == "PROVISIONED":
        request["ShardCount"] = int(properties["ShardCount"])
    for member in ("MaxRecordSizeInKiB", "WarmThroughputMiBps"):
        if properties.get(member):
            request[member] = int(properties[member])
    if tags_of(properties):
        request["Tags"] = tags_of(properties)
    await ctx.call("kinesis", "CreateStream", request)
    made = Made(name, {"Arn": ctx.arn(f"stream/{name}", service="kinesis")})
    await _settle(ctx, made, properties, {})
    return made


async def _settle(ctx: Context, made: Made, properties: Properties, old: Properties) -> None:
    """Bring retention, encryption and monitoring from `old` to what the template says."""
    name, hours = made.physical_id, int(properties.get("RetentionPeriodHours") or 24)
    before = int(old.get("RetentionPeriodHours") or 24)
    if hours != before:
        way = "Increase" if hours > before else "Decrease"
        request: Properties = {"StreamName": name, "RetentionPeriodHours": hours}
        await ctx.call("kinesis", f"{way}StreamRetentionPeriod", request)
    encryption, was = properties.get("StreamEncryption"), old.get("StreamEncryption")
    if encryption != was:
        chosen = encryption or was or {}
        request = {"StreamName": name, "EncryptionType": "KMS", "KeyId": chosen["KeyId"]}
        await ctx.call("kinesis", "StartStreamEncryption" if encryption else "StopStreamEncryption", request)
    metrics, were = (
        set(properties.get("DesiredShardLevelMetrics") or ()),
        set(old.get("DesiredShardLevelMetrics") or ()),
    )
    for way, named in (("Disable", were - metrics), ("Enable", metrics - were)):
        if named:
            request = {"StreamName": name, "ShardLevelMetrics": sorted(named)}
            await ctx.call("kinesis", f"{way}EnhancedMonitoring", request)


async def _update_stream(ctx: Context, name: str, properties: Properties, old: Properties) -> Made:
    made = Made(name, {"Arn": ctx.arn(f"stream/{name}", service="kinesis")})
    stream = {"StreamARN": made.attributes["Arn"]}
    mode = _mode(properties)
    if mode != _mode(old):
        request = stream | {"StreamModeDetails": {"StreamMode": mode}}
        await ctx.call("kinesis", "UpdateStreamMode", request)
    await _resize(ctx, made, properties, mode)
    if properties.get("MaxRecordSizeInKiB") != old.get("MaxRecordSizeInKiB"):
        size_kib = int(properties.get("MaxRecordSizeInKiB") or 1024)
        await ctx.call("kinesis", "UpdateMaxRecordSize", stream | {"MaxRecordSizeInKiB": size_kib})
    if properties.get("WarmThroughputMiBps") != old.get("WarmThroughputMiBps") and mode == "ON_DEMAND":
        warm_mibps = int(properties.get("WarmThroughputMiBps") or 0)
        request = stream | {"WarmThroughputMiBps": warm_mibps}
        await ctx.call("kinesis", "UpdateStreamWarmThroughput", request)
    await _settle(ctx, made, properties, old)
    await _update_tags(ctx, stream["StreamARN"], properties, old)
    return made


async def _resize(ctx: Context, made: Made, properties: Properties, mode: str) -> None:
    if mode != "PROVISIONED" or not properties.get("ShardCount"):
        return
    answer = await ctx.call("kinesis", "DescribeStreamSummary", {"StreamName": made.physical_id})
    target = int(properties["ShardCount"])
    if answer["StreamDescriptionSummary"]["OpenShardCount"] != target:
        request: Properties = {"StreamName": made.physical_id, "TargetShardCount": target}
        await ctx.call("kinesis", "UpdateShardCount", request | {"ScalingType": "UNIFORM_SCALING"})


async def _update_tags(ctx: Context, arn: str, properties: Properties, old: Properties) -> None:
    to_set, to_remove = changed_tags(tags_of(old), tags_of(properties))
    if to_remove:
        await ctx.call("kinesis", "UntagResource", {"ResourceARN": arn, "TagKeys": to_remove})
    if to_set:
        await ctx.call("kinesis", "TagResource", {"ResourceARN": arn, "Tags": to_set})


async def _delete(ctx: Context, operation: str, request: Properties) -> None:
    try:
        await ctx.call("kinesis", operation, request)
    except AwsError as error:
        if error.code != "ResourceNotFoundException":
            raise


async def _delete_stream(ctx: Context, name: str, properties: Properties) -> None:
    await _delete(ctx, "DeleteStream", {"StreamName": name, "EnforceConsumerDeletion": True})


async def _create_consumer(ctx: Context, properties: Properties, logical: Logical) -> Made:
    request: Properties = {name: properties[name] for name in ("ConsumerName", "StreamARN")}
    if tags_of(properties):
        request["Tags"] = tags_of(properties)
    consumer = (await ctx.call("kinesis", "RegisterStreamConsumer", request))["Consumer"]
    return _made(consumer["ConsumerARN"], properties, consumer["ConsumerCreationTimestamp"])


def _made(arn: str, properties: Properties, created_s: int) -> Made:
    attributes = {
        "ConsumerARN": arn,
        "ConsumerCreationTimestamp": str(created_s),
        "ConsumerName": properties["ConsumerName"],
        "ConsumerStatus": "ACTIVE",
        "StreamARN": properties["StreamARN"],
    }
    return Made(arn, attributes)


async def _update_consumer(ctx: Context, arn: str, properties: Properties, old: Properties) -> Made:
    await _update_tags(ctx, arn, properties, old)
    parsed = Arn.parse(arn)
    assert parsed is not None, "a consumer's physical id is its ARN"
    return _made(arn, properties, int(parsed.resource.rpartition(":")[2]))


async def _delete_consumer(ctx: Context, arn: str, properties: Properties) -> None:
    await _delete(ctx, "DeregisterStreamConsumer", {"ConsumerARN": arn})


RESOURCES = {
    "AWS::Kinesis::Stream": ResourceType(
        create=_create_stream,
        update=_update_stream,
        delete=_delete_stream,
        replaced_by=frozenset({"Name"}),
    ),
    "AWS::Kinesis::StreamConsumer": ResourceType(
        create=_create_consumer,
        update=_update_consumer,
        delete=_delete_consumer,
        replaced_by=frozenset({"ConsumerName", "StreamARN"}),
    ),
}
