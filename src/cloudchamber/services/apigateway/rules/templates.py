"""Properties of templates as members of the API, and the patch operations between two sets of them.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ApiGateway.html
"""

from __future__ import annotations

from typing import Any

import msgspec

Properties = dict[str, Any]
_FLAGS = frozenset(
    {
        "apiKeyRequired", "enabled", "generateDistinctId", "disableExecuteApiEndpoint", "validateRequestBody",
        "validateRequestParameters", "tracingEnabled", "cacheClusterEnabled", "failOnWarnings",
    }
)  # fmt: skip
_NUMBERS = frozenset(
    {
        "authorizerResultTtlInSeconds",
        "minimumCompressionSize",
        "timeoutInMillis",
        "burstLimit",
        "limit",
        "offset",
    }
)
_MAPS = frozenset(
    {
        "variables", "requestParameters", "requestTemplates", "responseParameters", "responseTemplates",
        "requestModels", "responseModels", "parameters",
    }
)  # fmt: skip
_TEXTS = frozenset({"policy", "schema"})


def member_name(name: str) -> str:
    """The API's name of a property."""
    return "providerARNs" if name == "ProviderARNs" else name[:1].lower() + name[1:]


def _typed(name: str, value: Any) -> Any:
    """A property with the types and names of the API."""
    if name in _TEXTS and not isinstance(value, str):
        return msgspec.json.encode(value).decode()
    if isinstance(value, str) and name in _FLAGS:
        return value.lower() == "true"
    if isinstance(value, str) and name in _NUMBERS:
        return int(value)
    if name in ("requestParameters", "responseParameters") and isinstance(value, dict):
        texts = {"true": True, "false": False}
        return {k: texts.get(str(v).lower(), v) for k, v in value.items()}
    if isinstance(value, dict) and name not in _MAPS:
        return {member_name(key): _typed(member_name(key), item) for key, item in value.items()}
    if isinstance(value, list):
        return [_typed("", item) for item in value]
    return value


def members_of(properties: Properties, *besides: str) -> dict[str, Any]:
    """A request from properties, without those `besides`; templates may write flags and numbers as text."""
    request = {
        member_name(name): _typed(member_name(name), value)
        for name, value in properties.items()
        if value is not None and name not in ("Tags", *besides)
    }
    if properties.get("Tags") and "Tags" not in besides:
        request["tags"] = {tag["Key"]: tag["Value"] for tag in properties["Tags"]}
    return request


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def patches_between(new: dict[str, Any], old: dict[str, Any], path: str = "") -> list[dict[str, str]]:
    """The patch operations that lead from one set of members to another."""
    found: list[dict[str, str]] = []
    for name in sorted(set(new) | set(old)):
        at = f"{path}/{name.replace('~', '~0').replace('/', '~1')}"
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        if isinstance(before or after, dict):
            found += patches_between(after or {}, before or {}, at)
        elif isinstance(after, list) and len(after) == 1:
            found.append({"op": "replace", "path": at, "value": str(after[0])})
        elif isinstance(before or after, list):
            found += [
                {"op": "remove", "path": f"{at}/{_escaped(v)}"}
                for v in before or ()
                if v not in (after or ())
            ]
            found += [
                {"op": "add", "path": f"{at}/{_escaped(v)}"} for v in after or () if v not in (before or ())
            ]
        elif after is None:
            found.append({"op": "remove", "path": at})
        else:
            found.append({"op": "replace", "path": at, "value": _text(after)})
    return found


def _escaped(value: Any) -> str:
    return str(value).replace("~", "~0").replace("/", "~1")


def stage_settings(properties: Properties) -> list[dict[str, str]]:
    """The patch operations for what CreateStage does not take."""
    patches: list[dict[str, str]] = []
    log = properties.get("AccessLogSetting") or {}
    for name in ("DestinationArn", "Format"):
        if log.get(name):
            path = f"/accessLogSettings/{member_name(name)}"
            patches.append({"op": "replace", "path": path, "value": log[name]})
    if properties.get("ClientCertificateId"):
        value = properties["ClientCertificateId"]
        patches.append({"op": "replace", "path": "/clientCertificateId", "value": value})
    paths = {
        "MetricsEnabled": "metrics/enabled", "LoggingLevel": "logging/loglevel", "DataTraceEnabled": "logging/dataTrace",
        "ThrottlingBurstLimit": "throttling/burstLimit", "ThrottlingRateLimit": "throttling/rateLimit",
        "CachingEnabled": "caching/enabled", "CacheTtlInSeconds": "caching/ttlInSeconds",
        "CacheDataEncrypted": "caching/dataEncrypted",
    }  # fmt: skip
    for setting in properties.get("MethodSettings") or ():
        resource = setting.get("ResourcePath", "/*").removeprefix("/").replace("/", "~1") or "*"
        for name, path in paths.items():
            if name in setting:
                at = f"/{resource}/{setting.get('HttpMethod', '*')}/{path}"
                patches.append({"op": "replace", "path": at, "value": _text(setting[name])})
    return patches
