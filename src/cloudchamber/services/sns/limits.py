"""Quotas and defaults of SNS, each under the page that states it."""

from cloudchamber.aws import Retry

# https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
MESSAGE_BYTES_MAX = 262_144
SUBJECT_LENGTH_MAX = 100
TOKEN_LENGTH_MAX = 128

# https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html
ENTRIES_PER_BATCH_MAX = 10

# https://docs.aws.amazon.com/sns/latest/dg/fifo-message-dedup.html
DEDUPLICATION_MS = 300_000

# https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
TOPIC_NAME_LENGTH_MAX = 256
DISPLAY_NAME_LENGTH_MAX = 100

# https://docs.aws.amazon.com/sns/latest/dg/sns-tags-configuring.html
TAGS_MAX = 50

# https://docs.aws.amazon.com/sns/latest/api/API_ListTopics.html
PER_PAGE_MAX = 100

# https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
# Immediate: 3 without delay. Pre-backoff: 2, 1 s apart. Backoff: 10, exponentially from 1 s to 20 s. Post-backoff: 20 s apart.
DELIVERY_ATTEMPTS_MAX = 100_015
AWS_MANAGED_RETRY = Retry(
    delays_ms=(
        *(0, 0, 0),
        *(1_000, 1_000),
        *(round(1_000 * 20 ** (step / 9)) for step in range(10)),
        20_000,
    ),
    attempts_max=DELIVERY_ATTEMPTS_MAX,
)

# https://docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.prepare.html
# An endpoint has failed that does not answer in 15 seconds, or with a status outside of 200 to 499.
HTTP_TIMEOUT_S = 15.0

# https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html#creating-delivery-policy
RETRIES_MAX = 100
DELAY_S_MAX = 3_600
POLICY_S_MAX = 3_600

# https://docs.aws.amazon.com/sns/latest/api/API_ConfirmSubscription.html
TOKEN_MS = 2 * 86_400_000

# https://docs.aws.amazon.com/sns/latest/dg/message-archiving-and-replay-topic-owner.html
RETENTION_DAYS_MAX = 365
RETENTION_DAY_MS = 86_400_000

# https://docs.aws.amazon.com/general/latest/gr/sns.html
# A FIFO topic publishes 3,000 messages each second, and is replayed no faster.
REPLAY_START_MS = 1_000
REPLAY_STEP_MS = 100
REPLAYED_PER_STEP_COUNT = 300

# https://docs.aws.amazon.com/sns/latest/api/API_CreatePlatformEndpoint.html
USER_DATA_BYTES_MAX = 2_048

# https://docs.aws.amazon.com/sns/latest/dg/sns-sms-sandbox-verifying-phone-numbers.html
SANDBOX_NUMBERS_MAX = 10
PASSWORD_DIGIT_COUNT = 6

# https://docs.aws.amazon.com/sns/latest/api/API_PutDataProtectionPolicy.html
DATA_PROTECTION_POLICY_LENGTH_MAX = 30_720

SIGNATURE_BYTES = 256
