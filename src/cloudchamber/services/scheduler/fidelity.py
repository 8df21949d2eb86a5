"""What EventBridge Scheduler records only, or refuses."""

from cloudchamber.aws import Ledger

_KEY = "stored and returned; nothing is encrypted on this machine"
_ROLE = "stored and returned; targets are called as scheduler.amazonaws.com"
_TARGET = "stored and returned; targets that take it are not available yet and are refused"
_TOKEN = "a repeated deletion is told that there is nothing to delete"

_SCHEDULE = {
    "KmsKeyArn": _KEY,
    "Target.RoleArn": _ROLE,
    "Target.EcsParameters": _TARGET,
    "Target.EventBridgePutEventsV2Parameters": _TARGET,
    "Target.EventBridgePutRawEventsParameters": _TARGET,
    "Target.SageMakerPipelineParameters": _TARGET,
}

LEDGER = Ledger(
    recorded={
        "CreateSchedule": _SCHEDULE,
        "DeleteSchedule": {"ClientToken": _TOKEN},
        "DeleteScheduleGroup": {"ClientToken": _TOKEN},
        "UpdateSchedule": _SCHEDULE | {"ClientToken": "stored; a repeated update is made again"},
    },
)
