"""What Lambda records only, or refuses."""

from cloudchamber.aws import Ledger

_DURABLE = "durable functions are not available yet"
_REFUSED = {
    "CapacityProviderConfig": "managed instances need EC2 capacity",
    "CodeSigningConfigArn": "code signing is not available yet",
    "DurableConfig": _DURABLE,
    "ImageConfig": "functions of container images are not available",
    "PublishTo": "LATEST_PUBLISHED belongs to managed instances, which are not available",
    "TenancyConfig": "tenant isolation is not available yet",
    "AcceleratorConfig": "there are no accelerators on this machine",
}

LEDGER = Ledger(
    refused={
        "CreateFunction": _REFUSED,
        "Invoke": {"DurableExecutionName": _DURABLE, "TenantId": "tenant isolation is not available yet"},
        "InvokeWithResponseStream": {"TenantId": "tenant isolation is not available yet"},
        "PublishVersion": {"PublishTo": _REFUSED["PublishTo"]},
        "UpdateFunctionCode": {"PublishTo": _REFUSED["PublishTo"]},
        "UpdateFunctionConfiguration": _REFUSED,
    },
    recorded={
        "*": {
            "KMSKeyArn": "stored and returned; nothing is encrypted on this machine",
            "VpcConfig": "stored and returned; functions share this machine's network",
            "FileSystemConfigs": "stored and returned; no file system is mounted",
            "RuntimeConfig": "stored and returned",
        },
    },
)
