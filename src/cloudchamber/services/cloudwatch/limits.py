"""Quotas and defaults of CloudWatch, each under the page that states it."""

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
METRICS_PER_PUT_MAX = 1_000
VALUES_PER_METRIC_MAX = 150
PAST_MS_MAX = 14 * 86_400_000
FUTURE_MS_MAX = 2 * 3_600_000
VALUE_MAX = 2.0**360

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#metrics-retention
SECONDS_KEPT_MS = 3 * 3_600_000
MINUTES_KEPT_MS = 15 * 86_400_000
FIVE_MINUTES_KEPT_MS = 63 * 86_400_000
HOURS_KEPT_MS = 455 * 86_400_000

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html
METRICS_PER_PAGE = 500
LISTED_MS = 14 * 86_400_000
RECENT_MS = 3 * 3_600_000

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
DATAPOINTS_PER_STATISTICS_MAX = 1_440

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
QUERIES_MAX = 500
DATAPOINTS_PER_PAGE_MAX = 100_800

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
EVALUATION_S_MAX = 86_400
EVALUATION_S_MAX_OF_LONG_PERIODS = 604_800
ALARM_METRICS_MAX = 10

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
TAGS_MAX = 50
HISTORY_KEPT_MS = 30 * 86_400_000
ALARMS_PER_PAGE_DEFAULT = 50
HISTORY_PER_PAGE_DEFAULT = 100

# AWS does not say how many more periods than asked for an alarm looks at; the page's example takes two more.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
EXTRA_PERIODS = 2

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Composite_Alarm.html
CHILDREN_MAX = 100
