"""Quotas and defaults of EventBridge Scheduler, each under the page that states it."""

# https://docs.aws.amazon.com/scheduler/latest/APIReference/API_ListSchedules.html
PER_PAGE_DEFAULT = 100

# https://docs.aws.amazon.com/scheduler/latest/UserGuide/scheduler-quotas.html
GROUPS_MAX = 500
TAGS_MAX = 50

# https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
START_IN_PAST_MS_MAX = 300_000

# https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html
RETRY_ATTEMPTS_DEFAULT = 185
EVENT_AGE_S_DEFAULT = 86_400
# AWS does not publish its back-off; this one spreads 185 attempts over most of the 24 hours.
RETRY_BASE_MS = 1_000
RETRY_DELAY_MS_MAX = 480_000
RETRY_JITTER = 0.1

# https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
MINUTE_MS = 60_000
