"""What DynamoDB records only, or refuses."""

from cloudchamber.aws import Ledger

_THROUGHPUT = "stored and returned; a local table is never throttled"
_ENCRYPTION = "stored and returned; nothing is encrypted on this machine"
_GLOBAL = "tables live in one region here"
_LEGACY = "languages/dynamodb_expression/legacy.py"
_RECORDED = {
    "ProvisionedThroughput": _THROUGHPUT,
    "OnDemandThroughput": _THROUGHPUT,
    "WarmThroughput": _THROUGHPUT,
    "SSESpecification": _ENCRYPTION,
    "TableClass": "stored and returned; it only changes the bill",
}

LEDGER = Ledger(
    refused={
        "CreateTable": {
            "GlobalTableSourceArn": _GLOBAL,
            "GlobalTableSettingsReplicationMode": _GLOBAL,
            "VectorIndexes": "there is no vector search yet",
        },
        "UpdateTable": {
            "ReplicaUpdates": _GLOBAL,
            "MultiRegionConsistency": _GLOBAL,
            "GlobalTableWitnessUpdates": _GLOBAL,
            "GlobalTableSettingsReplicationMode": _GLOBAL,
            "DisassociationProtectionEnabled": _GLOBAL,
            "VectorIndexUpdates": "there is no vector search yet",
        },
    },
    recorded={
        "CreateTable": _RECORDED
        | {
            "GlobalSecondaryIndexes.OnDemandThroughput": _THROUGHPUT,
            "GlobalSecondaryIndexes.WarmThroughput": _THROUGHPUT,
            "ResourcePolicy": "stored; policies are not enforced yet",
        },
        "UpdateTable": _RECORDED
        | {
            f"GlobalSecondaryIndexUpdates.{change}.{member}": _THROUGHPUT
            for change in ("Create", "Update")
            for member in ("OnDemandThroughput", "WarmThroughput")
        },
        "UpdateContinuousBackups": {
            "PointInTimeRecoverySpecification": "stored and returned; tables cannot be restored yet"
        },
    },
    read={
        "DeleteItem": {"Expected": _LEGACY},
        "PutItem": {"Expected": _LEGACY},
        "Query": {"KeyConditions": _LEGACY, "QueryFilter": _LEGACY},
        "Scan": {"ScanFilter": _LEGACY},
        "UpdateItem": {"AttributeUpdates": _LEGACY, "Expected": _LEGACY},
    },
)
