"""How tables and indexes are shown.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.dynamodb import records
from cloudchamber.services.dynamodb.model import Index, Keys, Table
from cloudchamber.services.dynamodb.operations.tables_in import arn_of, stream_arn_of


def described(
    ctx: Context, table: Table, *, status: str = "ACTIVE", index_statuses: dict[str, str] | None = None
) -> dict[str, Any]:
    """A TableDescription. `index_statuses`: of global indexes that are not as the table is."""
    count, size_bytes = records.measure(ctx, table, None)
    answer: dict[str, Any] = {
        "AttributeDefinitions": [{"AttributeName": n, "AttributeType": t} for n, t in table.types.items()],
        "TableName": table.name,
        "KeySchema": key_schema(table.keys),
        "TableStatus": status,
        "CreationDateTime": table.created_at_ms / 1000,
        "ProvisionedThroughput": _throughput(table.read_units, table.write_units),
        "TableSizeBytes": size_bytes,
        "ItemCount": count,
        "TableArn": arn_of(ctx, table.name),
        "TableId": table.id,
        "DeletionProtectionEnabled": table.is_protected,
    }
    if table.on_demand_at_ms:
        answer["BillingModeSummary"] = {
            "BillingMode": table.billing_mode,
            "LastUpdateToPayPerRequestDateTime": table.on_demand_at_ms / 1000,
        }
    for index in table.indexes:
        member = "GlobalSecondaryIndexes" if index.is_global else "LocalSecondaryIndexes"
        own = (index_statuses or {}).get(index.name, "CREATING" if status == "CREATING" else "ACTIVE")
        answer.setdefault(member, []).append(_index_described(ctx, table, index, own))
    if table.stream:
        answer["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": table.stream.view_type}
    if table.label:
        answer["LatestStreamLabel"] = table.label
        answer["LatestStreamArn"] = stream_arn_of(ctx, table.name, table.label)
    return answer | _settings_described(ctx, table)


def _settings_described(ctx: Context, table: Table) -> dict[str, Any]:
    settings = table.settings
    answer: dict[str, Any] = {
        member: settings[member] for member in ("OnDemandThroughput", "WarmThroughput") if member in settings
    }
    if "TableClass" in settings:
        answer["TableClassSummary"] = {"TableClass": settings["TableClass"]}
    encryption = settings.get("SSESpecification") or {}
    if encryption.get("Enabled"):
        key = encryption.get("KMSMasterKeyId") or "alias/aws/dynamodb"
        arn = key if key.startswith("arn:") else ctx.arn(key if "/" in key else f"key/{key}", service="kms")
        answer["SSEDescription"] = {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": arn}
    return answer


def _index_described(ctx: Context, table: Table, index: Index, status: str) -> dict[str, Any]:
    count, size_bytes = records.measure(ctx, table, index)
    projection: dict[str, Any] = {"ProjectionType": index.projection}
    if index.included:
        projection["NonKeyAttributes"] = list(index.included)
    answer: dict[str, Any] = {
        "IndexName": index.name,
        "KeySchema": key_schema(index.keys),
        "Projection": projection,
        "IndexSizeBytes": size_bytes,
        "ItemCount": count,
        "IndexArn": f"{arn_of(ctx, table.name)}/index/{index.name}",
    }
    if index.is_global:
        answer["IndexStatus"] = status
        answer["ProvisionedThroughput"] = _throughput(index.read_units, index.write_units)
        answer |= index.settings
    return answer


def _throughput(read_units: int, write_units: int) -> dict[str, int]:
    return {"NumberOfDecreasesToday": 0, "ReadCapacityUnits": read_units, "WriteCapacityUnits": write_units}


def key_schema(keys: Keys) -> list[dict[str, str]]:
    """A KeySchema."""
    kinds = zip(keys.names, ("HASH", "RANGE"), strict=False)
    return [{"AttributeName": name, "KeyType": kind} for name, kind in kinds]
