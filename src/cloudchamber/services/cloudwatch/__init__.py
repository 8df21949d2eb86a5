"""Amazon CloudWatch: metrics, alarms and dashboards."""

from cloudchamber.aws import Service
from cloudchamber.services.cloudwatch.errors import phrase
from cloudchamber.services.cloudwatch.fidelity import LEDGER
from cloudchamber.services.cloudwatch.live import Counters
from cloudchamber.services.cloudwatch.operations import data, queries, statistics

SERVICE = Service(
    "cloudwatch",
    operations={
        "GetMetricData": queries.get_metric_data,
        "GetMetricStatistics": statistics.get_metric_statistics,
        "ListMetrics": data.list_metrics,
        "PutMetricData": data.put_metric_data,
    },
    tasks={
        "put_service_metric_data": data.put_service_metric_data,
    },
    ledger=LEDGER,
    named_by=("AlarmName", "AlarmNames", "DashboardName", "Namespace", "ResourceARN"),
    phrase=phrase,
    live=Counters,
)
