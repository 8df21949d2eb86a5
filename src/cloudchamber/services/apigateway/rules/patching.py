"""Patch operations, as all updates of API Gateway's first API are written.

https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.services.apigateway.errors import BadRequestException
from cloudchamber.services.apigateway.model import Members

_FLAGS = frozenset(
    {
        "apiKeyRequired", "enabled", "disableExecuteApiEndpoint", "validateRequestBody", "tracingEnabled",
        "validateRequestParameters", "cacheClusterEnabled", "metricsEnabled", "dataTraceEnabled", "cachingEnabled",
        "cacheDataEncrypted", "requireAuthorizationForCacheControl",
    }
)  # fmt: skip
_NUMBERS = frozenset(
    {
        "timeoutInMillis", "authorizerResultTtlInSeconds", "minimumCompressionSize", "burstLimit", "limit", "offset",
        "throttlingBurstLimit", "cacheTtlInSeconds",
    }
)  # fmt: skip
_FRACTIONS = frozenset({"rateLimit", "throttlingRateLimit"})
_LISTS = frozenset(
    {
        "binaryMediaTypes",
        "providerARNs",
        "authorizationScopes",
        "types",
        "vpcEndpointIds",
        "cacheKeyParameters",
    }
)
_SETTINGS = {
    "metrics/enabled": "metricsEnabled",
    "logging/loglevel": "loggingLevel",
    "logging/dataTrace": "dataTraceEnabled",
    "throttling/burstLimit": "throttlingBurstLimit",
    "throttling/rateLimit": "throttlingRateLimit",
    "caching/enabled": "cachingEnabled",
    "caching/ttlInSeconds": "cacheTtlInSeconds",
    "caching/dataEncrypted": "cacheDataEncrypted",
    "caching/requireAuthorizationForCacheControl": "requireAuthorizationForCacheControl",
    "caching/unauthorizedCacheControlHeaderStrategy": "unauthorizedCacheControlHeaderStrategy",
}


def patched(
    members: Members, operations: list[dict[str, Any]] | None, *, fixed: tuple[str, ...] = ()
) -> Members:
    """`members` after the operations. Raises BadRequestException for a path that cannot be, or one of `fixed`."""
    new = dict(members)
    for operation in operations or ():
        path, op = operation.get("path") or "", operation.get("op")
        segments = [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]
        if not segments or not segments[0] or segments[0] in fixed:
            raise BadRequestException(f"Invalid patch path {path}")
        if op not in ("add", "replace", "remove"):
            raise BadRequestException(
                "Invalid patch operation specified. Must be one of: [add, replace, remove]"
            )
        new = _applied(new, segments, op, operation.get("value"))
    return new


def _applied(members: Members, segments: list[str], op: str, value: str | None) -> Members:
    name, rest = segments[0], segments[1:]
    if name in _LISTS:
        return members | {name: _listed(members.get(name) or [], rest, op, value)}
    if not rest:
        if op == "remove":
            return {key: item for key, item in members.items() if key != name}
        return members | {name: _typed(name, value)}
    return members | {name: _applied(members.get(name) or {}, rest, op, value)}


def _listed(items: list[str], rest: list[str], op: str, value: str | None) -> list[str]:
    item = rest[0] if rest else value or ""
    if op == "remove":
        return [other for other in items if other != item]
    if op == "replace":
        return [value or "" if other == item else other for other in items] if rest else [item]
    return items if item in items else [*items, item]


def _typed(name: str, value: str | None) -> Any:
    if name in _FLAGS:
        return str(value).lower() == "true"
    try:
        if name in _NUMBERS:
            return int(value or "")
        if name in _FRACTIONS:
            return float(value or "")
    except ValueError:
        raise BadRequestException(f"Invalid value for {name}: {value}") from None
    return value


def split_settings(
    operations: list[dict[str, Any]] | None,
) -> tuple[list[dict[str, Any]], list[tuple[str, str, str | None, str]]]:
    """The operations of a stage without those on method settings, and those as (method key, member, value, op).

    Their paths are `/{resource path}/{http method}/{setting}`, the resource path with `~1` for `/`.
    """
    others: list[dict[str, Any]] = []
    settings: list[tuple[str, str, str | None, str]] = []
    for operation in operations or ():
        path: str = operation.get("path") or ""
        parts = path.split("/")[1:]
        member = _SETTINGS.get("/".join(parts[2:]))
        if member is None:
            others.append(operation)
            continue
        key = f"{parts[0].replace('~1', '/').removeprefix('/')}/{parts[1]}"
        settings.append((key, member, operation.get("value"), operation.get("op") or "replace"))
    return others, settings


def with_settings(members: Members, settings: list[tuple[str, str, str | None, str]]) -> Members:
    """A stage with changed method settings."""
    every: dict[str, Members] = dict(members.get("methodSettings") or {})
    for key, member, value, op in settings:
        one = dict(every.get(key) or {})
        if op == "remove":
            one.pop(member, None)
        else:
            one[member] = _typed(member, value)
        every[key] = one
    return members | {"methodSettings": every}
