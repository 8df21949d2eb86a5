"""What Lambda records only, or refuses."""

from cloudchamber.aws import Ledger

_DURABLE = "durable functions are not available yet"
_MANAGED = "managed instances are not available"
_TENANTS = "tenant isolation is not available yet"
_KAFKA = "sources of Kafka and MQ are not available yet"
_STORED_CODE = "stored code is always copied"
_NOT_ENCRYPTED = "nothing is encrypted on this machine"

_OF_CONFIGURATION = {
    "AcceleratorConfig": "there are no accelerators on this machine",
    "CapacityProviderConfig": _MANAGED,
    "DurableConfig": _DURABLE,
    "ImageConfig": "functions of container images are not available",
}
_OF_SOURCES = {
    "AmazonManagedKafkaEventSourceConfig": _KAFKA,
    "DocumentDBEventSourceConfig": "sources of DocumentDB are not available yet",
    "SelfManagedKafkaEventSourceConfig": _KAFKA,
    "SourceAccessConfigurations": _KAFKA,
}
_RECORDED_OF_MAPPINGS = {
    "KMSKeyArn": f"stored and returned; {_NOT_ENCRYPTED}",
    "LoggingConfig": "stored and returned; mappings write no log of their own",
    "MetricsConfig": "stored and returned; there are no metrics of mappings yet",
    "ProvisionedPollerConfig": "stored and returned; one poller serves a mapping",
}
_RECORDED_OF_CONFIGURATION = {
    "FileSystemConfigs": "stored and returned; no file system is mounted",
    "KMSKeyArn": f"stored and returned; {_NOT_ENCRYPTED}",
    "LoggingConfig.SystemLogLevel": "stored and returned; what Lambda itself writes is always written",
    "Role": "stored and returned; functions act as their account",
    "RuntimeConfig": "stored and returned",
    "SnapStart": "stored and returned; environments start by a fork, or anew",
    "TracingConfig": "stored and returned; every call is traced here",
    "VpcConfig": "stored and returned; functions share this machine's network",
}

LEDGER = Ledger(
    refused={
        "CreateEventSourceMapping": _OF_SOURCES
        | {"Queues": _KAFKA, "SelfManagedEventSource": _KAFKA, "Topics": _KAFKA},
        "CreateFunction": _OF_CONFIGURATION
        | {
            "CodeSigningConfigArn": "code signing is not available yet",
            "PublishTo": _MANAGED,
            "TenancyConfig": _TENANTS,
        },
        "Invoke": {"DurableExecutionName": _DURABLE, "TenantId": _TENANTS},
        "InvokeWithResponseStream": {"TenantId": _TENANTS},
        "PublishVersion": {"PublishTo": _MANAGED},
        "UpdateEventSourceMapping": _OF_SOURCES,
        "UpdateFunctionCode": {
            "ImageUri": "functions of container images are not available",
            "PublishTo": _MANAGED,
        },
        "UpdateFunctionConfiguration": _OF_CONFIGURATION,
    },
    recorded={
        "AddLayerVersionPermission": {"*": "stored and returned; layers are open to all accounts"},
        "AddPermission": {"*": "becomes a statement of the policy; resource policies are not enforced yet"},
        "CreateEventSourceMapping": _RECORDED_OF_MAPPINGS,
        "CreateFunction": _RECORDED_OF_CONFIGURATION
        | {
            "Architectures": "stored and returned; functions run on this machine's processor",
            "Code.S3ObjectStorageMode": _STORED_CODE,
            "Code.SourceKMSKeyArn": _NOT_ENCRYPTED,
        },
        "ListFunctions": {"MasterRegion": "there is no Lambda@Edge"},
        "PublishLayerVersion": {"Content.S3ObjectStorageMode": _STORED_CODE},
        "PutProvisionedConcurrencyConfig": {
            "ProvisionedConcurrentExecutions": "stored and returned; no environment is started in advance"
        },
        "PutRuntimeManagementConfig": {
            "UpdateRuntimeOn": "stored and returned; runtimes are what this machine has installed"
        },
        "UpdateEventSourceMapping": _RECORDED_OF_MAPPINGS,
        "UpdateFunctionCode": {
            "S3ObjectStorageMode": _STORED_CODE,
            "SourceKMSKeyArn": _NOT_ENCRYPTED,
        },
        "UpdateFunctionConfiguration": _RECORDED_OF_CONFIGURATION,
    },
)
