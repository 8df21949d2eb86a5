"""The CloudFormation types of Lambda.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Lambda.html
"""

from __future__ import annotations

import io
import zipfile
from importlib.resources import files
from typing import Any

from cloudchamber.aws import AwsError, Context, Logical, Made, ResourceType
from cloudchamber.aws.errors import ValidationException

_NUMBERS = {
    "BatchSize", "MaximumBatchingWindowInSeconds", "MaximumConcurrency", "MaximumEventAgeInSeconds", "MaximumRetryAttempts",
    "MaxAge", "MemorySize", "ProvisionedConcurrentExecutions", "ReservedConcurrentExecutions", "Size", "Timeout",
    "MaximumRecordAgeInSeconds", "ParallelizationFactor", "TumblingWindowInSeconds", "MinimumPollers", "MaximumPollers",
    "StartingPositionTimestamp",
}  # fmt: skip
_FLAGS = {
    "AllowCredentials",
    "BisectBatchOnFunctionError",
    "Enabled",
    "InvokedViaFunctionUrl",
    "Ipv6AllowedForDualStack",
}
_FREE = {"Environment"}  # its keys are the user's own

_FUNCTION = (
    "Architectures", "DeadLetterConfig", "Description", "Environment", "EphemeralStorage", "FileSystemConfigs", "Handler",
    "LoggingConfig", "MemorySize", "Role", "Runtime", "SnapStart", "Timeout", "TracingConfig", "VpcConfig", "Layers",
    "CodeSigningConfigArn", "ImageConfig",
)  # fmt: skip
# What a property that is taken out of a template goes back to.
_FUNCTION_DEFAULTS: dict[str, Any] = {
    "DeadLetterConfig": {"TargetArn": ""}, "Description": "", "Environment": {"Variables": {}}, "EphemeralStorage": {"Size": 512},
    "FileSystemConfigs": [], "LoggingConfig": {}, "MemorySize": 128, "SnapStart": {"ApplyOn": "None"}, "Timeout": 3,
    "TracingConfig": {"Mode": "PassThrough"}, "VpcConfig": {}, "Layers": [],
}  # fmt: skip


def _typed(value: Any, name: str = "") -> Any:
    """Templates may write numbers and flags as text."""
    if isinstance(value, dict) and name not in _FREE:
        return {key: _typed(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_typed(inner, name) for inner in value]
    if name in _NUMBERS and isinstance(value, str):
        return int(value)
    if name in _FLAGS and isinstance(value, str):
        return value.lower() == "true"
    if name == "Environment" and isinstance(value, dict):
        variables = value.get("Variables") or {}
        return {"Variables": {key: _plain(inner) for key, inner in variables.items()}}
    return value


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _picked(properties: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: _typed(properties[name], name) for name in names if properties.get(name) is not None}


def _code(properties: dict[str, Any]) -> dict[str, Any]:
    """Inline code is a file named `index` after its runtime, with the module by which custom resources answer beside it.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-lambda-function-code-cfnresponsemodule.html
    """
    code = dict(properties["Code"])
    source = code.get("ZipFile")
    if source is None:
        return code
    runtime = properties.get("Runtime") or ""
    if not runtime.startswith(("python", "nodejs")):
        raise ValidationException(
            f"ZipFile can only be used with Node.js and Python runtimes, not with {runtime}."
        )
    if runtime.startswith("python"):
        named, module, at = "index.py", "python/cfnresponse.py", "cfnresponse.py"
    else:
        named, module, at = "index.js", "node/cfn-response.js", "node_modules/cfn-response.js"
    entries = {named: source}
    if module.split("/")[1].rpartition(".")[0] in source:
        entries[at] = files("cloudchamber.workers").joinpath(module).read_text(encoding="utf-8")
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in entries.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, text)
    return {"ZipFile": sink.getvalue()}


