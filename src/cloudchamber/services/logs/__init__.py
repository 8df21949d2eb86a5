"""Amazon CloudWatch Logs: groups, streams, events, filters."""

from cloudchamber.aws import Service
from cloudchamber.services.logs import tasks
from cloudchamber.services.logs.errors import phrase
from cloudchamber.services.logs.fidelity import LEDGER
from cloudchamber.services.logs.operations import (
    filters,
    groups,
    policies,
    reading,
    streams,
    tags,
    writing,
)
from cloudchamber.services.logs.resources import RESOURCES

SERVICE = Service(
    "logs",
    operations={
        "AssociateKmsKey": groups.associate_kms_key,
        "CreateLogGroup": groups.create_log_group,
        "CreateLogStream": streams.create_log_stream,
        "DeleteLogGroup": groups.delete_log_group,
        "DeleteLogStream": streams.delete_log_stream,
        "DeleteMetricFilter": filters.delete_metric_filter,
        "DeleteResourcePolicy": policies.delete_resource_policy,
        "DeleteRetentionPolicy": groups.delete_retention_policy,
        "DeleteSubscriptionFilter": filters.delete_subscription_filter,
        "DescribeLogGroups": groups.describe_log_groups,
        "DescribeLogStreams": streams.describe_log_streams,
        "DescribeMetricFilters": filters.describe_metric_filters,
        "DescribeResourcePolicies": policies.describe_resource_policies,
        "DescribeSubscriptionFilters": filters.describe_subscription_filters,
        "DisassociateKmsKey": groups.disassociate_kms_key,
        "FilterLogEvents": reading.filter_log_events,
        "GetLogEvents": reading.get_log_events,
        "ListLogGroups": groups.list_log_groups,
        "ListTagsForResource": tags.list_tags_for_resource,
        "ListTagsLogGroup": tags.list_tags_log_group,
        "PutLogEvents": writing.put_log_events,
        "PutLogGroupDeletionProtection": groups.put_log_group_deletion_protection,
        "PutMetricFilter": filters.put_metric_filter,
        "PutResourcePolicy": policies.put_resource_policy,
        "PutRetentionPolicy": groups.put_retention_policy,
        "PutSubscriptionFilter": filters.put_subscription_filter,
        "TagLogGroup": tags.tag_log_group,
        "TagResource": tags.tag_resource,
        "TestMetricFilter": filters.test_metric_filter,
        "UntagLogGroup": tags.untag_log_group,
        "UntagResource": tags.untag_resource,
    },
    tasks={
        "expire_events": tasks.expire_events,
        "put_function_logs": writing.put_function_logs,
    },
    resources=RESOURCES,
    ledger=LEDGER,
    named_by=("logGroupName", "logGroupIdentifier", "resourceArn", "Group"),
    phrase=phrase,
)
