"""What Secrets Manager records only, or refuses."""

from cloudchamber.aws import Ledger

_KEY = "stored and returned; nothing is encrypted on this machine"
_REPLICAS = "secrets are not replicated to other regions yet"
_EXTERNAL = "managed external secrets are not simulated"
_NAMED = "a secret has one resource policy here"

LEDGER = Ledger(
    refused={
        "CreateSecret": {
            "AddReplicaRegions": _REPLICAS,
            "ForceOverwriteReplicaSecret": _REPLICAS,
            "Type": _EXTERNAL,
            "CrossAccountPrimaryARN": _REPLICAS,
        },
        "DeleteResourcePolicy": {"PolicyName": _NAMED},
        "GetResourcePolicy": {"PolicyName": _NAMED},
        "PutResourcePolicy": {"PolicyName": _NAMED},
        "UpdateSecret": {"Type": _EXTERNAL},
    },
    recorded={
        "CreateSecret": {"KmsKeyId": _KEY},
        "PutResourcePolicy": {
            "ResourcePolicy": "checked and stored; policies are not enforced yet",
            "BlockPublicPolicy": "accepted; who a policy lets in is not analysed",
        },
        "PutSecretValue": {"RotationToken": "accepted; rotation is not available yet"},
        "UpdateSecret": {"KmsKeyId": _KEY},
    },
)
