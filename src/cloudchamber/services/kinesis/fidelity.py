"""What Kinesis records only, or refuses."""

from cloudchamber.aws import Ledger

_RESERVED = 'AWS does not use it: "Not Implemented. Reserved for future use."'
_ENCRYPTION = "stored and returned; nothing is encrypted on this machine"
_METRICS = "stored and returned; no shard-level metrics are emitted yet"
_POLICY = "stored and returned; policies are not enforced yet"
_WARM = "stored and returned; on-demand streams have four shards, each with the throughput of a shard"
_DISTRIBUTION = "stored and returned; records are always distributed by their partition keys"

LEDGER = Ledger(
    recorded={
        "*": {"StreamId": _RESERVED},
        "CreateStream": {"RecordDistributionStrategy": _DISTRIBUTION, "WarmThroughputMiBps": _WARM},
        "DisableEnhancedMonitoring": {"ShardLevelMetrics": _METRICS},
        "EnableEnhancedMonitoring": {"ShardLevelMetrics": _METRICS},
        "PutResourcePolicy": {"Policy": _POLICY},
        "StartStreamEncryption": {"KeyId": _ENCRYPTION},
        "UpdateStreamMode": {"WarmThroughputMiBps": _WARM},
        "UpdateStreamWarmThroughput": {"WarmThroughputMiBps": _WARM},
    },
    read={"UpdateShardCount": {"ScalingType": "the model knows UNIFORM_SCALING only"}},
)
