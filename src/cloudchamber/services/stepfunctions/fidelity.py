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
        "TestState": {
            "mock.fieldValidationMode": "mocked results are not held against the models of services",
            "revealSecrets": "there are no HTTP tasks here, and so no secrets in an answer",
            "stateConfiguration.errorCausedByState": "accepted; a mocked error does not depend on where it comes from",
            "stateConfiguration.mapItemReaderData": "accepted; a mocked Map reads nothing",
            "stateConfiguration.mapIterationFailureCount": "accepted; a mocked Map counts no failures",
        },
        "UpdateStateMachine": {
            "encryptionConfiguration": _KEY,
            "tracingConfiguration": _TRACING,
            "roleArn": "stored and returned; policies of roles are not enforced yet",
        },
    },
)
