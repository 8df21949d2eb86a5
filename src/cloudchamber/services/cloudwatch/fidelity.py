"""What CloudWatch records only, or refuses."""

from cloudchamber.aws import Ledger

_LINKED = "there are no linked accounts; only this account is read"
_ENTITY = "accepted; entities are not shown anywhere"
_PROPAGATION = "stored and returned; tags are not added to events"

LEDGER = Ledger(
    refused={
        "PutMetricAlarm": {
            "EvaluationCriteria": "alarms on PromQL queries are not evaluated",
        },
    },
    recorded={
        "GetMetricData": {"LabelOptions": "labels are returned as given: ${...} in them is not replaced"},
        "ListMetrics": {"OwningAccount": _LINKED},
        "PutCompositeAlarm": {"ActionConfiguration": _PROPAGATION},
        "PutMetricAlarm": {
            "ActionConfiguration": _PROPAGATION,
            "EvaluationWindow.WallClockWindow.Timezone": "windows are aligned to UTC",
            "WarmUpConfiguration": "stored and returned; an alarm is evaluated from its first minute on",
        },
        "PutMetricData": {
            "EntityMetricData.Entity": _ENTITY,
            "StrictEntityValidation": _ENTITY,
        },
    },
    read={
        "*": {"Tags": "read as all services read tags"},
        "PutMetricAlarm": {"EvaluationWindow.SlidingWindow": "windows slide unless they are wall-clock ones"},
    },
)
