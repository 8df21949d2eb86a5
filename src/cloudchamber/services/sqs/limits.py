"""Quotas and defaults of SQS, each under the page that states it. Durations in seconds where AWS counts in seconds."""

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
VISIBILITY_TIMEOUT_S_DEFAULT = 30
VISIBILITY_TIMEOUT_S_MAX = 43_200
DELAY_S_MAX = 900
RETENTION_S_DEFAULT = 345_600
RETENTION_S_MIN = 60
RETENTION_S_MAX = 1_209_600
WAIT_S_MAX = 20
MAXIMUM_MESSAGE_SIZE_MIN = 1_024
KMS_REUSE_S_DEFAULT = 300
KMS_REUSE_S_MIN = 60
KMS_REUSE_S_MAX = 86_400
SOURCE_QUEUES_MAX = 10

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
MESSAGE_BYTES_MAX = 1_048_576
MESSAGE_ATTRIBUTES_MAX = 10
MESSAGE_ATTRIBUTE_NAME_LENGTH_MAX = 256
IN_FLIGHT_MAX = 120_000
FIFO_BACKLOG_SCANNED_MAX = 120_000
GROUP_ID_LENGTH_MAX = 128

# Ours: how far a receive looks for messages of quiet groups, where AWS looks everywhere.
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html
FAIR_MESSAGES_SCANNED_MAX = 500

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
MAX_RECEIVE_COUNT_MIN = 1
MAX_RECEIVE_COUNT_MAX = 1_000

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
MESSAGES_PER_RECEIVE_DEFAULT = 1
MESSAGES_PER_RECEIVE_MAX = 10
RECEIVE_ATTEMPT_MS = 300_000

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
ENTRIES_PER_BATCH_MAX = 10
DEDUPLICATION_MS = 300_000

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_PurgeQueue.html
PURGE_MS = 60_000

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html
DELETED_RECENTLY_MS = 60_000

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html
QUEUE_NAME_LENGTH_MAX = 80
TAGS_MAX = 50

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_AddPermission.html
ACTIONS_PER_STATEMENT_MAX = 7

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html
QUEUES_PER_PAGE_MAX = 1_000

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
MOVED_PER_SECOND_MAX = 500
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListMessageMoveTasks.html
MOVE_TASKS_LISTED_MAX = 10
