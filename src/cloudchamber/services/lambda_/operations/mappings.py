"""Event source mappings: create, read, list, change, delete. `tasks/polling.py` and `tasks/streams.py` are what they do.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Arn, AwsError, Context, Retry
from cloudchamber.services.lambda_.errors import (
    InvalidParameterValueException,
    ResourceConflictException,
    ResourceNotFoundException,
)
from cloudchamber.services.lambda_.model import Mapping
from cloudchamber.services.lambda_.operations.finding import Named, arn_of, named, version_in
from cloudchamber.services.lambda_.operations.paging import page
from cloudchamber.services.lambda_.operations.stream_sources import begin_at
from cloudchamber.services.lambda_.records import MAPPINGS, PROGRESS
from cloudchamber.services.lambda_.rules import mappings, streams
from cloudchamber.services.lambda_.rules.tags import merged

_SERVICES = ("dynamodb", "kinesis", "sqs")
_RESTART = Retry(base_ms=1_000, delay_ms_max=60_000)


def queue_url(ctx: Context, arn: Arn) -> str:
    """The URL of a queue's ARN, in any account and region."""
    return f"{ctx.base_url}/queue/{arn.region}/{arn.account}/{arn.resource}"


def described(ctx: Context, mapping: Mapping, state: str = "") -> dict[str, Any]:
    """A mapping as AWS answers it."""
    where = ctx.elsewhere(account=mapping.function_account)
    function_arn = arn_of(where, mapping.function_name, mapping.qualifier)
    arn = ctx.arn(f"event-source-mapping:{mapping.uuid}", service="lambda")
    return mappings.described(mapping, function_arn, arn, state)


