"""AWS::ApiGateway::*.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ApiGateway.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import AwsError, Context, Logical, Made, ResourceType
from cloudchamber.aws.tags import changed_tags
from cloudchamber.services.apigateway.rules.templates import (
    Properties,
    member_name,
    members_of,
    patches_between,
    stage_settings,
)

_TAGGED = {"ApiKey": "apikeys", "DomainName": "domainnames"}  # how ARNs name what has tags


async def _call(ctx: Context, operation: str, request: dict[str, Any]) -> dict[str, Any]:
    return await ctx.call("apigateway", operation, request)


async def _gone(ctx: Context, operation: str, request: dict[str, Any]) -> None:
    try:
        await _call(ctx, operation, request)
    except AwsError as error:
        if error.code != "NotFoundException":
            raise


async def _retag(ctx: Context, path: str, properties: Properties, old: Properties) -> None:
    """Let the tags follow a change of the property."""
    new = members_of({"Tags": properties.get("Tags")}).get("tags") or {}
    before = members_of({"Tags": old.get("Tags")}).get("tags") or {}
    arn = f"arn:aws:apigateway:{ctx.region}::{path}"
    to_set, to_remove = changed_tags(before, new)
    if to_remove:
        await _call(ctx, "UntagResource", {"resourceArn": arn, "tagKeys": to_remove})
    if to_set:
        await _call(ctx, "TagResource", {"resourceArn": arn, "tags": to_set})


def _plain(
    noun: str,
    id_member: str,
    answer_id: str,
    attribute: str,
    *,
    where: tuple[str, ...] = ("RestApiId",),
    unchanged: tuple[str, ...] = (),
    named: str = "",
) -> ResourceType:
    """A type whose properties are the members of its operations; updates are patch operations.

    `where`: the properties that say under what it is. `named`: a property that CloudFormation makes up when it is absent.
    """

    async def create(ctx: Context, properties: Properties, logical: Logical) -> Made:
        if named and not properties.get(named):
            properties = {**properties, named: logical.name(128)}
        answer = await _call(ctx, f"Create{noun}", members_of(properties))
        return Made(answer[answer_id], {attribute: answer[answer_id]})

    async def update(ctx: Context, physical_id: str, properties: Properties, old: Properties) -> Made:
        patches = patches_between(members_of(properties, *where, "Tags"), members_of(old, *where, "Tags"))
        request = {member_name(name): properties[name] for name in where}
        await _call(ctx, f"Update{noun}", request | {id_member: physical_id, "patchOperations": patches})
        if noun in _TAGGED:
            await _retag(ctx, f"/{_TAGGED[noun]}/{physical_id}", properties, old)
        return Made(physical_id, {attribute: physical_id})

    async def delete(ctx: Context, physical_id: str, properties: Properties) -> None:
        request = {member_name(name): properties[name] for name in where}
        await _gone(ctx, f"Delete{noun}", request | {id_member: physical_id})

    return ResourceType(
        create=create, update=update, delete=delete, replaced_by=frozenset({*where, *unchanged})
    )


# -- APIs


async def _body(ctx: Context, properties: Properties) -> bytes | None:
    body, location = properties.get("Body"), properties.get("BodyS3Location")
    if body is not None:
        return body.encode() if isinstance(body, str) else msgspec.json.encode(body)
    if not location:
        return None
    request = {"Bucket": location["Bucket"], "Key": location["Key"]}
    if location.get("Version"):
        request["VersionId"] = location["Version"]
    content: Any = (await ctx.call("s3", "GetObject", request))["Body"]
    return content if isinstance(content, bytes) else b"".join([chunk async for chunk in content])


_DEFINITION = ("Body", "BodyS3Location", "FailOnWarnings", "Mode", "Parameters")


async def _create_api(ctx: Context, properties: Properties, logical: Logical) -> Made:
    body = await _body(ctx, properties)
    if body is None:
        made = await _call(ctx, "CreateRestApi", members_of(properties, *_DEFINITION))
        return _api(made)
    made = await _call(ctx, "ImportRestApi", {"body": body})
    await _override(ctx, made["id"], properties, {})
    await _retag(ctx, f"/restapis/{made['id']}", properties, {})
    return _api(made)


def _api(made: dict[str, Any]) -> Made:
    return Made(made["id"], {"RootResourceId": made["rootResourceId"], "RestApiId": made["id"]})


async def _override(ctx: Context, api_id: str, properties: Properties, old: Properties) -> None:
    """Properties beside a body take precedence over it."""
    besides = (*_DEFINITION, "Tags", "CloneFrom")
    patches = patches_between(members_of(properties, *besides), members_of(old, *besides))
    if patches:
        await _call(ctx, "UpdateRestApi", {"restApiId": api_id, "patchOperations": patches})


async def _update_api(ctx: Context, api_id: str, properties: Properties, old: Properties) -> Made:
    body = await _body(ctx, properties)
    if body is not None:
        mode = properties.get("Mode") or "overwrite"
        await _call(ctx, "PutRestApi", {"restApiId": api_id, "body": body, "mode": mode})
    await _override(ctx, api_id, properties, {} if body is not None else old)
    await _retag(ctx, f"/restapis/{api_id}", properties, old)
    return _api(await _call(ctx, "GetRestApi", {"restApiId": api_id}))


async def _delete_api(ctx: Context, api_id: str, properties: Properties) -> None:
    await _gone(ctx, "DeleteRestApi", {"restApiId": api_id})


# -- methods


def _method_place(properties: Properties) -> dict[str, Any]:
    return {
        "restApiId": properties["RestApiId"],
        "resourceId": properties["ResourceId"],
        "httpMethod": properties["HttpMethod"],
    }


async def _put_method(ctx: Context, properties: Properties) -> None:
    place = _method_place(properties)
    await _call(ctx, "PutMethod", members_of(properties, "Integration", "MethodResponses"))
    for response in properties.get("MethodResponses") or ():
        status = {"statusCode": str(response["StatusCode"])}
        await _call(ctx, "PutMethodResponse", members_of(response) | place | status)
    integration = properties.get("Integration")
    if not integration:
        return
    await _call(ctx, "PutIntegration", members_of(integration, "IntegrationResponses") | place)
    for response in integration.get("IntegrationResponses") or ():
        status = {"statusCode": str(response["StatusCode"])}
        await _call(ctx, "PutIntegrationResponse", members_of(response) | place | status)


async def _create_method(ctx: Context, properties: Properties, logical: Logical) -> Made:
    await _put_method(ctx, properties)
    return Made(logical.name())


async def _update_method(ctx: Context, physical_id: str, properties: Properties, old: Properties) -> Made:
    await _gone(ctx, "DeleteMethod", _method_place(properties))
    await _put_method(ctx, properties)
    return Made(physical_id)


async def _delete_method(ctx: Context, physical_id: str, properties: Properties) -> None:
    await _gone(ctx, "DeleteMethod", _method_place(properties))


# -- deployments and stages


async def _create_deployment(ctx: Context, properties: Properties, logical: Logical) -> Made:
    request = members_of(properties, "StageDescription", "DeploymentCanarySettings")
    described: Properties = properties.get("StageDescription") or {}
    for name in ("CacheClusterEnabled", "CacheClusterSize", "TracingEnabled", "Variables"):
        if name in described:
            request |= members_of({name: described[name]})
    if described.get("Description"):
        request["stageDescription"] = described["Description"]
    made = await _call(ctx, "CreateDeployment", request)
    return Made(made["id"], {"DeploymentId": made["id"]})


async def _update_deployment(ctx: Context, physical_id: str, properties: Properties, old: Properties) -> Made:
    patch = {"op": "replace", "path": "/description", "value": properties.get("Description") or ""}
    request = {"restApiId": properties["RestApiId"], "deploymentId": physical_id}
    await _call(ctx, "UpdateDeployment", request | {"patchOperations": [patch]})
    return Made(physical_id, {"DeploymentId": physical_id})


async def _delete_deployment(ctx: Context, physical_id: str, properties: Properties) -> None:
    """The stage that came with the deployment goes too, unless it shows a later one by now."""
    place = {"restApiId": properties["RestApiId"]}
    try:
        stages = await _call(ctx, "GetStages", place | {"deploymentId": physical_id})
    except AwsError as error:
        if error.code != "NotFoundException":
            raise
        return
    for stage in stages["item"]:
        if stage["stageName"] == properties.get("StageName"):
            await _gone(ctx, "DeleteStage", place | {"stageName": stage["stageName"]})
    await _gone(ctx, "DeleteDeployment", place | {"deploymentId": physical_id})


_APART = ("AccessLogSetting", "MethodSettings", "ClientCertificateId")


async def _create_stage(ctx: Context, properties: Properties, logical: Logical) -> Made:
    made = await _call(ctx, "CreateStage", members_of(properties, *_APART))
    await _patch_stage(ctx, made["stageName"], properties, stage_settings(properties))
    return Made(made["stageName"])


async def _patch_stage(
    ctx: Context, name: str, properties: Properties, patches: list[dict[str, str]]
) -> None:
    if patches:
        request = {"restApiId": properties["RestApiId"], "stageName": name, "patchOperations": patches}
        await _call(ctx, "UpdateStage", request)


async def _update_stage(ctx: Context, name: str, properties: Properties, old: Properties) -> Made:
    besides = (*_APART, "RestApiId", "StageName", "Tags")
    patches = patches_between(members_of(properties, *besides), members_of(old, *besides))
    await _patch_stage(ctx, name, properties, patches + stage_settings(properties))
    await _retag(ctx, f"/restapis/{properties['RestApiId']}/stages/{name}", properties, old)
    return Made(name)


async def _delete_stage(ctx: Context, name: str, properties: Properties) -> None:
    await _gone(ctx, "DeleteStage", {"restApiId": properties["RestApiId"], "stageName": name})


# -- gateway responses, account, mappings, plans


async def _put_gateway_response(ctx: Context, properties: Properties) -> None:
    request = members_of(properties)
    if "statusCode" in request:
        request["statusCode"] = str(request["statusCode"])
    await _call(ctx, "PutGatewayResponse", request)


async def _create_gateway_response(ctx: Context, properties: Properties, logical: Logical) -> Made:
    await _put_gateway_response(ctx, properties)
    physical_id = f"{properties['RestApiId']}-{properties['ResponseType']}"
    return Made(physical_id, {"Id": physical_id})


async def _update_gateway_response(
    ctx: Context, physical_id: str, properties: Properties, old: Properties
) -> Made:
    await _put_gateway_response(ctx, properties)
    return Made(physical_id, {"Id": physical_id})


async def _delete_gateway_response(ctx: Context, physical_id: str, properties: Properties) -> None:
    request = {"restApiId": properties["RestApiId"], "responseType": properties["ResponseType"]}
    await _gone(ctx, "DeleteGatewayResponse", request)


async def _set_account(ctx: Context, properties: Properties) -> None:
    role = properties.get("CloudWatchRoleArn")
    patch = {"op": "replace" if role else "remove", "path": "/cloudwatchRoleArn"}
    await _call(ctx, "UpdateAccount", {"patchOperations": [patch | ({"value": role} if role else {})]})


async def _create_account(ctx: Context, properties: Properties, logical: Logical) -> Made:
    await _set_account(ctx, properties)
    physical_id = logical.name()
    return Made(physical_id, {"Id": physical_id})


async def _update_account(ctx: Context, physical_id: str, properties: Properties, old: Properties) -> Made:
    await _set_account(ctx, properties)
    return Made(physical_id, {"Id": physical_id})


async def _leave(ctx: Context, physical_id: str, properties: Properties) -> None:
    """CloudFormation leaves the account's settings as they are."""


