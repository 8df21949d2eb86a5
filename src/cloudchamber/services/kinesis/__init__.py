"""Amazon Kinesis Data Streams: ordered shards, resharding and enhanced fan-out."""

from cloudchamber.aws import Service
from cloudchamber.services.kinesis import tasks
from cloudchamber.services.kinesis.fidelity import LEDGER
from cloudchamber.services.kinesis.operations import reading, shards, streams, writing

SERVICE = Service(
    "kinesis",
    operations={
        "CreateStream": streams.create_stream,
        "DeleteStream": streams.delete_stream,
        "DescribeStream": streams.describe_stream,
        "DescribeStreamSummary": streams.describe_stream_summary,
        "GetRecords": reading.get_records,
        "GetShardIterator": reading.get_shard_iterator,
        "ListShards": shards.list_shards,
        "ListStreams": streams.list_streams,
        "PutRecord": writing.put_record,
        "PutRecords": writing.put_records,
    },
    tasks={"trim_records": tasks.trim_records},
    ledger=LEDGER,
    named_by=("StreamName", "StreamARN", "ResourceARN"),
)
