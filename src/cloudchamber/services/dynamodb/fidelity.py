"""What DynamoDB records only, or refuses."""

from cloudchamber.aws import Ledger

_THROUGHPUT = "stored and returned; a local table is never throttled"
_ENCRYPTION = "stored and returned; nothing is encrypted on this machine"
_GLOBAL = "tables live in one region here"
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
        "AWS::DynamoDB::Table": {
            "ContributorInsightsSpecification": "there are no contributor insights",
            "ResourcePolicy": "policies are not enforced yet",
            "StreamSpecification.ResourcePolicy": "policies are not enforced yet",
        },
        "CreateTable": _RECORDED | {"ResourcePolicy": "stored; policies are not enforced yet"},
        "UpdateTable": _RECORDED,
        "UpdateContinuousBackups": {
            "PointInTimeRecoverySpecification": "stored and returned; tables cannot be restored yet"
        },
    },
)