async def _create_mapping(ctx: Context, properties: Properties, logical: Logical) -> Made:
    made = await _call(ctx, "CreateBasePathMapping", members_of(properties, "Id"))
    return Made(f"{properties['DomainName']}|{made['basePath']}")


async def _delete_mapping(ctx: Context, physical_id: str, properties: Properties) -> None:
    domain_name, _, base_path = physical_id.partition("|")
    await _gone(ctx, "DeleteBasePathMapping", {"domainName": domain_name, "basePath": base_path})


async def _create_plan(ctx: Context, properties: Properties, logical: Logical) -> Made:
    request = {"name": logical.name(128)} | members_of(properties, "UsagePlanName")
    if properties.get("UsagePlanName"):
        request["name"] = properties["UsagePlanName"]
    made = await _call(ctx, "CreateUsagePlan", request)
    return Made(made["id"], {"Id": made["id"]})


def _stages(properties: Properties) -> set[str]:
    return {f"{stage['ApiId']}:{stage['Stage']}" for stage in properties.get("ApiStages") or ()}


async def _update_plan(ctx: Context, plan_id: str, properties: Properties, old: Properties) -> Made:
    besides = ("ApiStages", "Tags", "UsagePlanName")
    patches = patches_between(members_of(properties, *besides), members_of(old, *besides))
    new, before = _stages(properties), _stages(old)
    patches += [{"op": "remove", "path": "/apiStages", "value": value} for value in sorted(before - new)]
    patches += [{"op": "add", "path": "/apiStages", "value": value} for value in sorted(new - before)]
    await _call(ctx, "UpdateUsagePlan", {"usagePlanId": plan_id, "patchOperations": patches})
    await _retag(ctx, f"/usageplans/{plan_id}", properties, old)
    return Made(plan_id, {"Id": plan_id})


