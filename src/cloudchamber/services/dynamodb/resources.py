"""AWS::DynamoDB::Table and AWS::DynamoDB::GlobalTable, which is a table with one replica.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_DynamoDB.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import AwsError, Context, Logical, Made, ResourceType
from cloudchamber.services.dynamodb.errors import invalid

Properties = dict[str, Any]
_UNITS = ("ProvisionedThroughput", "OnDemandThroughput", "WarmThroughput")
_SCHEMA = ("AttributeDefinitions", "BillingMode", "KeySchema")
_MISSING = ("ImportSourceSpecification", "KinesisStreamSpecification")


def _flag(value: Any) -> bool:
    return str(value).lower() == "true"


def _whole(units: Properties) -> dict[str, int]:
    return {name: int(value) for name, value in units.items()}


def _index(definition: Properties) -> Properties:
    members = ("IndexName", "KeySchema", "Projection")
    found = {name: definition[name] for name in members if name in definition}
    return found | {name: _whole(definition[name]) for name in _UNITS if name in definition}


def _stream(properties: Properties) -> Properties | None:
    wanted = properties.get("StreamSpecification")
    return {"StreamEnabled": True, "StreamViewType": wanted["StreamViewType"]} if wanted else None


def _settings(properties: Properties) -> Properties:
    """The members of CreateTable and UpdateTable that a template sets, but for the schema of the table and its indexes."""
    found = {name: properties[name] for name in ("BillingMode", "TableClass") if name in properties}
    found |= {name: _whole(properties[name]) for name in _UNITS if name in properties}
    encryption = properties.get("SSESpecification")
    if encryption:
        wanted = {"Enabled": _flag(encryption.get("SSEEnabled", False))}
        names = ("SSEType", "KMSMasterKeyId")
        found["SSESpecification"] = wanted | {name: encryption[name] for name in names if name in encryption}
    if "DeletionProtectionEnabled" in properties:
        found["DeletionProtectionEnabled"] = _flag(properties["DeletionProtectionEnabled"])
    return found


def _tags(properties: Properties) -> dict[str, str]:
    return {tag["Key"]: str(tag["Value"]) for tag in properties.get("Tags") or []}


async def _create(ctx: Context, properties: Properties, logical: Logical) -> Made:
    for member in _MISSING:
        if properties.get(member):
            raise invalid(f"{member} is not available in Cloud Chamber")
    name = properties.get("TableName") or logical.name(255)
    request = _settings(properties) | {"TableName": name, "KeySchema": properties["KeySchema"]}
    request["AttributeDefinitions"] = properties["AttributeDefinitions"]
    for member in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        if properties.get(member):
            request[member] = [_index(each) for each in properties[member]]
    stream, tags = _stream(properties), _tags(properties)
    if stream:
        request["StreamSpecification"] = stream
    if tags:
        request["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
    await ctx.call("dynamodb", "CreateTable", request)
    await _set_time_to_live(ctx, name, properties, {})
    await _set_recovery(ctx, name, properties, {})
    return await _made(ctx, name)


async def _made(ctx: Context, name: str) -> Made:
    table = (await ctx.call("dynamodb", "DescribeTable", {"TableName": name}))["Table"]
    attributes = {"Arn": table["TableArn"], "TableId": table["TableId"]}
    if "StreamSpecification" in table:
        attributes["StreamArn"] = table["LatestStreamArn"]
    return Made(name, attributes)


async def _update(ctx: Context, name: str, properties: Properties, old: Properties) -> Made:
    await _update_settings(ctx, name, properties, old)
    await _update_stream(ctx, name, _stream(properties), _stream(old))
    await _update_indexes(ctx, name, properties, old)
    await _set_time_to_live(ctx, name, properties, old)
    await _set_recovery(ctx, name, properties, old)
    made = await _made(ctx, name)
    await _set_tags(ctx, made.attributes["Arn"], _tags(properties), _tags(old))
    return made


async def _update_table(ctx: Context, name: str, **changes: Any) -> None:
    await ctx.call("dynamodb", "UpdateTable", {"TableName": name, **changes})


_DEFAULTS: Properties = {
    "BillingMode": "PROVISIONED",
    "DeletionProtectionEnabled": False,
    "SSESpecification": {"Enabled": False},
    "TableClass": "STANDARD",
}


async def _update_settings(ctx: Context, name: str, properties: Properties, old: Properties) -> None:
    before, after = _DEFAULTS | _settings(old), _DEFAULTS | _settings(properties)
    changes = {member: value for member, value in after.items() if before.get(member) != value}
    if after["BillingMode"] == "PROVISIONED" and "BillingMode" in changes:
        changes["ProvisionedThroughput"] = after["ProvisionedThroughput"]
    if changes:
        await _update_table(ctx, name, **changes)


async def _update_stream(ctx: Context, name: str, wanted: Properties | None, old: Properties | None) -> None:
    if wanted == old:
        return
    if old:
        await _update_table(ctx, name, StreamSpecification={"StreamEnabled": False})
    if wanted:
        await _update_table(ctx, name, StreamSpecification=wanted)


async def _update_indexes(ctx: Context, name: str, properties: Properties, old: Properties) -> None:
    """Global indexes go and come one by one; one whose keys or projection differ goes and comes again."""
    before, after = (
        {each["IndexName"]: _index(each) for each in given.get("GlobalSecondaryIndexes") or []}
        for given in (old, properties)
    )

    def schema(index: Properties) -> Properties:
        return {member: index[member] for member in ("KeySchema", "Projection")}

    kept = {n for n in before if n in after and schema(before[n]) == schema(after[n])}
    for index_name in before.keys() - kept:
        gone = [{"Delete": {"IndexName": index_name}}]
        await _update_table(ctx, name, GlobalSecondaryIndexUpdates=gone)
    for index_name, index in after.items():
        units = {member: index[member] for member in _UNITS if member in index}
        if index_name not in kept:
            await _update_table(
                ctx,
                name,
                AttributeDefinitions=_definitions(properties, after, index_name),
                GlobalSecondaryIndexUpdates=[{"Create": index}],
            )
        elif units and index != before[index_name]:
            changed = [{"Update": {"IndexName": index_name, **units}}]
            await _update_table(ctx, name, GlobalSecondaryIndexUpdates=changed)


def _definitions(properties: Properties, indexes: dict[str, Properties], name: str) -> list[Properties]:
    """The definitions of the key attributes of one index: the others come with theirs."""
    wanted = {each["AttributeName"] for each in indexes[name]["KeySchema"]}
    return [each for each in properties["AttributeDefinitions"] if each["AttributeName"] in wanted]


async def _set_time_to_live(ctx: Context, name: str, properties: Properties, old: Properties) -> None:
    before, after = (
        given["TimeToLiveSpecification"].get("AttributeName", "")
        if _flag((given.get("TimeToLiveSpecification") or {}).get("Enabled", False))
        else ""
        for given in (old, properties)
    )
    if before == after:
        return
    for attribute, enabled in ((before, False), (after, True)):
        if attribute:
            wanted = {"AttributeName": attribute, "Enabled": enabled}
            request = {"TableName": name, "TimeToLiveSpecification": wanted}
            await ctx.call("dynamodb", "UpdateTimeToLive", request)


async def _set_recovery(ctx: Context, name: str, properties: Properties, old: Properties) -> None:
    before, after = (given.get("PointInTimeRecoverySpecification") or {} for given in (old, properties))
    if before == after:
        return
    wanted: Properties = {"PointInTimeRecoveryEnabled": _flag(after.get("PointInTimeRecoveryEnabled", False))}
    if "RecoveryPeriodInDays" in after:
        wanted["RecoveryPeriodInDays"] = int(after["RecoveryPeriodInDays"])
    request = {"TableName": name, "PointInTimeRecoverySpecification": wanted}
    await ctx.call("dynamodb", "UpdateContinuousBackups", request)


async def _set_tags(ctx: Context, arn: str, wanted: dict[str, str], old: dict[str, str]) -> None:
    if wanted and wanted != old:
        tags = [{"Key": key, "Value": value} for key, value in wanted.items()]
        await ctx.call("dynamodb", "TagResource", {"ResourceArn": arn, "Tags": tags})
    gone = sorted(old.keys() - wanted.keys())
    if gone:
        await ctx.call("dynamodb", "UntagResource", {"ResourceArn": arn, "TagKeys": gone})


async def _delete(ctx: Context, name: str, properties: Properties) -> None:
    try:
        await ctx.call("dynamodb", "DeleteTable", {"TableName": name})
    except AwsError as error:
        if error.code != "ResourceNotFoundException":
            raise


# -- a global table, as the one table that it is here


def _as_table(properties: Properties) -> Properties:
    """The properties of AWS::DynamoDB::Table that mean the same. Raises ValidationException for a second replica."""
    replicas = properties.get("Replicas") or [{}]
    if len(replicas) != 1:
        raise invalid("a global table with more than one replica is not available in Cloud Chamber")
    replica = replicas[0]
    names = (*_SCHEMA, "LocalSecondaryIndexes", "StreamSpecification", "TableName", "TimeToLiveSpecification")
    found = {name: properties[name] for name in names if name in properties}
    names = ("DeletionProtectionEnabled", "PointInTimeRecoverySpecification", "TableClass", "Tags")
    found |= {name: replica[name] for name in names if name in replica}
    encryption = properties.get("SSESpecification")
    if encryption:
        found["SSESpecification"] = encryption | (replica.get("SSESpecification") or {})
    reads = {each["IndexName"]: each for each in replica.get("GlobalSecondaryIndexes") or []}
    provisioned = properties.get("BillingMode", "PROVISIONED") == "PROVISIONED"
    if provisioned:
        found["ProvisionedThroughput"] = _throughput(replica, properties)
    indexes = properties.get("GlobalSecondaryIndexes")
    if indexes:
        found["GlobalSecondaryIndexes"] = [
            _index(each)
            | (
                {"ProvisionedThroughput": _throughput(reads.get(each["IndexName"], {}), each)}
                if provisioned
                else {}
            )
            for each in indexes
        ]
    return found


def _throughput(replica: Properties, properties: Properties) -> dict[str, int]:
    read = replica.get("ReadProvisionedThroughputSettings") or {}
    write = properties.get("WriteProvisionedThroughputSettings") or {}
    return {
        "ReadCapacityUnits": _units(read, "ReadCapacityUnits", "ReadCapacityAutoScalingSettings"),
        "WriteCapacityUnits": _units(write, "WriteCapacityUnits", "WriteCapacityAutoScalingSettings"),
    }


def _units(settings: Properties, fixed: str, scaled: str) -> int:
    scaling = settings.get(scaled) or {}
    return int(settings.get(fixed) or scaling.get("SeedCapacity") or scaling.get("MinCapacity") or 1)


async def _create_global(ctx: Context, properties: Properties, logical: Logical) -> Made:
    return await _create(ctx, _as_table(properties), logical)


async def _update_global(ctx: Context, name: str, properties: Properties, old: Properties) -> Made:
    return await _update(ctx, name, _as_table(properties), _as_table(old))


_REPLACED_BY = frozenset({"KeySchema", "LocalSecondaryIndexes", "TableName"})

RESOURCES = {
    "AWS::DynamoDB::GlobalTable": ResourceType(
        create=_create_global, update=_update_global, delete=_delete, replaced_by=_REPLACED_BY
    ),
    "AWS::DynamoDB::Table": ResourceType(
        create=_create,
        update=_update,
        delete=_delete,
        replaced_by=_REPLACED_BY | {"ImportSourceSpecification"},
    ),
}