def _tags(properties: dict[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in properties.get("Tags") or []}


async def _forgive(ctx: Context, operation: str, request: dict[str, Any]) -> None:
    """A delete of what is gone already is no error."""
    try:
        await ctx.call("lambda", operation, request)
    except AwsError as error:
        if error.code != "ResourceNotFoundException":
            raise


# -- AWS::Lambda::Function


async def _create_function(ctx: Context, properties: dict[str, Any], logical: Logical) -> Made:
    name = properties.get("FunctionName") or logical.name(64)
    request = _picked(properties, *_FUNCTION) | {"FunctionName": name, "Code": _code(properties)}
    if properties.get("PackageType"):
        request["PackageType"] = properties["PackageType"]
    if properties.get("KmsKeyArn"):
        request["KMSKeyArn"] = properties["KmsKeyArn"]
    made = await ctx.call("lambda", "CreateFunction", request | {"Tags": _tags(properties)})
    await _put_settings(ctx, name, properties, {})
    return Made(name, {"Arn": made["FunctionArn"]})


async def _put_settings(ctx: Context, name: str, properties: dict[str, Any], old: dict[str, Any]) -> None:
    reserved = _picked(properties, "ReservedConcurrentExecutions")
    if reserved:
        await ctx.call("lambda", "PutFunctionConcurrency", {"FunctionName": name, **reserved})
    elif "ReservedConcurrentExecutions" in old:
        await ctx.call("lambda", "DeleteFunctionConcurrency", {"FunctionName": name})
    loop = properties.get("RecursiveLoop") or ("Terminate" if "RecursiveLoop" in old else None)
    if loop:
        await ctx.call("lambda", "PutFunctionRecursionConfig", {"FunctionName": name, "RecursiveLoop": loop})
    if properties.get("RuntimeManagementConfig"):
        request = {"FunctionName": name, **properties["RuntimeManagementConfig"]}
        await ctx.call("lambda", "PutRuntimeManagementConfig", request)


async def _update_function(ctx: Context, name: str, properties: dict[str, Any], old: dict[str, Any]) -> Made:
    code_before = (old.get("Code"), old.get("Architectures"), old.get("Runtime"))
    if code_before != (properties.get("Code"), properties.get("Architectures"), properties.get("Runtime")):
        request = _picked(properties, "Architectures") | _code(properties)
        await ctx.call("lambda", "UpdateFunctionCode", {"FunctionName": name, **request})
    request = _picked(properties, *(member for member in _FUNCTION if member != "Architectures"))
    before = _picked(old, *(member for member in _FUNCTION if member != "Architectures"))
    for member in before:
        if member not in request and member in _FUNCTION_DEFAULTS:
            request[member] = _FUNCTION_DEFAULTS[member]
    if request != before:
        await ctx.call("lambda", "UpdateFunctionConfiguration", {"FunctionName": name, **request})
    await _put_settings(ctx, name, properties, old)
    arn = ctx.arn(f"function:{name}", service="lambda")
    tags, gone = _tags(properties), sorted(set(_tags(old)) - set(_tags(properties)))
    if tags and tags != _tags(old):
        await ctx.call("lambda", "TagResource", {"Resource": arn, "Tags": tags})
    if gone:
        await ctx.call("lambda", "UntagResource", {"Resource": arn, "TagKeys": gone})
    return Made(name, {"Arn": arn})


async def _delete_function(ctx: Context, name: str, properties: dict[str, Any]) -> None:
    await _forgive(ctx, "DeleteFunction", {"FunctionName": name})


# -- AWS::Lambda::Version and Alias


async def _create_version(ctx: Context, properties: dict[str, Any], logical: Logical) -> Made:
    request = _picked(properties, "CodeSha256", "Description", "FunctionName")
    made = await ctx.call("lambda", "PublishVersion", request)
    await _put_provisioned(ctx, request["FunctionName"], made["Version"], properties)
    return Made(made["FunctionArn"], {"Version": made["Version"], "FunctionArn": made["FunctionArn"]})


async def _put_provisioned(ctx: Context, name: str, qualifier: str, properties: dict[str, Any]) -> None:
    provisioned = _picked(
        properties.get("ProvisionedConcurrencyConfig") or {}, "ProvisionedConcurrentExecutions"
    )
    if provisioned:
        request = {"FunctionName": name, "Qualifier": qualifier, **provisioned}
        await ctx.call("lambda", "PutProvisionedConcurrencyConfig", request)


async def _delete_version(ctx: Context, arn: str, properties: dict[str, Any]) -> None:
    await _forgive(ctx, "DeleteFunction", {"FunctionName": arn})


def _alias(properties: dict[str, Any]) -> dict[str, Any]:
    request = _picked(properties, "Description", "FunctionName", "FunctionVersion", "Name")
    weights = (properties.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or []
    shares = {weight["FunctionVersion"]: float(weight["FunctionWeight"]) for weight in weights}
    return request | {"RoutingConfig": {"AdditionalVersionWeights": shares}}


async def _create_alias(ctx: Context, properties: dict[str, Any], logical: Logical) -> Made:
    made = await ctx.call("lambda", "CreateAlias", _alias(properties))
    await _put_provisioned(ctx, properties["FunctionName"], properties["Name"], properties)
    return Made(made["AliasArn"], {"AliasArn": made["AliasArn"]})


async def _update_alias(ctx: Context, arn: str, properties: dict[str, Any], old: dict[str, Any]) -> Made:
    made = await ctx.call("lambda", "UpdateAlias", {"Description": "", **_alias(properties)})
    await _put_provisioned(ctx, properties["FunctionName"], properties["Name"], properties)
    return Made(arn, {"AliasArn": made["AliasArn"]})


async def _delete_alias(ctx: Context, arn: str, properties: dict[str, Any]) -> None:
    request = {"FunctionName": properties["FunctionName"], "Name": properties["Name"]}
    await _forgive(ctx, "DeleteAlias", request)


# -- AWS::Lambda::Permission


async def _create_permission(ctx: Context, properties: dict[str, Any], logical: Logical) -> Made:
    members = (
        "Action",
        "EventSourceToken",
        "FunctionName",
        "FunctionUrlAuthType",
        "InvokedViaFunctionUrl",
        "Principal",
    )
    request = _picked(properties, *members, "PrincipalOrgID", "SourceAccount", "SourceArn")
    statement_id = logical.name(100)
    await ctx.call("lambda", "AddPermission", request | {"StatementId": statement_id})
    return Made(statement_id, {"Id": statement_id})


async def _delete_permission(ctx: Context, statement_id: str, properties: dict[str, Any]) -> None:
    request = {"FunctionName": properties["FunctionName"], "StatementId": statement_id}
    await _forgive(ctx, "RemovePermission", request)


# -- AWS::Lambda::EventSourceMapping

_MAPPING = (
    "BatchSize", "BisectBatchOnFunctionError", "DestinationConfig", "Enabled", "FilterCriteria", "FunctionName",
    "FunctionResponseTypes", "LoggingConfig", "MaximumBatchingWindowInSeconds", "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts", "MetricsConfig", "ParallelizationFactor", "ProvisionedPollerConfig", "ScalingConfig",
    "SourceAccessConfigurations", "TumblingWindowInSeconds",
)  # fmt: skip
_SOURCE = (
    "AmazonManagedKafkaEventSourceConfig", "DocumentDBEventSourceConfig", "EventSourceArn", "Queues",
    "SelfManagedEventSource", "SelfManagedKafkaEventSourceConfig", "StartingPosition", "StartingPositionTimestamp", "Topics",
)  # fmt: skip
_MAPPING_DEFAULTS: dict[str, Any] = {
    "BisectBatchOnFunctionError": False, "DestinationConfig": {}, "Enabled": True, "FilterCriteria": {},
    "FunctionResponseTypes": [], "MaximumBatchingWindowInSeconds": 0, "MaximumRecordAgeInSeconds": -1,
    "MaximumRetryAttempts": -1, "ParallelizationFactor": 1, "ScalingConfig": {}, "TumblingWindowInSeconds": 0,
}  # fmt: skip


def _mapping(properties: dict[str, Any]) -> dict[str, Any]:
    request = _picked(properties, *_MAPPING)
    if properties.get("KmsKeyArn"):
        request["KMSKeyArn"] = properties["KmsKeyArn"]
    return request


async def _create_mapping(ctx: Context, properties: dict[str, Any], logical: Logical) -> Made:
    request = _mapping(properties) | _picked(properties, *_SOURCE) | {"Tags": _tags(properties)}
    made = await ctx.call("lambda", "CreateEventSourceMapping", request)
    return _mapping_made(made)


def _mapping_made(made: dict[str, Any]) -> Made:
    return Made(made["UUID"], {"Id": made["UUID"], "EventSourceMappingArn": made["EventSourceMappingArn"]})


async def _update_mapping(ctx: Context, uuid: str, properties: dict[str, Any], old: dict[str, Any]) -> Made:
    request = _mapping(properties)
    for member in _mapping(old):
        if member not in request and member in _MAPPING_DEFAULTS:
            request[member] = _MAPPING_DEFAULTS[member]
    if "BatchSize" in old and "BatchSize" not in request:
        request["BatchSize"] = 10 if ":sqs:" in properties["EventSourceArn"] else 100
    return _mapping_made(await ctx.call("lambda", "UpdateEventSourceMapping", {"UUID": uuid, **request}))


async def _delete_mapping(ctx: Context, uuid: str, properties: dict[str, Any]) -> None:
    await _forgive(ctx, "DeleteEventSourceMapping", {"UUID": uuid})


# -- AWS::Lambda::EventInvokeConfig


async def _put_event_invoke(ctx: Context, properties: dict[str, Any]) -> None:
    members = (
        "DestinationConfig",
        "FunctionName",
        "MaximumEventAgeInSeconds",
        "MaximumRetryAttempts",
        "Qualifier",
    )
    await ctx.call("lambda", "PutFunctionEventInvokeConfig", _picked(properties, *members))


async def _create_event_invoke(ctx: Context, properties: dict[str, Any], logical: Logical) -> Made:
    await _put_event_invoke(ctx, properties)
    return Made(logical.name())


async def _update_event_invoke(
    ctx: Context, physical_id: str, properties: dict[str, Any], old: dict[str, Any]
) -> Made:
    await _put_event_invoke(ctx, properties)
    return Made(physical_id)


async def _delete_event_invoke(ctx: Context, physical_id: str, properties: dict[str, Any]) -> None:
    await _forgive(ctx, "DeleteFunctionEventInvokeConfig", _picked(properties, "FunctionName", "Qualifier"))


# -- AWS::Lambda::Url


def _url(properties: dict[str, Any]) -> dict[str, Any]:
    request = _picked(properties, "AuthType", "Cors", "InvokeMode", "Qualifier")
    return request | {"FunctionName": properties["TargetFunctionArn"]}


def _url_made(made: dict[str, Any]) -> Made:
    return Made(made["FunctionArn"], {"FunctionArn": made["FunctionArn"], "FunctionUrl": made["FunctionUrl"]})


async def _create_url(ctx: Context, properties: dict[str, Any], logical: Logical) -> Made:
    return _url_made(await ctx.call("lambda", "CreateFunctionUrlConfig", _url(properties)))


async def _update_url(ctx: Context, arn: str, properties: dict[str, Any], old: dict[str, Any]) -> Made:
    defaults = {"Cors": {}, "InvokeMode": "BUFFERED"}
    return _url_made(await ctx.call("lambda", "UpdateFunctionUrlConfig", defaults | _url(properties)))


async def _delete_url(ctx: Context, arn: str, properties: dict[str, Any]) -> None:
    request = {"FunctionName": properties["TargetFunctionArn"], **_picked(properties, "Qualifier")}
    await _forgive(ctx, "DeleteFunctionUrlConfig", request)


# -- AWS::Lambda::LayerVersion and LayerVersionPermission


async def _create_layer(ctx: Context, properties: dict[str, Any], logical: Logical) -> Made:
    members = ("CompatibleArchitectures", "CompatibleRuntimes", "Content", "Description", "LicenseInfo")
    request = {"LayerName": properties.get("LayerName") or logical.name(140), **_picked(properties, *members)}
    arn = (await ctx.call("lambda", "PublishLayerVersion", request))["LayerVersionArn"]
    return Made(arn, {"LayerVersionArn": arn})


async def _delete_layer(ctx: Context, arn: str, properties: dict[str, Any]) -> None:
    name, _, number = arn.rpartition(":")
    await _forgive(ctx, "DeleteLayerVersion", {"LayerName": name, "VersionNumber": int(number)})


def _layer_of(properties: dict[str, Any]) -> dict[str, Any]:
    name, _, number = properties["LayerVersionArn"].rpartition(":")
    return {"LayerName": name, "VersionNumber": int(number)}


async def _create_layer_permission(ctx: Context, properties: dict[str, Any], logical: Logical) -> Made:
    statement_id = logical.name(100)
    request = _picked(properties, "Action", "OrganizationId", "Principal") | {"StatementId": statement_id}
    await ctx.call("lambda", "AddLayerVersionPermission", _layer_of(properties) | request)
    return Made(statement_id, {"Id": statement_id})


async def _delete_layer_permission(ctx: Context, statement_id: str, properties: dict[str, Any]) -> None:
    request = _layer_of(properties) | {"StatementId": statement_id}
    await _forgive(ctx, "RemoveLayerVersionPermission", request)


RESOURCES = {
    "AWS::Lambda::Alias": ResourceType(
        create=_create_alias, update=_update_alias, delete=_delete_alias, replaced_by=frozenset({"FunctionName", "Name"})
    ),
    "AWS::Lambda::EventInvokeConfig": ResourceType(
        create=_create_event_invoke,
        update=_update_event_invoke,
        delete=_delete_event_invoke,
        replaced_by=frozenset({"FunctionName", "Qualifier"}),
    ),
    "AWS::Lambda::EventSourceMapping": ResourceType(
        create=_create_mapping, update=_update_mapping, delete=_delete_mapping, replaced_by=frozenset(_SOURCE)
    ),
    "AWS::Lambda::Function": ResourceType(
        create=_create_function,
        update=_update_function,
        delete=_delete_function,
        replaced_by=frozenset({"FunctionName", "PackageType"}),
    ),
    "AWS::Lambda::LayerVersion": ResourceType(
        create=_create_layer,
        delete=_delete_layer,
        replaced_by=frozenset(
            {"CompatibleArchitectures", "CompatibleRuntimes", "Content", "Description", "LayerName", "LicenseInfo"}
        ),
    ),
    "AWS::Lambda::LayerVersionPermission": ResourceType(
        create=_create_layer_permission,
        delete=_delete_layer_permission,
        replaced_by=frozenset({"Action", "LayerVersionArn", "OrganizationId", "Principal"}),
    ),
    "AWS::Lambda::Permission": ResourceType(
        create=_create_permission,
        delete=_delete_permission,
        replaced_by=frozenset(
            {
                "Action", "EventSourceToken", "FunctionName", "FunctionUrlAuthType", "InvokedViaFunctionUrl", "Principal",
                "PrincipalOrgID", "SourceAccount", "SourceArn",
            }
        ),
    ),
    "AWS::Lambda::Url": ResourceType(
        create=_create_url,
        update=_update_url,
        delete=_delete_url,
        replaced_by=frozenset({"Qualifier", "TargetFunctionArn"}),
    ),
    "AWS::Lambda::Version": ResourceType(
        create=_create_version,
        delete=_delete_version,
        replaced_by=frozenset(
            {"CodeSha256", "Description", "FunctionName", "ProvisionedConcurrencyConfig", "RuntimePolicy"}
        ),
    ),
}  # fmt: skip
