"""Tags and resource policies of streams and consumers.

https://docs.aws.amazon.com/streams/latest/dev/tagging.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.kinesis import limits
from cloudchamber.services.kinesis.errors import InvalidArgumentException, ResourceNotFoundException
from cloudchamber.services.kinesis.model import Consumer, Stream
from cloudchamber.services.kinesis.operations.names import consumer_of, located, stream_in, stream_named
from cloudchamber.services.kinesis.records import CONSUMERS, STREAMS


def _resource(ctx: Context, arn: str) -> tuple[Context, Stream | Consumer]:
    if "/consumer/" in arn:
        return consumer_of(ctx, arn)
    ctx, name = located(ctx, arn)
    return ctx, stream_named(ctx, name)


def _keep(ctx: Context, resource: Stream | Consumer, **members: Any) -> None:
    changed = msgspec.structs.replace(resource, **members)
    if isinstance(changed, Stream):
        STREAMS.put(ctx, changed, changed.name)
    else:
        CONSUMERS.put(ctx, changed, changed.stream_name, changed.name)


def _add(ctx: Context, resource: Stream | Consumer, tags: dict[str, str]) -> dict[str, Any]:
    tags = resource.tags | tags
    if len(tags) > limits.TAGS_MAX:
        kind = "stream" if isinstance(resource, Stream) else "consumer"
        raise InvalidArgumentException(
            f"Failed to add tags to {kind} {resource.name} under account {ctx.account} because a given {kind} cannot "
            f"have more than {limits.TAGS_MAX} tags associated with it."
        )
    _keep(ctx, resource, tags=tags)
    return {}


def _remove(ctx: Context, resource: Stream | Consumer, keys: list[str]) -> dict[str, Any]:
    _keep(ctx, resource, tags={key: value for key, value in resource.tags.items() if key not in keys})
    return {}


def add_tags_to_stream(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kinesis/latest/APIReference/API_AddTagsToStream.html"""
    return _add(*stream_in(ctx, request), request["Tags"])


def remove_tags_from_stream(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kinesis/latest/APIReference/API_RemoveTagsFromStream.html"""
    return _remove(*stream_in(ctx, request), request["TagKeys"])


def list_tags_for_stream(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListTagsForStream.html"""
    _, stream = stream_in(ctx, request)
    start, size = request.get("ExclusiveStartTagKey") or "", request.get("Limit") or limits.TAGS_MAX
    tags = [tag for tag in _shown(stream) if tag["Key"] > start]
    return {"Tags": tags[:size], "HasMoreTags": len(tags) > size}


def tag_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kinesis/latest/APIReference/API_TagResource.html"""
    return _add(*_resource(ctx, request["ResourceARN"]), request["Tags"])


def untag_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UntagResource.html"""
    return _remove(*_resource(ctx, request["ResourceARN"]), request["TagKeys"])


def list_tags_for_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListTagsForResource.html"""
    return {"Tags": _shown(_resource(ctx, request["ResourceARN"])[1])}


def _shown(resource: Stream | Consumer) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in sorted(resource.tags.items())]


def put_resource_policy(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutResourcePolicy.html"""
    ctx, resource = _resource(ctx, request["ResourceARN"])
    try:
        document = msgspec.json.decode(request["Policy"])
    except msgspec.DecodeError:
        document = None
    if not isinstance(document, dict):
        raise InvalidArgumentException("The policy is not valid JSON.")
    _keep(ctx, resource, policy=request["Policy"])
    return {}


def get_resource_policy(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """A resource without a policy has an empty one.

    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetResourcePolicy.html
    """
    return {"Policy": _resource(ctx, request["ResourceARN"])[1].policy or "{}"}


def delete_resource_policy(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DeleteResourcePolicy.html"""
    ctx, resource = _resource(ctx, request["ResourceARN"])
    if not resource.policy:
        raise ResourceNotFoundException(
            f"Policy not found for resource {request['ResourceARN']} under account {ctx.account}."
        )
    _keep(ctx, resource, policy="")
    return {}
