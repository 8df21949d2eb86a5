"""What a pipe may be: its source, enrichment, target and their parameters, with the defaults that its source gives.

https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_CreatePipe.html
"""

from __future__ import annotations

import re
from typing import Any, cast

import msgspec

from cloudchamber.aws import Arn
from cloudchamber.languages.event_pattern import InvalidPattern
from cloudchamber.languages.event_transform import InvalidTransform
from cloudchamber.services.pipes import limits
from cloudchamber.services.pipes.errors import ValidationException, unavailable
from cloudchamber.services.pipes.model import Pipe
from cloudchamber.services.pipes.rules import events, templates

SOURCES = {
    "dynamodb": "DynamoDBStreamParameters",
    "kinesis": "KinesisStreamParameters",
    "sqs": "SqsQueueParameters",
}
TARGETS = {
    "api-destination": "HttpParameters",
    "events": "EventBridgeEventBusParameters",
    "execute-api": "HttpParameters",
    "kinesis": "KinesisStreamParameters",
    "lambda": "LambdaFunctionParameters",
    "logs": "CloudWatchLogsParameters",
    "sns": "",
    "sqs": "SqsQueueParameters",
    "states": "StepFunctionStateMachineParameters",
}
ENRICHMENTS = {
    "api-destination": "HttpParameters",
    "execute-api": "HttpParameters",
    "lambda": "",
    "states": "",
}
# A method of a stage of an API, and its path.
_METHOD = re.compile(r"\w+/[\w$-]+/[A-Z]+(/.*)?")
_OTHER_SOURCES = {"kafka": "Amazon MSK", "mq": "Amazon MQ"}
_OTHER_TARGETS = {
    "batch": "AWS Batch",
    "ecs": "Amazon ECS",
    "firehose": "Amazon Data Firehose",
    "inspector": "Amazon Inspector",
    "redshift": "Amazon Redshift",
    "redshift-serverless": "Amazon Redshift",
    "sagemaker": "Amazon SageMaker",
    "timestream": "Amazon Timestream",
}
_STREAM_DEFAULTS = {
    "MaximumBatchingWindowInSeconds": 0,
    "MaximumRecordAgeInSeconds": -1,
    "MaximumRetryAttempts": -1,
    "ParallelizationFactor": 1,
}


def source_of(text: str) -> Arn:
    """The source of a pipe. Raises ValidationException, or the chamber's error for one it does not have."""
    if text.startswith("smk://"):
        raise unavailable("Pipes from self managed Apache Kafka")
    arn = Arn.parse(text)
    if arn and arn.service in _OTHER_SOURCES:
        raise unavailable(f"Pipes from {_OTHER_SOURCES[arn.service]}")
    is_source = arn is not None and (
        arn.service == "sqs"
        or (arn.service == "kinesis" and arn.resource.startswith("stream/"))
        or (arn.service == "dynamodb" and "/stream/" in arn.resource)
    )
    if arn is None or not is_source:
        raise ValidationException(f"The source {text} is not supported by EventBridge Pipes.")
    return arn


def kind_of(arn: Arn) -> str:
    """What a target or an enrichment is: `api-destination`, `events` for a bus, else its service; empty for what is neither."""
    if arn.service == "execute-api":
        return "execute-api" if _METHOD.fullmatch(arn.resource) else ""
    if arn.service != "events":
        return arn.service
    return {"api-destination": "api-destination", "event-bus": "events"}.get(
        arn.resource.partition("/")[0], ""
    )


def target_of(text: str) -> Arn:
    """The target of a pipe. Raises ValidationException, or the chamber's error for one it does not have."""
    arn = Arn.parse(text)
    if arn and arn.service in _OTHER_TARGETS:
        raise unavailable(f"Pipes to {_OTHER_TARGETS[arn.service]}")
    if arn is None or kind_of(arn) not in TARGETS:
        raise ValidationException(f"The target {text} is not supported by EventBridge Pipes.")
    if arn.service == "sns" and arn.resource.endswith(".fifo"):
        raise ValidationException("Amazon SNS FIFO topics are not supported as targets of EventBridge Pipes.")
    return arn


def enrichment_of(text: str) -> Arn:
    """The enrichment of a pipe. Raises ValidationException, or the chamber's error for one it does not have."""
    arn = Arn.parse(text)
    if arn is None or kind_of(arn) not in ENRICHMENTS:
        raise ValidationException(f"The enrichment {text} is not supported by EventBridge Pipes.")
    return arn


