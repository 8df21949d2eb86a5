"""What EventBridge records only, or refuses."""

from cloudchamber.aws import Ledger

_ROLE = "stored and returned; roles are not assumed here, targets are called as events.amazonaws.com"
_BUS = {
    "KmsKeyIdentifier": "stored and returned; nothing is encrypted on this machine",
    "DeadLetterConfig": "stored and returned; it concerns encryption keys that cannot be used",
    "LogConfig": "stored and returned; every call leaves a track instead",
}
_ENDPOINT = {
    "RoleArn": "stored and returned; roles are not assumed here",
    "RoutingConfig.FailoverConfig.Primary": (
        "stored and returned; there are no health checks here, the primary Region is always taken as healthy"
    ),
}
_OTHER_TARGETS = "stored and returned; targets of this kind are refused"

_PRIVATE = {
    "AuthParameters.ConnectivityParameters": "private endpoints in a VPC do not exist here",
    "InvocationConnectivityParameters": "private endpoints in a VPC do not exist here",
}

LEDGER = Ledger(
    recorded={
        "CreateArchive": {"KmsKeyIdentifier": _BUS["KmsKeyIdentifier"]},
        "CreateConnection": {"KmsKeyIdentifier": _BUS["KmsKeyIdentifier"]},
        "CreateEndpoint": _ENDPOINT,
        "CreateEventBus": _BUS,
        "PutEvents": {"Entries.TraceHeader": "every call is traced here with a trace of its own"},
        "PutPermission": {
            "Condition": "conditions on an organization are stored, returned and taken to hold"
        },
        "PutRule": {"RoleArn": _ROLE},
        "PutTargets": {
            "Targets.RoleArn": _ROLE,
            "Targets.AppSyncParameters": _OTHER_TARGETS,
            "Targets.BatchParameters": _OTHER_TARGETS,
            "Targets.EcsParameters": _OTHER_TARGETS,
            "Targets.RedshiftDataParameters": _OTHER_TARGETS,
            "Targets.RunCommandParameters": _OTHER_TARGETS,
            "Targets.SageMakerPipelineParameters": _OTHER_TARGETS,
        },
        "UpdateArchive": {"KmsKeyIdentifier": _BUS["KmsKeyIdentifier"]},
        "UpdateConnection": {"KmsKeyIdentifier": _BUS["KmsKeyIdentifier"]},
        "UpdateEndpoint": _ENDPOINT,
        "UpdateEventBus": _BUS,
    },
    refused={
        "CreateConnection": _PRIVATE,
        "UpdateConnection": _PRIVATE,
    },
)
