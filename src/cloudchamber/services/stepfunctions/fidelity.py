"""What Step Functions records only, or refuses."""

from cloudchamber.aws import Ledger

_KEY = "stored and returned; nothing is encrypted on this machine"
_TRACING = "stored and returned; tracks are kept of every call"

LEDGER = Ledger(
    recorded={
        "CreateActivity": {"encryptionConfiguration": _KEY},
        "CreateStateMachine": {
            "encryptionConfiguration": _KEY,
            "tracingConfiguration": _TRACING,
            "roleArn": "stored and returned; policies of roles are not enforced yet",
        },
        "UpdateStateMachine": {
            "encryptionConfiguration": _KEY,
            "tracingConfiguration": _TRACING,
            "roleArn": "stored and returned; policies of roles are not enforced yet",
        },
    },
)
