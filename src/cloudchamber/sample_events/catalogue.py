"""All sources, and the one way to make an event of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloudchamber.sample_events import (
    api_gateway,
    assistants,
    configuration,
    containers,
    developer_tools,
    devices_and_data,
    edge,
    firehose,
    identities,
    invocations,
    mail,
    monitoring,
    object_storage,
    queues,
    stacks_and_workflows,
    streams,
)
from cloudchamber.sample_events.kinds import Kind, SampleRefused, Source, closest
from cloudchamber.sample_events.origin import ACCOUNT_DEFAULT, AT_MS_DEFAULT, REGION_DEFAULT, Origin

_ALL = (
    assistants.ALEXA_SKILLS,
    assistants.ALEXA_SMART_HOME,
    api_gateway.ALB,
    api_gateway.API_GATEWAY,
    devices_and_data.APPSYNC,
    containers.BATCH,
    stacks_and_workflows.CLOUDFORMATION,
    edge.CLOUDFRONT,
    monitoring.CLOUDTRAIL,
    monitoring.CLOUDWATCH,
    developer_tools.CODEBUILD,
    developer_tools.CODECOMMIT,
    developer_tools.CODEDEPLOY,
    developer_tools.CODEPIPELINE,
    identities.COGNITO,
    configuration.CONFIG,
    assistants.CONNECT,
    streams.DOCUMENTDB,
    streams.DYNAMODB,
    containers.EC2,
    developer_tools.ECR,
    containers.ECS,
    monitoring.EVENTBRIDGE,
    api_gateway.FUNCTION_URL,
    monitoring.GUARDDUTY,
    monitoring.HEALTH,
    devices_and_data.IOT,
    streams.KAFKA,
    firehose.KINESIS,
    invocations.LAMBDA,
    assistants.LEX,
    assistants.LEX_V2,
    queues.MQ,
    streams.MSK,
    object_storage.REKOGNITION,
    object_storage.S3,
    devices_and_data.SAGEMAKER,
    invocations.SECRETS_MANAGER,
    mail.SES,
    queues.SNS,
    queues.SQS,
    stacks_and_workflows.STEP_FUNCTIONS,
    devices_and_data.TRANSFER,
    api_gateway.VPC_LATTICE,
    mail.WORKMAIL,
)
SOURCES: Mapping[str, Source] = {source.name: source for source in _ALL}


def build(
    source: str,
    kind: str,
    /,
    *,
    at_ms: int = AT_MS_DEFAULT,
    seed: int = 0,
    account_id: str = ACCOUNT_DEFAULT,
    region: str = REGION_DEFAULT,
    partition: str = "aws",
    **options: Any,
) -> dict[str, Any]:
    """The event that AWS sends for a kind of a source, e.g. `build("s3", "put", bucket="orders", key="a b.json")`.

    `at_ms`: the instant it tells of. The same `seed` draws the same identifiers. Raises SampleRefused.
    """
    origin = Origin(at_ms=at_ms, seed=seed, account_id=account_id, region=region, partition=partition)
    return kind_of(source, kind).build(origin, options)


def kind_of(source: str, kind: str) -> Kind:
    """A kind of a source. Raises SampleRefused."""
    if source not in SOURCES:
        raise SampleRefused(closest(source, SOURCES, "source"))
    kinds = SOURCES[source].kinds
    if kind not in kinds:
        raise SampleRefused(closest(kind, kinds, f"{source} event"))
    return kinds[kind]
