"""Quotas and defaults of CloudWatch Logs, each under the page that states it."""

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
EMBEDDED_METRICS_MAX = 100
EMBEDDED_VALUES_MAX = 100

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
BATCH_BYTES_MAX = 1_048_576
EVENT_OVERHEAD_BYTES = 26
BATCH_SPAN_MS_MAX = 86_400_000
FUTURE_MS_MAX = 7_200_000
AGE_MS_MAX = 14 * 86_400_000

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
PAGE_BYTES_MAX = 1_048_576
PAGE_EVENTS_MAX = 10_000

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
RETENTION_DAYS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
METRIC_FILTERS_MAX = 100
SUBSCRIPTION_FILTERS_MAX = 2
RESOURCE_POLICIES_MAX = 10
TAGS_MAX = 50

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html
DESCRIBED_DEFAULT = 50
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListLogGroups.html
LISTED_DEFAULT = 50