async def _delete_plan(ctx: Context, plan_id: str, properties: Properties) -> None:
    patches = [
        {"op": "remove", "path": "/apiStages", "value": value} for value in sorted(_stages(properties))
    ]
    await _gone(ctx, "UpdateUsagePlan", {"usagePlanId": plan_id, "patchOperations": patches})
    await _gone(ctx, "DeleteUsagePlan", {"usagePlanId": plan_id})


RESOURCES = {
    "AWS::ApiGateway::Account": ResourceType(create=_create_account, update=_update_account, delete=_leave),
    "AWS::ApiGateway::ApiKey": _plain(
        "ApiKey", "apiKey", "id", "APIKeyId", where=(), named="Name",
        unchanged=("CustomerId", "GenerateDistinctId", "Name", "StageKeys", "Value"),
    ),
    "AWS::ApiGateway::Authorizer": _plain("Authorizer", "authorizerId", "id", "AuthorizerId"),
    "AWS::ApiGateway::BasePathMapping": ResourceType(
        create=_create_mapping, delete=_delete_mapping,
        replaced_by=frozenset({"BasePath", "DomainName", "RestApiId", "Stage"}),
    ),
    "AWS::ApiGateway::Deployment": ResourceType(
        create=_create_deployment, update=_update_deployment, delete=_delete_deployment,
        replaced_by=frozenset({"DeploymentCanarySettings", "RestApiId"}),
    ),
    "AWS::ApiGateway::DomainName": _plain(
        "DomainName", "domainName", "domainName", "DomainNameId", where=(), unchanged=("DomainName",)
    ),
    "AWS::ApiGateway::GatewayResponse": ResourceType(
        create=_create_gateway_response, update=_update_gateway_response, delete=_delete_gateway_response,
        replaced_by=frozenset({"ResponseType", "RestApiId"}),
    ),
    "AWS::ApiGateway::Method": ResourceType(
        create=_create_method, update=_update_method, delete=_delete_method,
        replaced_by=frozenset({"HttpMethod", "ResourceId", "RestApiId"}),
    ),
    "AWS::ApiGateway::Model": _plain(
        "Model", "modelName", "name", "Name", named="Name", unchanged=("ContentType", "Name")
    ),
    "AWS::ApiGateway::RequestValidator": _plain(
        "RequestValidator", "requestValidatorId", "id", "RequestValidatorId", unchanged=("Name",)
    ),
    "AWS::ApiGateway::Resource": _plain(
        "Resource", "resourceId", "id", "ResourceId", unchanged=("ParentId", "PathPart")
    ),
    "AWS::ApiGateway::RestApi": ResourceType(
        create=_create_api, update=_update_api, delete=_delete_api, replaced_by=frozenset({"CloneFrom"})
    ),
    "AWS::ApiGateway::Stage": ResourceType(
        create=_create_stage, update=_update_stage, delete=_delete_stage,
        replaced_by=frozenset({"RestApiId", "StageName"}),
    ),
    "AWS::ApiGateway::UsagePlan": ResourceType(
        create=_create_plan, update=_update_plan, delete=_delete_plan
    ),
    "AWS::ApiGateway::UsagePlanKey": _plain(
        "UsagePlanKey", "keyId", "id", "Id", where=("UsagePlanId",), unchanged=("KeyId", "KeyType")
    ),
}  # fmt: skip
