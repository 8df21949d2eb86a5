"""What EventBridge Pipes records only, or refuses."""

from cloudchamber.aws import Ledger

_SOURCE = "only SQS, DynamoDB Streams and Kinesis are sources here"
_TARGET = "targets that take it are not available yet"
_LOGS = "only CloudWatch Logs is a destination here"
_PIPE = {
    "KmsKeyIdentifier": "stored and returned; nothing is encrypted on this machine",
    "RoleArn": "stored and returned; roles are not assumed here, services are called as pipes.amazonaws.com",
}
_REFUSED = {
    "LogConfiguration.FirehoseLogDestination": _LOGS,
    "LogConfiguration.S3LogDestination": _LOGS,
    "SourceParameters.ActiveMQBrokerParameters": _SOURCE,
    "SourceParameters.ManagedStreamingKafkaParameters": _SOURCE,
    "SourceParameters.RabbitMQBrokerParameters": _SOURCE,
    "SourceParameters.SelfManagedKafkaParameters": _SOURCE,
    "TargetParameters.BatchJobParameters": _TARGET,
    "TargetParameters.EcsTaskParameters": _TARGET,
    "TargetParameters.RedshiftDataParameters": _TARGET,
    "TargetParameters.SageMakerPipelineParameters": _TARGET,
    "TargetParameters.TimestreamParameters": _TARGET,
}

LEDGER = Ledger(
    refused={"CreatePipe": _REFUSED, "UpdatePipe": _REFUSED},
    recorded={"CreatePipe": _PIPE, "UpdatePipe": _PIPE},
)
