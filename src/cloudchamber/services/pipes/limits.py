"""Quotas and defaults of EventBridge Pipes, each under the page that states it."""

# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html#eb-pipes-limits
PIPES_MAX = 1_000

# https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_ListPipes.html
PER_PAGE_DEFAULT = 100

# https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_TagResource.html
TAGS_MAX = 50

# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-sqs.html
QUEUE_BATCH_SIZE_DEFAULT = 10
QUEUE_BATCH_WITHOUT_WINDOW_MAX = 10

# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-kinesis.html
STREAM_BATCH_SIZE_DEFAULT = 100

# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html
BATCHES_MAX = {
    "api-destination": 1,
    "events": 10,
    "execute-api": 1,
    "kinesis": 500,
    "lambda": 10_000,
    "logs": 10_000,
    "sns": 10,
    "sqs": 10,
    "states": 10_000,
}
PAYLOAD_BYTES_MAX = 6 * 1024 * 1024
CONCURRENT_BATCHES_OF_A_QUEUE = 5

# An API's own integration timeout is at most this (https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html).
API_TIMEOUT_S = 30

# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html
CHANGES_PER_READ_MAX = 1_000
CHANGES_KEPT_MS = 86_400_000

# https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html
RECORDS_PER_READ_MAX = 10_000

# AWS does not publish how a pipe backs off (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-error-troubleshooting.html).
RETRY_BASE_MS = 1_000
RETRY_DELAY_MS_MAX = 60_000
LOST_SOURCE_MS = 60_000