def check(pipe: Pipe) -> None:
    """Raise the error for what a pipe may not be."""
    source, target = source_of(pipe.source), target_of(pipe.target)
    _check_only(pipe.source_parameters, {"FilterCriteria", SOURCES[source.service]}, "SourceParameters")
    _check_only(pipe.target_parameters, {"InputTemplate", TARGETS[kind_of(target)]}, "TargetParameters")
    _check_enrichment(pipe)
    _check_template(pipe.target_parameters.get("InputTemplate"), "TargetParameters")
    _check_filters(pipe)
    _check_batches(pipe, source, target)
    _check_dead_letters(pipe, source)
    _check_target(pipe, target)
    _check_logs(pipe)


def _check_only(parameters: dict[str, Any], allowed: set[str], where: str) -> None:
    for member in parameters:
        if member not in allowed:
            raise ValidationException(
                f"{where}.{member} is not valid for the {where.removesuffix('Parameters').lower()} of this pipe."
            )


def _check_enrichment(pipe: Pipe) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/pipes-enrichment.html"""
    if not pipe.enrichment:
        return
    member = ENRICHMENTS[kind_of(enrichment_of(pipe.enrichment))]
    parameters = pipe.enrichment_parameters
    _check_only(parameters, {"InputTemplate", member}, "EnrichmentParameters")
    _check_template(parameters.get("InputTemplate"), "EnrichmentParameters")
    _check_paths(parameters.get(member), "EnrichmentParameters")


def _check_template(template: str | None, where: str) -> None:
    if not template:
        return
    try:
        templates.check(template)
    except InvalidTransform as error:
        raise ValidationException(f"{where}.InputTemplate is not valid. Reason: {error.message}") from None


def _check_filters(pipe: Pipe) -> None:
    try:
        events.patterns_of(filters_of(pipe))
    except InvalidPattern as error:
        raise ValidationException(error.message) from None


def filters_of(pipe: Pipe) -> tuple[str, ...]:
    """The event patterns of a pipe's filters."""
    filters = (pipe.source_parameters.get("FilterCriteria") or {}).get("Filters") or []
    return tuple(filter_["Pattern"] for filter_ in filters if filter_.get("Pattern"))


def reading_of(pipe: Pipe) -> dict[str, Any]:
    """The parameters of a pipe's source."""
    return pipe.source_parameters[SOURCES[source_of(pipe.source).service]]


def target_parameters_of(pipe: Pipe) -> dict[str, Any]:
    """The parameters of a pipe's target, its template aside."""
    return pipe.target_parameters.get(TARGETS[kind_of(target_of(pipe.target))]) or {}


def _check_batches(pipe: Pipe, source: Arn, target: Arn) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html"""
    reading = reading_of(pipe)
    size, window_s = reading["BatchSize"], reading.get("MaximumBatchingWindowInSeconds") or 0
    for what, size_max in _batches_max(pipe, target).items():
        if size > size_max:
            raise ValidationException(
                f"BatchSize {size} is larger than the maximum batch size of the {what}, which is {size_max}."
            )
    if source.service != "sqs":
        return
    if source.resource.endswith(".fifo") and size > limits.QUEUE_BATCH_WITHOUT_WINDOW_MAX:
        raise ValidationException("BatchSize must be in the range [1, 10] for FIFO queues.")
    if source.resource.endswith(".fifo") and window_s:
        raise ValidationException("Batching window is not supported for FIFO queues.")
    if size > limits.QUEUE_BATCH_WITHOUT_WINDOW_MAX and not window_s:
        raise ValidationException(
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10"
        )


def _batches_max(pipe: Pipe, target: Arn) -> dict[str, int]:
    """How many events the target and the enrichment take at a time."""
    found = {"target": limits.BATCHES_MAX[kind_of(target)]}
    if pipe.enrichment:
        found["enrichment"] = limits.BATCHES_MAX[kind_of(enrichment_of(pipe.enrichment))]
    return found


def _check_dead_letters(pipe: Pipe, source: Arn) -> None:
    if source.service == "sqs":
        return
    dead_letter = (reading_of(pipe).get("DeadLetterConfig") or {}).get("Arn")
    arn = Arn.parse(dead_letter) if dead_letter else None
    if dead_letter and (arn is None or arn.service not in ("sns", "sqs") or arn.resource.endswith(".fifo")):
        raise ValidationException(
            f"DeadLetterConfig: {dead_letter} is neither an SQS queue nor an SNS topic."
        )
    reading = reading_of(pipe)
    if reading.get("StartingPosition") == "AT_TIMESTAMP" and reading.get("StartingPositionTimestamp") is None:
        raise ValidationException("StartingPositionTimestamp is required for StartingPosition AT_TIMESTAMP.")


def _check_target(pipe: Pipe, target: Arn) -> None:
    parameters = target_parameters_of(pipe)
    if target.service == "kinesis" and not parameters.get("PartitionKey"):
        raise ValidationException("TargetParameters.KinesisStreamParameters.PartitionKey is required.")
    if target.service == "sqs" and target.resource.endswith(".fifo") and not parameters.get("MessageGroupId"):
        raise ValidationException(
            "TargetParameters.SqsQueueParameters.MessageGroupId is required for FIFO queues."
        )
    _check_paths(parameters, "TargetParameters")


def _check_paths(value: Any, where: str) -> None:
    """Raise ValidationException for a path, however deep in the parameters it is, that is none."""
    if isinstance(value, dict):
        for pair in cast("dict[str, Any]", value).items():
            _check_paths(list(pair), where)
    elif isinstance(value, list):
        for each in cast("list[Any]", value):
            _check_paths(each, where)
    elif isinstance(value, str) and templates.is_path(value):
        try:
            templates.check(f"<{value}>")
        except InvalidTransform as error:
            raise ValidationException(f"{where}: {value} is not valid. Reason: {error.message}") from None


def _check_logs(pipe: Pipe) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-logs.html"""
    given = pipe.log_configuration
    if given.get("Level", "OFF") != "OFF" and not given.get("CloudwatchLogsLogDestination"):
        raise ValidationException("LogConfiguration must have at least one destination.")


