"""Quotas and defaults of Lambda, each under the page that states it."""

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
TIMEOUT_S_DEFAULT = 3
TIMEOUT_S_MAX = 900
MEMORY_MB_DEFAULT = 128
MEMORY_MB_MAX = 10_240
EPHEMERAL_MB_DEFAULT = 512
EPHEMERAL_MB_MAX = 10_240
ENVIRONMENT_BYTES_MAX = 4_096
LAYERS_MAX = 5
POLICY_BYTES_MAX = 20_480
ZIPPED_BYTES_MAX = 50 * 1024 * 1024
UNZIPPED_BYTES_MAX = 250 * 1024 * 1024
CODE_STORAGE_BYTES_MAX = 75 * 1024 * 1024 * 1024
CONCURRENT_EXECUTIONS_MAX = 1_000

# https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
UNRESERVED_CONCURRENCY_MIN = 100

# https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html (F005)
SYNCHRONOUS_BYTES_MAX = 6 * 1024 * 1024
ASYNCHRONOUS_BYTES_MAX = 1024 * 1024
LOG_TAIL_BYTES = 4 * 1024
CLIENT_CONTEXT_BYTES_MAX = 3_583

# https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html (F001, F002)
FUNCTION_ERROR_DELAYS_MS = (60_000, 120_000)
RETRY_ATTEMPTS_DEFAULT = 2
EVENT_AGE_S_DEFAULT = 21_600
EVENT_AGE_S_MIN = 60
SYSTEM_ERROR_BASE_MS = 1_000
SYSTEM_ERROR_DELAY_MS_MAX = 300_000

# https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html (F009)
RECURSION_MAX = 16

# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html (F013, F014, F015)
SQS_BATCH_SIZE_DEFAULT = 10
SQS_BATCH_SIZE_MAX = 10_000
FIFO_BATCH_SIZE_MAX = 10
SQS_BATCH_WITHOUT_WINDOW_MAX = 10
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html (F012)
SQS_CONCURRENCY_AT_FIRST = 5
SQS_CONCURRENCY_PER_MINUTE = 300
SQS_CONCURRENCY_MAX = 1_000
# https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html (F022, F023)
# https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html
STREAM_BATCH_SIZE_DEFAULT = 100
RECORD_AGE_S_MIN = 60
# https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html (F024)
STATE_BYTES_MAX = 1024 * 1024
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
TABLE_STREAM_RETENTION_MS = 24 * 3_600_000
# https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
FILTERS_MAX = 10

# https://docs.aws.amazon.com/lambda/latest/api/API_TagResource.html
TAGS_MAX = 50

# https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html
FUNCTIONS_PER_PAGE = 50
ITEMS_PER_PAGE_MAX = 10_000
