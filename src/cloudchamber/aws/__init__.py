"""The shared vocabulary: Call, Context, Service, AwsError, records, and the one pipeline that every call passes."""

from cloudchamber.aws.arn import Arn
from cloudchamber.aws.call import Call, Trace
from cloudchamber.aws.cloud import Cloud, Settings
from cloudchamber.aws.context import Context
from cloudchamber.aws.errors import AwsError
from cloudchamber.aws.fidelity import Ledger
from cloudchamber.aws.records import Collection, Scope
from cloudchamber.aws.resources import Logical, Made, ResourceType
from cloudchamber.aws.service import Operation, Pending, Service
from cloudchamber.outbox import NO_RETRY, Retry

__all__ = [
    "NO_RETRY",
    "Arn",
    "AwsError",
    "Call",
    "Cloud",
    "Collection",
    "Context",
    "Ledger",
    "Logical",
    "Made",
    "Operation",
    "Pending",
    "ResourceType",
    "Retry",
    "Scope",
    "Service",
    "Settings",
    "Trace",
]
