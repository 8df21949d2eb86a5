"""AWS::StepFunctions::StateMachine, StateMachineVersion, StateMachineAlias and Activity.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_StepFunctions.html
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
import yaml

from cloudchamber.aws import AwsError, Context, Logical, Made, ResourceType
from cloudchamber.aws.tags import changed_tags

_HOLE = re.compile(r"\$\{([A-Za-z0-9_]+)\}")


async def _definition(ctx: Context, properties: dict[str, Any]) -> str:
    """The definition, wherever the template has it, with its substitutions.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html
    """
    given = [
        name
        for name in ("DefinitionString", "Definition", "DefinitionS3Location")
        if properties.get(name) is not None
    ]
    if len(given) != 1:
        raise AwsError(
            "ValidationError",
            "Exactly one of Definition, DefinitionString and DefinitionS3Location must be specified.",
            status=400,
        )
    if given == ["DefinitionS3Location"]:
        text = await _from_s3(ctx, properties["DefinitionS3Location"])
    elif given == ["Definition"]:
        text = msgspec.json.encode(properties["Definition"]).decode()
    else:
        text = properties["DefinitionString"]
    values: dict[str, Any] = properties.get("DefinitionSubstitutions") or {}
    return _HOLE.sub(lambda hole: _filled(values, hole), text)


def _filled(values: dict[str, Any], hole: re.Match[str]) -> str:
    """What stands in the place of `${name}`; a name without a value stays as it is."""
    if hole[1] not in values:
        return hole[0]
    value = values[hole[1]]
    if isinstance(value, bool):
        return str(value).lower()
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return msgspec.json.encode(text).decode()[1:-1]


async def _from_s3(ctx: Context, location: dict[str, Any]) -> str:
    request = {"Bucket": location["Bucket"], "Key": location["Key"]}
    if location.get("Version"):
        request["VersionId"] = location["Version"]
    body = (await ctx.call("s3", "GetObject", request))["Body"]
    if not isinstance(body, bytes):
        body = b"".join([part async for part in body])
    text = body.decode()
    if text.lstrip().startswith("{"):
        return text
    return msgspec.json.encode(yaml.safe_load(text)).decode()


def _settings(properties: dict[str, Any]) -> dict[str, Any]:
    """The settings that create and update share."""
    settings: dict[str, Any] = {"roleArn": properties["RoleArn"]}
    logging = properties.get("LoggingConfiguration")
    if logging:
        settings["loggingConfiguration"] = {
            "level": logging.get("Level", "OFF"),
            "includeExecutionData": _flag(logging.get("IncludeExecutionData", False)),
            "destinations": [
                {"cloudWatchLogsLogGroup": {"logGroupArn": each["CloudWatchLogsLogGroup"]["LogGroupArn"]}}
                for each in logging.get("Destinations") or ()
            ],
        }
    tracing = properties.get("TracingConfiguration")
    if tracing:
        settings["tracingConfiguration"] = {"enabled": _flag(tracing.get("Enabled", False))}
    encryption = properties.get("EncryptionConfiguration")
    if encryption:
        settings["encryptionConfiguration"] = {
            name[:1].lower() + name[1:]: value for name, value in encryption.items()
        }
    return settings


def _flag(value: Any) -> bool:
    return str(value).lower() == "true"


def _tags(properties: dict[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in properties.get("Tags") or ()}


def _tag_list(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in tags.items()]


async def _create_machine(ctx: Context, properties: dict[str, Any], logical: Logical) -> Made:
    request = _settings(properties) | {
        "name": properties.get("StateMachineName") or logical.name(80),
        "definition": await _definition(ctx, properties),
        "type": properties.get("StateMachineType") or "STANDARD",
        "tags": _tag_list(_tags(properties)),
    }
    made = await ctx.call("stepfunctions", "CreateStateMachine", request)
    return await _made_machine(ctx, made["stateMachineArn"])


async def _made_machine(ctx: Context, arn: str) -> Made:
    found = await ctx.call("stepfunctions", "DescribeStateMachine", {"stateMachineArn": arn})
    attributes = {"Arn": arn, "Name": found["name"], "StateMachineRevisionId": found["revisionId"]}
    return Made(arn, attributes)


async def _update_machine(ctx: Context, arn: str, properties: dict[str, Any], old: dict[str, Any]) -> Made:
    request = _settings(properties) | {
        "stateMachineArn": arn,
        "definition": await _definition(ctx, properties),
    }
    if not properties.get("LoggingConfiguration"):
        request["loggingConfiguration"] = {"level": "OFF", "includeExecutionData": False}
    await ctx.call("stepfunctions", "UpdateStateMachine", request)
    await _update_tags(ctx, arn, properties, old)
    return await _made_machine(ctx, arn)


async def _update_tags(ctx: Context, arn: str, properties: dict[str, Any], old: dict[str, Any]) -> None:
    to_set, gone = changed_tags(_tags(old), _tags(properties))
    if to_set:
        await ctx.call("stepfunctions", "TagResource", {"resourceArn": arn, "tags": _tag_list(to_set)})
    if gone:
        await ctx.call("stepfunctions", "UntagResource", {"resourceArn": arn, "tagKeys": gone})


async def _delete_machine(ctx: Context, arn: str, properties: dict[str, Any]) -> None:
    await ctx.call("stepfunctions", "DeleteStateMachine", {"stateMachineArn": arn})


async def _create_activity(ctx: Context, properties: dict[str, Any], logical: Logical) -> Made:
    name = properties.get("Name") or logical.name(80)
    request = {"name": name, "tags": _tag_list(_tags(properties))}
    made = await ctx.call("stepfunctions", "CreateActivity", request)
    return Made(made["activityArn"], {"Arn": made["activityArn"], "Name": name})


async def _update_activity(ctx: Context, arn: str, properties: dict[str, Any], old: dict[str, Any]) -> Made:
    await _update_tags(ctx, arn, properties, old)
    return Made(arn, {"Arn": arn, "Name": arn.rpartition(":")[2]})


async def _delete_activity(ctx: Context, arn: str, properties: dict[str, Any]) -> None:
    await ctx.call("stepfunctions", "DeleteActivity", {"activityArn": arn})


async def _create_version(ctx: Context, properties: dict[str, Any], logical: Logical) -> Made:
    request = {"stateMachineArn": properties["StateMachineArn"]}
    for name, member in (("Description", "description"), ("StateMachineRevisionId", "revisionId")):
        if properties.get(name):
            request[member] = properties[name]
    made = await ctx.call("stepfunctions", "PublishStateMachineVersion", request)
    arn = made["stateMachineVersionArn"]
    return Made(arn, {"Arn": arn})


async def _delete_version(ctx: Context, arn: str, properties: dict[str, Any]) -> None:
    await ctx.call("stepfunctions", "DeleteStateMachineVersion", {"stateMachineVersionArn": arn})


def _routing(properties: dict[str, Any]) -> list[dict[str, Any]]:
    """Where an alias leads; a deployment preference goes to its version at once."""
    preference = properties.get("DeploymentPreference")
    if preference:
        return [{"stateMachineVersionArn": preference["StateMachineVersionArn"], "weight": 100}]
    return [
        {"stateMachineVersionArn": each["StateMachineVersionArn"], "weight": int(each["Weight"])}
        for each in properties.get("RoutingConfiguration") or ()
    ]


async def _create_alias(ctx: Context, properties: dict[str, Any], logical: Logical) -> Made:
    request: dict[str, Any] = {
        "name": properties.get("Name") or logical.name(80),
        "routingConfiguration": _routing(properties),
    }
    if properties.get("Description"):
        request["description"] = properties["Description"]
    made = await ctx.call("stepfunctions", "CreateStateMachineAlias", request)
    arn = made["stateMachineAliasArn"]
    return Made(arn, {"Arn": arn})


async def _update_alias(ctx: Context, arn: str, properties: dict[str, Any], old: dict[str, Any]) -> Made:
    request = {
        "stateMachineAliasArn": arn,
        "description": properties.get("Description") or "",
        "routingConfiguration": _routing(properties),
    }
    await ctx.call("stepfunctions", "UpdateStateMachineAlias", request)
    return Made(arn, {"Arn": arn})


async def _delete_alias(ctx: Context, arn: str, properties: dict[str, Any]) -> None:
    try:
        await ctx.call("stepfunctions", "DeleteStateMachineAlias", {"stateMachineAliasArn": arn})
    except AwsError as error:
        if error.code != "ResourceNotFound":
            raise


RESOURCES = {
    "AWS::StepFunctions::Activity": ResourceType(
        create=_create_activity,
        update=_update_activity,
        delete=_delete_activity,
        replaced_by=frozenset({"Name", "EncryptionConfiguration"}),
    ),
    "AWS::StepFunctions::StateMachine": ResourceType(
        create=_create_machine,
        update=_update_machine,
        delete=_delete_machine,
        replaced_by=frozenset({"StateMachineName", "StateMachineType"}),
    ),
    "AWS::StepFunctions::StateMachineAlias": ResourceType(
        create=_create_alias,
        update=_update_alias,
        delete=_delete_alias,
        replaced_by=frozenset({"Name"}),
    ),
    "AWS::StepFunctions::StateMachineVersion": ResourceType(
        create=_create_version,
        delete=_delete_version,
        replaced_by=frozenset({"Description", "StateMachineArn", "StateMachineRevisionId"}),
    ),
}
