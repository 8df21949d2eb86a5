"""Amazon CloudWatch: metrics, alarms and dashboards."""

from cloudchamber.aws import Service
from cloudchamber.services.cloudwatch import tasks
from cloudchamber.services.cloudwatch.errors import phrase
from cloudchamber.services.cloudwatch.fidelity import LEDGER
from cloudchamber.services.cloudwatch.live import Counters
from cloudchamber.services.cloudwatch.operations import (
    alarms,
    dashboards,
    data,
    descriptions,
    queries,
    statistics,
    tags,
)
from cloudchamber.services.cloudwatch.resources import RESOURCES

SERVICE = Service(
    "cloudwatch",
    operations={
        "DeleteAlarms": alarms.delete_alarms,
        "DeleteDashboards": dashboards.delete_dashboards,
        "DescribeAlarmHistory": descriptions.describe_alarm_history,
        "DescribeAlarms": descriptions.describe_alarms,
        "DescribeAlarmsForMetric": descriptions.describe_alarms_for_metric,
        "DisableAlarmActions": alarms.disable_alarm_actions,
        "EnableAlarmActions": alarms.enable_alarm_actions,
        "GetDashboard": dashboards.get_dashboard,
        "GetMetricData": queries.get_metric_data,
        "GetMetricStatistics": statistics.get_metric_statistics,
        "ListDashboards": dashboards.list_dashboards,
        "ListMetrics": data.list_metrics,
        "ListTagsForResource": tags.list_tags_for_resource,
        "PutCompositeAlarm": alarms.put_composite_alarm,
        "PutDashboard": dashboards.put_dashboard,
        "PutMetricAlarm": alarms.put_metric_alarm,
        "PutMetricData": data.put_metric_data,
        "SetAlarmState": alarms.set_alarm_state,
        "TagResource": tags.tag_resource,
        "UntagResource": tags.untag_resource,
    },
    tasks={
        "end_suppression": tasks.end_suppression,
        "evaluate_alarm": tasks.evaluate_alarm,
        "evaluate_composite": tasks.evaluate_composite,
        "give_up_action": tasks.give_up_action,
        "put_service_metric_data": data.put_service_metric_data,
        "run_action": tasks.run_action,
        "suppress_actions": tasks.suppress_actions,
    },
    resources=RESOURCES,
    ledger=LEDGER,
    named_by=("AlarmName", "DashboardName", "Namespace", "ResourceARN", "Name"),
    phrase=phrase,
    live=Counters,
)
