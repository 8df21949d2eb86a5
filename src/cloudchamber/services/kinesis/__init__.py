"""Amazon Kinesis Data Streams: ordered shards, resharding and enhanced fan-out."""

from cloudchamber.aws import Service
from cloudchamber.services.kinesis import tasks
from cloudchamber.services.kinesis.fidelity import LEDGER
from cloudchamber.services.kinesis.operations import (
    consumers,
    reading,
    resharding,
    settings,
    shards,
    streams,
    subscriptions,
    tags,
    writing,
)
from cloudchamber.services.kinesis.resources import RESOURCES

SERVICE = Service(
    "kinesis",
    operations={
        "AddTagsToStream": tags.add_tags_to_stream,
        "CreateStream": streams.create_stream,
        "DecreaseStreamRetentionPeriod": settings.decrease_retention,
        "DeleteResourcePolicy": tags.delete_resource_policy,
        "DeleteStream": streams.delete_stream,
        "DeregisterStreamConsumer": consumers.deregister_stream_consumer,
        "DescribeLimits": settings.describe_limits,
        "DescribeStream": streams.describe_stream,
        "DescribeStreamConsumer": consumers.describe_stream_consumer,
        "DescribeStreamSummary": streams.describe_stream_summary,
        "DisableEnhancedMonitoring": settings.disable_monitoring,
        "EnableEnhancedMonitoring": settings.enable_monitoring,
        "GetRecords": reading.get_records,
        "GetResourcePolicy": tags.get_resource_policy,
        "GetShardIterator": reading.get_shard_iterator,
        "IncreaseStreamRetentionPeriod": settings.increase_retention,
        "ListShards": shards.list_shards,
        "ListStreamConsumers": consumers.list_stream_consumers,
        "ListStreams": streams.list_streams,
        "ListTagsForResource": tags.list_tags_for_resource,
        "ListTagsForStream": tags.list_tags_for_stream,
        "MergeShards": resharding.merge_shards,
        "PutRecord": writing.put_record,
        "PutRecords": writing.put_records,
        "PutResourcePolicy": tags.put_resource_policy,
        "RegisterStreamConsumer": consumers.register_stream_consumer,
        "RemoveTagsFromStream": tags.remove_tags_from_stream,
        "SplitShard": resharding.split_shard,
        "StartStreamEncryption": settings.start_encryption,
        "StopStreamEncryption": settings.stop_encryption,
        "SubscribeToShard": subscriptions.subscribe_to_shard,
        "TagResource": tags.tag_resource,
        "UntagResource": tags.untag_resource,
        "UpdateMaxRecordSize": settings.update_max_record_size,
        "UpdateShardCount": resharding.update_shard_count,
        "UpdateStreamMode": settings.update_stream_mode,
        "UpdateStreamWarmThroughput": settings.update_warm_throughput,
    },
    tasks={"find_shard_ends": tasks.find_shard_ends, "trim_records": tasks.trim_records},
    resources=RESOURCES,
    ledger=LEDGER,
    named_by=("StreamName", "StreamARN", "ConsumerARN", "ResourceARN"),
)
