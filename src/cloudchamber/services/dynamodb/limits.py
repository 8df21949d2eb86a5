"""Quotas and defaults of DynamoDB, each under the page that states it."""

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
ITEM_BYTES_MAX = 400 * 1024
PARTITION_KEY_BYTES_MAX = 2048
SORT_KEY_BYTES_MAX = 1024
GLOBAL_INDEXES_MAX = 20
LOCAL_INDEXES_MAX = 5
PROJECTED_ATTRIBUTES_MAX = 100
TAGS_MAX = 50

# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html
PAGE_BYTES_MAX = 1024 * 1024

# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
BATCH_GET_ITEMS_MAX = 100
BATCH_GET_BYTES_MAX = 16 * 1024 * 1024

# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
BATCH_WRITE_ITEMS_MAX = 25

# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
TRANSACTION_BYTES_MAX = 4 * 1024 * 1024
TRANSACTION_TOKEN_MS = 10 * 60 * 1000

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
ACCOUNT_CAPACITY_UNITS_MAX = 80_000
TABLE_CAPACITY_UNITS_MAX = 40_000

# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTables.html
TABLES_PER_PAGE_MAX = 100

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/capacity-units.html
READ_UNIT_BYTES = 4096
WRITE_UNIT_BYTES = 1024

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
STREAM_RETENTION_MS = 24 * 60 * 60 * 1000

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-before-you-start.html
TTL_AGE_S_MAX = 5 * 365 * 24 * 60 * 60

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html#LSI.ItemCollections.SizeLimit
COLLECTION_ESTIMATE_GB = (0.0, 1.0)

# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PointInTimeRecoverySpecification.html
RECOVERY_DAYS_DEFAULT = 35
RECOVERY_DAYS_MIN = 1
STREAM_TRIM_MS = 60 * 60 * 1000  # how often old records are removed; readers never see them

# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html
RECORDS_PER_READ_MAX = 1000
ITERATOR_MS = 15 * 60 * 1000

# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_ListStreams.html
STREAMS_PER_PAGE_MAX = 100

# How sizes of tables are measured here; AWS updates them about every six hours:
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html
ITEMS_MEASURED_MAX = 64
