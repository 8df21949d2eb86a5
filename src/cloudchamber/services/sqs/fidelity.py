"""What SQS records only, or refuses."""

from cloudchamber.aws import Ledger

LEDGER = Ledger(
    recorded={
        "AddPermission": {
            "AWSAccountIds": "permissions become policy statements; policies are not enforced yet"
        },
        "CreateQueue": {
            "Attributes.Policy": "stored and returned; policies are not enforced yet",
            "Attributes.KmsMasterKeyId": "stored and returned; nothing is encrypted on this machine",
            "Attributes.KmsDataKeyReusePeriodSeconds": "stored and returned; nothing is encrypted on this machine",
            "Attributes.SqsManagedSseEnabled": "stored and returned; nothing is encrypted on this machine",
            "Attributes.FifoThroughputLimit": "stored and returned; a local queue has no throughput quota",
        },
    },
)
