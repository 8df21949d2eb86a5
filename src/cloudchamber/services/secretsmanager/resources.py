"""AWS::SecretsManager::Secret.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import AwsError, Context, Logical, Made, ResourceType

Properties = dict[str, Any]
_FLAGS = (
    "ExcludeLowercase", "ExcludeNumbers", "ExcludePunctuation", "ExcludeUppercase", "IncludeSpace", "RequireEachIncludedType",
)  # fmt: skip


async def _value(ctx: Context, properties: Properties) -> dict[str, str]:
    """The value that the properties give or have generated."""
    if properties.get("SecretString") is not None:
        return {"SecretString": properties["SecretString"]}
    generate = properties.get("GenerateSecretString")
    if generate is None:
        return {}
    request: dict[str, Any] = {
        flag: str(generate[flag]).lower() == "true" for flag in _FLAGS if flag in generate
    }
    if "PasswordLength" in generate:
        request["PasswordLength"] = int(generate["PasswordLength"])
    if "ExcludeCharacters" in generate:
        request["ExcludeCharacters"] = generate["ExcludeCharacters"]
    made = await ctx.call("secretsmanager", "GetRandomPassword", request)
    template, key = generate.get("SecretStringTemplate"), generate.get("GenerateStringKey")
    if not template:
        return {"SecretString": made["RandomPassword"]}
    fields = msgspec.json.decode(template, type=dict[str, Any]) | {key: made["RandomPassword"]}
    return {"SecretString": msgspec.json.encode(fields).decode()}


def _common(properties: Properties) -> dict[str, Any]:
    return {
        "Description": properties.get("Description") or "",
        "KmsKeyId": properties.get("KmsKeyId") or "",
    }


def _tags(properties: Properties) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in properties.get("Tags") or []}


async def _create(ctx: Context, properties: Properties, logical: Logical) -> Made:
    request = {"Name": properties.get("Name") or logical.name(512), "Tags": properties.get("Tags") or []}
    value = await _value(ctx, properties)
    made = await ctx.call("secretsmanager", "CreateSecret", request | _common(properties) | value)
    return Made(made["ARN"], {"Id": made["ARN"]})


async def _update(ctx: Context, arn: str, properties: Properties, old: Properties) -> Made:
    changed = any(
        properties.get(member) != old.get(member) for member in ("SecretString", "GenerateSecretString")
    )
    value = await _value(ctx, properties) if changed else {}
    await ctx.call("secretsmanager", "UpdateSecret", {"SecretId": arn} | _common(properties) | value)
    before, after = _tags(old), _tags(properties)
    gone = sorted(set(before) - set(after))
    if gone:
        await ctx.call("secretsmanager", "UntagResource", {"SecretId": arn, "TagKeys": gone})
    if after and after != before:
        await ctx.call("secretsmanager", "TagResource", {"SecretId": arn, "Tags": properties["Tags"]})
    return Made(arn, {"Id": arn})


async def _delete(ctx: Context, arn: str, properties: Properties) -> None:
    try:
        request = {"SecretId": arn, "ForceDeleteWithoutRecovery": True}
        await ctx.call("secretsmanager", "DeleteSecret", request)
    except AwsError as error:
        if error.code != "ResourceNotFoundException":
            raise


RESOURCES = {
    "AWS::SecretsManager::Secret": ResourceType(
        create=_create, update=_update, delete=_delete, replaced_by=frozenset({"Name"})
    ),
}
