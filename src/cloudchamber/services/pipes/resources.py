"""AWS::Pipes::Pipe.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-pipes-pipe.html
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cloudchamber.aws import AwsError, Context, Logical, Made, ResourceType

Properties = dict[str, Any]

_CREATED = (
    "Description", "DesiredState", "Enrichment", "EnrichmentParameters", "KmsKeyIdentifier", "LogConfiguration",
    "RoleArn", "Source", "SourceParameters", "Tags", "Target", "TargetParameters",
)  # fmt: skip
_UPDATED = tuple(name for name in _CREATED if name not in ("Source", "Tags"))
_NUMBERS = {
    "BatchSize",
    "MaximumBatchingWindowInSeconds",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "ParallelizationFactor",
}
_POSITION = ("StartingPosition", "StartingPositionTimestamp")


def _typed(value: Any, name: str = "") -> Any:
    """Numbers and instants may be texts in a template."""
    if isinstance(value, dict):
        return {str(key): _typed(each, str(key)) for key, each in value.items()}
    if isinstance(value, list):
        return [_typed(each) for each in value]
    if name in _NUMBERS:
        return int(value)
    if name == "StartingPositionTimestamp":
        try:
            return float(value)
        except ValueError:
            return datetime.fromisoformat(value).timestamp()
    return value


async def _made(ctx: Context, name: str) -> Made:
    """What the pipe has become; a pipe that does not run fails its resource."""
    pipe = await ctx.call("pipes", "DescribePipe", {"Name": name})
    if pipe["CurrentState"].endswith("_FAILED"):
        raise AwsError(
            "NotStabilized",
            f"Resource of type 'AWS::Pipes::Pipe' with identifier '{name}' did not stabilize. "
            f"Status Reason is {pipe.get('StateReason', '')}",
            status=400,
        )
    attributes: dict[str, Any] = {each: pipe[each] for each in ("Arn", "CurrentState")}
    attributes |= {each: str(pipe[each]) for each in ("CreationTime", "LastModifiedTime")}
    attributes["StateReason"] = pipe.get("StateReason", "")
    return Made(name, attributes)


async def _create(ctx: Context, properties: Properties, logical: Logical) -> Made:
    name = properties.get("Name") or logical.name(64)
    request = {each: properties[each] for each in _CREATED if properties.get(each)}
    await ctx.call("pipes", "CreatePipe", _typed(request) | {"Name": name})
    return await _made(ctx, name)


async def _update(ctx: Context, name: str, properties: Properties, old: Properties) -> Made:
    request = {each: properties[each] for each in _UPDATED if properties.get(each)}
    for each in ("Description", "Enrichment", "KmsKeyIdentifier"):
        if old.get(each) and not properties.get(each):
            request[each] = ""
    request["SourceParameters"] = _source_parameters(properties, old)
    await ctx.call("pipes", "UpdatePipe", _typed(request) | {"Name": name})
    await _tag(ctx, name, properties.get("Tags") or {}, old.get("Tags") or {})
    return await _made(ctx, name)


def _source_parameters(properties: Properties, old: Properties) -> Properties:
    """Those an update takes: not the position where reading began. Filters that are gone are put back to none."""
    given = dict(properties.get("SourceParameters") or {})
    if (old.get("SourceParameters") or {}).get("FilterCriteria") and not given.get("FilterCriteria"):
        given["FilterCriteria"] = {}
    return {
        member: {name: value for name, value in each.items() if name not in _POSITION}
        for member, each in given.items()
    }


async def _tag(ctx: Context, name: str, tags: dict[str, str], before: dict[str, str]) -> None:
    arn = ctx.arn(f"pipe/{name}", service="pipes")
    gone = sorted(before.keys() - tags.keys())
    if gone:
        await ctx.call("pipes", "UntagResource", {"resourceArn": arn, "tagKeys": gone})
    if tags and tags != before:
        await ctx.call("pipes", "TagResource", {"resourceArn": arn, "tags": tags})


async def _delete(ctx: Context, name: str, properties: Properties) -> None:
    try:
        await ctx.call("pipes", "DeletePipe", {"Name": name})
    except AwsError as error:
        if error.code != "NotFoundException":
            raise


RESOURCES = {
    "AWS::Pipes::Pipe": ResourceType(
        create=_create, update=_update, delete=_delete, replaced_by=frozenset({"Name", "Source"})
    ),
}
