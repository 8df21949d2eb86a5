"""AWS::ApiGatewayV2::*.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ApiGatewayV2.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from cloudchamber.aws import AwsError, Context, Logical, Made, ResourceType
from cloudchamber.aws.tags import changed_tags

Properties = dict[str, Any]
Attributes = Callable[[Context, dict[str, Any]], dict[str, Any]]
_FLAGS = frozenset(
    {
        "AllowCredentials", "ApiKeyRequired", "AutoDeploy", "DataTraceEnabled", "DetailedMetricsEnabled",
        "DisableExecuteApiEndpoint", "DisableSchemaValidation", "EnableSimpleResponses", "FailOnWarnings",
    }
)  # fmt: skip
_NUMBERS = frozenset({"AuthorizerResultTtlInSeconds", "MaxAge", "ThrottlingBurstLimit", "TimeoutInMillis"})
_DEFAULTS: dict[str, Any] = {
    "AuthorizationType": "NONE",
    "AuthorizerResultTtlInSeconds": 0,
    "ConnectionType": "INTERNET",
    "DefaultRouteSettings": {"DetailedMetricsEnabled": False},
    "IntegrationMethod": "POST",
    "IpAddressType": "ipv4",
    "PassthroughBehavior": "WHEN_NO_MATCH",
    "TimeoutInMillis": 30_000,
}


def _typed(name: str, value: Any) -> Any:
    """A property with the types of the API: templates may write flags and numbers as text."""
    if isinstance(value, str) and name in _FLAGS:
        return value.lower() == "true"
    if isinstance(value, str) and name in _NUMBERS:
        return int(value)
    if isinstance(value, list):
        return [_typed("", item) for item in value]
    if isinstance(value, dict) and name not in ("Tags", "StageVariables"):
        return {key: _typed(key, item) for key, item in value.items()}
    return value


def _request(properties: Properties) -> dict[str, Any]:
    request = {name: _typed(name, value) for name, value in properties.items() if value is not None}
    tags = request.get("Tags")
    if isinstance(tags, list):
        request["Tags"] = {tag["Key"]: tag["Value"] for tag in tags}
    return request


def _reset(properties: Properties, old: Properties) -> dict[str, Any]:
    """The defaults of properties that are no longer in the template: there they apply again."""
    return {
        name: _DEFAULTS[name] if name in _DEFAULTS else type(_typed(name, before))()
        for name, before in old.items()
        if before is not None and properties.get(name) is None
    }


def _named(id_member: str, attribute: str) -> Attributes:
    return lambda ctx, answer: {attribute: answer[id_member]}


def _plain(
    noun: str,
    id_member: str,
    *,
    where: tuple[str, ...] = (),
    unchanged: tuple[str, ...] = (),
    attributes: Attributes | None = None,
    tagged: str = "",
) -> ResourceType:
    """A type whose properties are the members of its operations.

    `where`: the properties that say under what it is. `unchanged`: further ones that are replaced when they change.
    `tagged`: the path that names it in ARNs, for types with tags.
    """
    attributes = attributes or _named(id_member, id_member)

    async def create(ctx: Context, properties: Properties, logical: Logical) -> Made:
        answer = await ctx.call("apigatewayv2", f"Create{noun}", _request(properties))
        return Made(answer[id_member], attributes(ctx, answer))

    async def update(ctx: Context, physical_id: str, properties: Properties, old: Properties) -> Made:
        wanted = _reset(properties, old) | _request(properties)
        _forget_variables(wanted, old)
        request = {name: value for name, value in wanted.items() if name not in (*unchanged, "Tags")}
        answer = await ctx.call("apigatewayv2", f"Update{noun}", request | {id_member: physical_id})
        if tagged:
            await _retag(ctx, tagged.format(**properties, id=physical_id), properties, old)
        return Made(physical_id, attributes(ctx, answer))

    async def delete(ctx: Context, physical_id: str, properties: Properties) -> None:
        request = {name: properties[name] for name in where} | {id_member: physical_id}
        await _gone(ctx, f"Delete{noun}", request)

    return ResourceType(
        create=create, update=update, delete=delete, replaced_by=frozenset({*where, *unchanged})
    )


def _forget_variables(wanted: dict[str, Any], old: Properties) -> None:
    """An empty value removes a variable of a stage; those that are not named would stay."""
    before: dict[str, str] = old.get("StageVariables") or {}
    if before:
        wanted["StageVariables"] = dict.fromkeys(before, "") | wanted["StageVariables"]


async def _retag(ctx: Context, path: str, properties: Properties, old: Properties) -> None:
    """Let the tags follow a change of the property."""
    new, before = _request(properties).get("Tags") or {}, _request(old).get("Tags") or {}
    arn = f"arn:aws:apigateway:{ctx.region}::{path}"
    to_set, to_remove = changed_tags(before, new)
    if to_remove:
        await ctx.call("apigatewayv2", "UntagResource", {"ResourceArn": arn, "TagKeys": to_remove})
    if to_set:
        await ctx.call("apigatewayv2", "TagResource", {"ResourceArn": arn, "Tags": to_set})


async def _gone(ctx: Context, operation: str, request: dict[str, Any]) -> None:
    try:
        await ctx.call("apigatewayv2", operation, request)
    except AwsError as error:
        if error.code != "NotFoundException":
            raise


def _api_attributes(ctx: Context, api_id: str) -> dict[str, Any]:
    """`ApiEndpoint` is an address that works here; templates that build AWS's own host name work by their Host header."""
    port = ctx.base_url.rpartition(":")[2]
    return {"ApiId": api_id, "ApiEndpoint": f"http://{api_id}.execute-api.localhost:{port}"}


