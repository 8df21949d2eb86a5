"""Where the members of the operations are enforced: in DynamoDB's tasks, which these operations join."""

from cloudchamber.aws import Ledger

_THERE = "read by DynamoDB, in operations/streams.py"

LEDGER = Ledger(
    read={
        "DescribeStream": {
            "ExclusiveStartShardId": _THERE,
            "Limit": "a stream has one shard, which is always within the limit",
            "ShardFilter": _THERE,
            "StreamArn": _THERE,
        },
        "GetRecords": {"Limit": _THERE, "ShardIterator": _THERE},
        "GetShardIterator": {
            "SequenceNumber": _THERE,
            "ShardId": _THERE,
            "ShardIteratorType": _THERE,
            "StreamArn": _THERE,
            "Timestamp": _THERE,
        },
        "ListStreams": {"ExclusiveStartStreamArn": _THERE, "Limit": _THERE, "TableName": _THERE},
    },
)
