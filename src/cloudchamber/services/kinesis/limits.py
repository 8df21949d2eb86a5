"""Quotas and defaults of Kinesis Data Streams, each under the page that states it."""

# https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
SHARD_RECORDS_PER_SECOND_MAX = 1_000
SHARD_WRITE_BYTES_PER_SECOND = 1_048_576
SHARD_READS_PER_SECOND_MAX = 5
SHARD_READ_BYTES_PER_SECOND = 2_097_152
CONSUMERS_PER_STREAM_MAX = 20
ON_DEMAND_STREAMS_MAX = 50
ON_DEMAND_SHARDS_DEFAULT = 4
SHARDS_MAX = 20_000

# https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html
REQUEST_BYTES_MAX = 10_485_760

# https://docs.aws.amazon.com/streams/latest/dev/large-records.html
RECORD_KIB_DEFAULT = 1_024

# https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html
RECORDS_PER_READ_MAX = 10_000
READ_BYTES_MAX = 10_485_760

# https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetShardIterator.html
ITERATOR_MS = 300_000

# https://docs.aws.amazon.com/kinesis/latest/APIReference/API_IncreaseStreamRetentionPeriod.html
RETENTION_HOURS_DEFAULT = 24
RETENTION_HOURS_MAX = 8_760
HOUR_MS = 3_600_000
TRIM_MS = 3_600_000  # how often old records are removed; readers never see them

# https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListShards.html
SHARDS_PER_PAGE_DEFAULT = 1_000
NEXT_TOKEN_MS = 300_000

# https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeStream.html
SHARDS_DESCRIBED_DEFAULT = 100

# https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListStreams.html
STREAMS_PER_PAGE_DEFAULT = 100

# https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListStreamConsumers.html
CONSUMERS_PER_PAGE_DEFAULT = 100

# https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html
SCALINGS_PER_DAY_MAX = 10
DAY_MS = 86_400_000

# https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateStreamMode.html
MODE_CHANGES_PER_DAY_MAX = 2

# https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SubscribeToShard.html
SUBSCRIPTION_MS = 300_000
RESUBSCRIBE_MS = 5_000
# AWS keeps a quiet subscription alive with events without records; how often is not stated.
HEARTBEAT_MS = 5_000
EVENT_BYTES_MAX = 2_097_152

# https://docs.aws.amazon.com/streams/latest/dev/tagging.html
TAGS_MAX = 50
