"""What CloudWatch records only, or refuses."""

from cloudchamber.aws import Ledger

_LINKED = "there are no linked accounts; only this account is read"
_ENTITY = "accepted; entities are not shown anywhere"

LEDGER = Ledger(
    refused={},
    recorded={
        "GetMetricData": {"LabelOptions": "labels are returned as given: ${...} in them is not replaced"},
        "ListMetrics": {"OwningAccount": _LINKED},
        "PutMetricData": {
            "EntityMetricData.Entity": _ENTITY,
            "StrictEntityValidation": _ENTITY,
        },
    },
)
