"""Templates: given back, summarized, validated."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.languages.cloudformation import InvalidTemplate, Template, parse_objects
from cloudchamber.services.cloudformation.errors import ChangeSetNotFound, ValidationError
from cloudchamber.services.cloudformation.operations.preparing import template_text, whole_template
from cloudchamber.services.cloudformation.records import CHANGE_SETS, deployment_of, stack_named
from cloudchamber.services.cloudformation.rules.capabilities import needed
from cloudchamber.services.cloudformation.rules.schemas import schema_of, top_names
from cloudchamber.services.cloudformation.rules.serverless import SERVERLESS
from cloudchamber.services.cloudformation.rules.templates import check_types, declared_transforms

_EXPANDING = "The following resource(s) require capabilities: [AWS::CloudFormation::Transform], as the template uses macros"


def get_template(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_GetTemplate.html"""
    name = request.get("StackName")
    stages = ["Original", "Processed"]
    if request.get("ChangeSetName"):
        deployment = _change_set_deployment(ctx, request)
    elif not name:
        raise ValidationError("You must specify either StackName or ChangeSetName.")
    else:
        deployment = deployment_of(ctx, stack_named(ctx, name))
    processed = request.get("TemplateStage") == "Processed"
    return {
        "TemplateBody": deployment.processed if processed else deployment.original,
        "StagesAvailable": stages,
    }


def _change_set_deployment(ctx: Context, request: dict[str, Any]) -> Any:
    name, stack_name = request["ChangeSetName"], request.get("StackName")
    under = (stack_named(ctx, stack_name).stack_id,) if stack_name else ()
    for change_set in CHANGE_SETS.values(ctx, *under):
        if name in {change_set.name, change_set.change_set_id}:
            return change_set.deployment
    raise ChangeSetNotFound(f"ChangeSet [{name}] does not exist")


async def validate_template(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ValidateTemplate.html"""
    text = await template_text(ctx, request)
    template, transforms = await _read(ctx, text)
    parameters = [
        {
            "ParameterKey": name,
            "NoEcho": str(declared.get("NoEcho", "")).lower() == "true",
            **({"DefaultValue": _text(declared["Default"])} if "Default" in declared else {}),
            **({"Description": declared["Description"]} if "Description" in declared else {}),
        }
        for name, declared in template.parameters.items()
    ]
    return {"Parameters": parameters, **_common(template, transforms)}


async def _read(ctx: Context, text: str) -> tuple[Template, list[str]]:
    try:
        body = await whole_template(ctx, text)
        template, transforms = parse_objects(body), declared_transforms(body)
        if not template.transforms:
            check_types(template)
    except InvalidTemplate as error:
        raise ValidationError(error.message) from None
    return template, transforms


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _common(template: Template, transforms: list[str]) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    if template.description:
        answer["Description"] = template.description
    capabilities, reason = needed(template)
    if transforms and transforms != [SERVERLESS]:
        capabilities, reason = [*capabilities, "CAPABILITY_AUTO_EXPAND"], reason or _EXPANDING
    elif transforms:
        capabilities, reason = ["CAPABILITY_AUTO_EXPAND", *capabilities], reason or _EXPANDING
    if capabilities:
        answer |= {"Capabilities": capabilities, "CapabilitiesReason": reason}
    if transforms:
        answer["DeclaredTransforms"] = transforms
    return answer


async def get_template_summary(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_GetTemplateSummary.html"""
    name = request.get("StackName")
    if name:
        text = await ctx.transact(lambda ctx: deployment_of(ctx, stack_named(ctx, name)).original)
    else:
        text = await template_text(ctx, request)
    template, transforms = await _read(ctx, text)
    answer: dict[str, Any] = {
        "Parameters": [_declaration(name, declared) for name, declared in template.parameters.items()],
        "ResourceTypes": list(dict.fromkeys(each["Type"] for each in template.resources.values())),
        "ResourceIdentifierSummaries": _identifiers(template),
    }
    if "AWSTemplateFormatVersion" in template.body:
        answer["Version"] = str(template.body["AWSTemplateFormatVersion"])
    if template.body.get("Metadata"):
        answer["Metadata"] = msgspec.json.encode(template.body["Metadata"]).decode()
    return answer | _common(template, transforms)


def _declaration(name: str, declared: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "ParameterKey": name,
        "ParameterType": declared["Type"],
        "NoEcho": str(declared.get("NoEcho", "")).lower() == "true",
        "ParameterConstraints": {},
    }
    if "AllowedValues" in declared:
        answer["ParameterConstraints"]["AllowedValues"] = [_text(each) for each in declared["AllowedValues"]]
    if "Default" in declared:
        answer["DefaultValue"] = _text(declared["Default"])
    if "Description" in declared:
        answer["Description"] = declared["Description"]
    return answer


def _identifiers(template: Template) -> list[dict[str, Any]]:
    by_type: dict[str, list[str]] = {}
    for name, resource in template.resources.items():
        by_type.setdefault(resource["Type"], []).append(name)
    return [
        {
            "ResourceType": kind,
            "LogicalResourceIds": names,
            "ResourceIdentifiers": top_names(schema_of(kind) or {}, "primaryIdentifier"),
        }
        for kind, names in by_type.items()
        if schema_of(kind)
    ]