def with_defaults(pipe: Pipe) -> Pipe:
    """A pipe whose source has the parameters that were left out. Raises ValidationException when a needed one was.

    A default batch is never larger than its target and its enrichment take.
    """
    source, target = source_of(pipe.source), target_of(pipe.target)
    member = SOURCES[source.service]
    given: dict[str, Any] = pipe.source_parameters.get(member) or {}
    if source.service == "sqs":
        size, others = limits.QUEUE_BATCH_SIZE_DEFAULT, {}
    else:
        if not given.get("StartingPosition"):
            raise ValidationException(f"SourceParameters.{member}.StartingPosition is required.")
        size, others = limits.STREAM_BATCH_SIZE_DEFAULT, _STREAM_DEFAULTS
    defaults: dict[str, Any] = {"BatchSize": min(size, *_batches_max(pipe, target).values()), **others}
    return msgspec.structs.replace(
        pipe, source_parameters=pipe.source_parameters | {member: defaults | given}
    )


def updated(pipe: Pipe, request: dict[str, Any]) -> Pipe:
    """A pipe as UpdatePipe changes it: what is left out stays; each parameter object of a service is replaced as a whole.

    https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_UpdatePipe.html
    """
    changes: dict[str, Any] = {"role_arn": request["RoleArn"]}
    for member, field in (
        ("Description", "description"),
        ("DesiredState", "desired_state"),
        ("Enrichment", "enrichment"),
        ("KmsKeyIdentifier", "kms_key_identifier"),
        ("LogConfiguration", "log_configuration"),
        ("Target", "target"),
    ):
        if request.get(member) is not None:
            changes[field] = request[member]
    changes["enrichment_parameters"] = _parameters(
        (pipe.enrichment, request.get("Enrichment")),
        pipe.enrichment_parameters,
        request.get("EnrichmentParameters"),
    )
    changes["target_parameters"] = _parameters(
        (pipe.target, request.get("Target")), pipe.target_parameters, request.get("TargetParameters")
    )
    changes["source_parameters"] = _source_parameters(pipe, request.get("SourceParameters") or {})
    return msgspec.structs.replace(pipe, **changes)


def _parameters(
    owner: tuple[str, str | None], before: dict[str, Any], given: dict[str, Any] | None
) -> dict[str, Any]:
    """The parameters of what may itself be replaced: those of its predecessor are not for it."""
    kept = before if owner[1] in (None, owner[0]) else {}
    return kept | (given or {})


def _source_parameters(pipe: Pipe, given: dict[str, Any]) -> dict[str, Any]:
    """The position at which reading began is not for an update to change."""
    member = SOURCES[source_of(pipe.source).service]
    made = pipe.source_parameters | given
    before = pipe.source_parameters[member]
    kept = {
        each: before[each] for each in ("StartingPosition", "StartingPositionTimestamp") if each in before
    }
    return made | {member: (given.get(member, before)) | kept}


def log_group_of(pipe: Pipe) -> tuple[str, str, str]:
    """The account, region and name of the log group that a pipe logs to."""
    arn = Arn.parse(pipe.log_configuration["CloudwatchLogsLogDestination"]["LogGroupArn"])
    assert arn is not None, "the model holds it to be an ARN"
    return arn.account, arn.region, arn.resource.removeprefix("log-group:").removesuffix(":*")


def logs_data(pipe: Pipe) -> bool:
    """Whether a pipe logs the events themselves."""
    return "ALL" in (pipe.log_configuration.get("IncludeExecutionData") or ())