def create_event_source_mapping(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html"""
    source_arn = request.get("EventSourceArn")
    if not source_arn:
        raise InvalidParameterValueException("Event source ARN must not be null.", Type="User")
    source = _source(source_arn)
    where = named(ctx, request)
    timeout_s = version_in(where).timeout_s
    _check_unused(ctx, source_arn, where)
    mapping = Mapping(
        ctx.ids.uuid(), source_arn, where.name, where.qualifier, where.ctx.account, ctx.now_ms, ctx.serial(),
        tags=merged({}, request.get("Tags") or {}),
    )  # fmt: skip
    if source.service == "sqs":
        mapping = mappings.configured(mapping, request)
        mappings.check_visibility(_visibility_timeout_s(ctx, source), timeout_s)
    else:
        mapping = mappings.configured(streams.started(mapping, request, ctx.now_ms), request)
        begin_at(ctx, mapping)
    MAPPINGS.put(ctx, mapping, mapping.uuid)
    _begin(ctx, mapping)
    return described(ctx, mapping, "Creating")


def _source(text: str) -> Arn:
    arn = Arn.parse(text)
    if arn is None:
        raise InvalidParameterValueException(f"Invalid event source ARN: {text}", Type="User")
    if arn.service not in _SERVICES:
        raise AwsError(
            "NotImplemented",
            f"Event source mappings of {arn.service} are not available in Cloud Chamber yet: only those of sqs, "
            "kinesis and dynamodb are.",
            status=501,
        )
    if not _is_source(arn):
        raise InvalidParameterValueException(
            f"Unrecognized event source, must be kinesis, dynamodb stream or sqs. "
            f"Unsupported source arn {text}",
            Type="User",
        )
    return arn


def _is_source(arn: Arn) -> bool:
    """Whether an ARN is one of a queue, a stream or its consumer; that of a table is not that of its stream."""
    if arn.service == "kinesis":
        return arn.resource.startswith("stream/")
    return arn.service == "sqs" or (arn.resource.startswith("table/") and "/stream/" in arn.resource)


def _visibility_timeout_s(ctx: Context, source: Arn) -> int:
    request = {"QueueUrl": queue_url(ctx, source), "AttributeNames": ["VisibilityTimeout"]}
    try:
        answer = ctx.join("sqs", "GetQueueAttributes", request, account=source.account, region=source.region)
    except AwsError as error:
        code = "AWS.SimpleQueueService.NonExistentQueue" if error.code == "QueueDoesNotExist" else error.code
        raise InvalidParameterValueException(
            f"Error occurred while ReceiveMessage. SQS Error Code: {code}. SQS Error Message: {error.message}",
            Type="User",
        ) from error
    return int(answer["Attributes"]["VisibilityTimeout"])


def _check_unused(ctx: Context, source_arn: str, where: Named) -> None:
    for other in MAPPINGS.values(ctx):
        same = (other.source_arn, other.function_name, other.qualifier) == (
            source_arn,
            where.name,
            where.qualifier,
        )
        if same and other.source_service == "sqs":
            raise ResourceConflictException(
                f'An event source mapping with SQS arn (" {source_arn} ") and function (" {where.name} ") already exists. '
                f"Please update or delete the existing mapping with UUID {other.uuid}",
                Type="User",
            )
        if same:
            raise ResourceConflictException(
                f'The event source arn (" {source_arn} ") and function (" {where.name} ") provided mapping already exists. '
                f"Please update or delete the existing mapping with UUID {other.uuid}",
                Type="User",
            )


def _begin(ctx: Context, mapping: Mapping) -> None:
    if mapping.enabled:
        request = {"UUID": mapping.uuid, "Generation": mapping.generation}
        of_queue = mapping.source_service == "sqs"
        ctx.later(
            "lambda",
            "poll_queue" if of_queue else "poll_stream",
            request,
            retry=_RESTART,
            principal="lambda.amazonaws.com",
            order="" if of_queue else f"mapping/{mapping.uuid}",
        )


def _mapping_in(ctx: Context, request: dict[str, Any]) -> Mapping:
    mapping = MAPPINGS.get(ctx, request["UUID"])
    if mapping is None:
        raise ResourceNotFoundException("The resource you requested does not exist.", Type="User")
    return mapping


def get_event_source_mapping(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_GetEventSourceMapping.html"""
    return described(ctx, _mapping_in(ctx, request))


def list_event_source_mappings(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_ListEventSourceMappings.html"""
    source_arn = request.get("EventSourceArn")
    where = named(ctx, request) if request.get("FunctionName") else None
    found = [
        mapping
        for mapping in MAPPINGS.values(ctx)
        if (not source_arn or mapping.source_arn == source_arn)
        and (where is None or (mapping.function_name, mapping.qualifier) == (where.name, where.qualifier))
    ]
    listed = [(mapping.uuid, described(ctx, mapping)) for mapping in found]
    return page(listed, request, "EventSourceMappings", 100)


def update_event_source_mapping(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Its poller begins anew. https://docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html"""
    old = _mapping_in(ctx, request)
    mapping = old
    if request.get("FunctionName"):
        where = named(ctx, request)
        mapping = msgspec.structs.replace(
            mapping, function_name=where.name, qualifier=where.qualifier, function_account=where.ctx.account
        )
    function = version_in(
        Named(ctx.elsewhere(account=mapping.function_account), mapping.function_name, mapping.qualifier)
    )
    mapping = mappings.configured(mapping, request)
    if mapping.source_service == "sqs":
        mappings.check_visibility(_visibility_timeout_s(ctx, _source(mapping.source_arn)), function.timeout_s)
    mapping = msgspec.structs.replace(mapping, modified_at_ms=ctx.now_ms, generation=ctx.serial())
    MAPPINGS.put(ctx, mapping, mapping.uuid)
    ctx.signal("mapping", mapping.uuid)
    _begin(ctx, mapping)
    if old.enabled == mapping.enabled:
        state = "Updating"
    else:
        state = "Enabling" if mapping.enabled else "Disabling"
    return described(ctx, mapping, state)


def delete_event_source_mapping(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_DeleteEventSourceMapping.html"""
    mapping = _mapping_in(ctx, request)
    MAPPINGS.delete(ctx, mapping.uuid)
    PROGRESS.delete_all(ctx, mapping.uuid)
    ctx.signal("mapping", mapping.uuid)
    return described(ctx, mapping, "Deleting")
