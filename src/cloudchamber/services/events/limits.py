"""Quotas and defaults of EventBridge, each under the page that states it."""

# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
REQUEST_BYTES_MAX = 1_048_576
TIME_BYTES = 14

# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
TARGETS_PER_RULE_MAX = 5
POLICY_LENGTH_MAX = 10_240

# https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListRules.html
PER_PAGE_MAX = 100

# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-tagging.html
TAGS_MAX = 50

# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
RETRY_ATTEMPTS_DEFAULT = 185
EVENT_AGE_S_DEFAULT = 86_400
# AWS does not publish its back-off; this one spreads 185 attempts over most of the 24 hours.
RETRY_BASE_MS = 1_000
RETRY_DELAY_MS_MAX = 480_000
RETRY_JITTER = 0.1

# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-archive-event.html
DAY_MS = 86_400_000

# https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeactivateEventSource.html
EVENT_SOURCE_PENDING_MS_MAX = 14 * DAY_MS

# https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_StartReplay.html
# A replay goes through its events in intervals of one minute of their times.
REPLAY_INTERVAL_MS = 60_000

# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html
INVOCATION_TIMEOUT_S = 5.0
INVOCATIONS_PER_S_DEFAULT = 300

# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-target-connection-auth.html
# A token is renewed when it is about to expire; AWS does not say how long before.
TOKEN_RENEWAL_MS = 60_000

# https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html
PARTITION_KEY_LENGTH_MAX = 256