async def _create_api(ctx: Context, properties: Properties, logical: Logical) -> Made:
    request = _request(properties)
    body = request.pop("Body", None)
    if "BodyS3Location" in request:
        body = await _fetched(ctx, request.pop("BodyS3Location"))
    if body is None:
        answer = await ctx.call("apigatewayv2", "CreateApi", request)
        return Made(answer["ApiId"], _api_attributes(ctx, answer["ApiId"]))
    answer = await ctx.call("apigatewayv2", "ImportApi", _import(request, body))
    await _override(ctx, answer["ApiId"], request)
    return Made(answer["ApiId"], _api_attributes(ctx, answer["ApiId"]))


def _import(request: dict[str, Any], body: Any) -> dict[str, Any]:
    text = body if isinstance(body, str) else msgspec.json.encode(body).decode()
    imported: dict[str, Any] = {"Body": text}
    for name in ("Basepath", "FailOnWarnings"):
        if request.get(name) is not None:
            imported[name] = request[name]
    return imported


async def _fetched(ctx: Context, location: dict[str, str]) -> str:
    request = {"Bucket": location["Bucket"], "Key": location["Key"]}
    if location.get("Version"):
        request["VersionId"] = location["Version"]
    answer = await ctx.call("s3", "GetObject", request)
    body: Any = answer["Body"]
    content = body if isinstance(body, bytes) else b"".join([chunk async for chunk in body])
    return content.decode()


async def _override(
    ctx: Context, api_id: str, request: dict[str, Any], old: Properties | None = None
) -> None:
    """Properties beside a body take precedence over it."""
    besides = ("Basepath", "FailOnWarnings", "ProtocolType", "Tags", "Target", "RouteKey", "CredentialsArn")
    members = {name: value for name, value in request.items() if name not in besides}
    if members:
        await ctx.call("apigatewayv2", "UpdateApi", {"ApiId": api_id, **members})
    await _retag(ctx, f"/apis/{api_id}", {"Tags": request.get("Tags")}, {"Tags": (old or {}).get("Tags")})


# What does not go back to a default by an update, or is put back otherwise.
_APART = (
    "ApiKeySelectionExpression", "BasePath", "Basepath", "Body", "BodyS3Location", "CorsConfiguration", "CredentialsArn",
    "FailOnWarnings", "RouteKey", "RouteSelectionExpression", "Tags", "Target",
)  # fmt: skip


async def _update_api(ctx: Context, api_id: str, properties: Properties, old: Properties) -> Made:
    request = _request(properties)
    body = request.pop("Body", None)
    if "BodyS3Location" in request:
        body = await _fetched(ctx, request.pop("BodyS3Location"))
    if body is not None:
        await ctx.call("apigatewayv2", "ReimportApi", {"ApiId": api_id, **_import(request, body)})
    else:
        if old.get("CorsConfiguration") and not properties.get("CorsConfiguration"):
            await ctx.call("apigatewayv2", "DeleteCorsConfiguration", {"ApiId": api_id})
        request = _reset(properties, {k: v for k, v in old.items() if k not in _APART}) | request
    await _override(ctx, api_id, request, old)
    quick = {name: request[name] for name in ("Target", "RouteKey") if name in request and body is None}
    if quick and any(quick.get(name) != old.get(name) for name in quick):
        await ctx.call("apigatewayv2", "UpdateApi", {"ApiId": api_id, **quick})
    return Made(api_id, _api_attributes(ctx, api_id))


async def _delete_api(ctx: Context, api_id: str, properties: Properties) -> None:
    await _gone(ctx, "DeleteApi", {"ApiId": api_id})


def _domain_attributes(ctx: Context, answer: dict[str, Any]) -> dict[str, Any]:
    first = answer["DomainNameConfigurations"][0]
    return {
        "RegionalDomainName": first["ApiGatewayDomainName"],
        "RegionalHostedZoneId": first["HostedZoneId"],
        "DomainNameArn": f"arn:aws:apigateway:{ctx.region}::/domainnames/{answer['DomainName']}",
    }


_IN_API = ("ApiId",)

RESOURCES = {
    "AWS::ApiGatewayV2::Api": ResourceType(
        create=_create_api,
        update=_update_api,
        delete=_delete_api,
        replaced_by=frozenset({"ProtocolType"}),
    ),
    "AWS::ApiGatewayV2::ApiMapping": _plain("ApiMapping", "ApiMappingId", where=("DomainName",)),
    "AWS::ApiGatewayV2::Authorizer": _plain("Authorizer", "AuthorizerId", where=_IN_API),
    "AWS::ApiGatewayV2::Deployment": _plain(
        "Deployment", "DeploymentId", where=_IN_API, unchanged=("StageName",)
    ),
    "AWS::ApiGatewayV2::DomainName": _plain(
        "DomainName",
        "DomainName",
        unchanged=("DomainName",),
        attributes=_domain_attributes,
        tagged="/domainnames/{id}",
    ),
    "AWS::ApiGatewayV2::Integration": _plain("Integration", "IntegrationId", where=_IN_API),
    "AWS::ApiGatewayV2::Model": _plain("Model", "ModelId", where=_IN_API),
    "AWS::ApiGatewayV2::Route": _plain("Route", "RouteId", where=_IN_API),
    "AWS::ApiGatewayV2::Stage": _plain(
        "Stage", "StageName", where=_IN_API, unchanged=("StageName",), tagged="/apis/{ApiId}/stages/{id}"
    ),
    "AWS::ApiGatewayV2::VpcLink": _plain(
        "VpcLink", "VpcLinkId", unchanged=("SecurityGroupIds", "SubnetIds"), tagged="/vpclinks/{id}"
    ),
}
