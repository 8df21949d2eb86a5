"""The parts of a stack's template, evaluated against what exists: properties, conditions, outputs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from cloudchamber.aws import AwsError, Context
from cloudchamber.languages.cloudformation import (
    DynamicReference,
    InvalidTemplate,
    Scope,
    condition,
    evaluate,
    find_references,
)
from cloudchamber.languages.cloudformation.dynamic import resolve_references
from cloudchamber.services.cloudformation.model import Deployment, Output, Stack
from cloudchamber.services.cloudformation.records import EXPORTS, IMPORTS, RESOURCES
from cloudchamber.services.cloudformation.rules.scopes import Place, attribute_of, scope_of, template_of


def stack_scope(ctx: Context, stack: Stack, deployment: Deployment) -> Scope:
    """The scope of a stack, with its resources as they are recorded now. What it imports is recorded as imported."""

    def ref(name: str) -> Any:
        resource = RESOURCES.get(ctx, stack.stack_id, name)
        if resource is None or not resource.physical_id:
            raise InvalidTemplate(
                f"Template format error: Unresolved resource dependencies [{name}] in the Resources block of the template"
            )
        return resource.physical_id

    def getatt(name: str, attribute: str) -> Any:
        resource = RESOURCES.get(ctx, stack.stack_id, name)
        if resource is None:
            raise InvalidTemplate(
                f"Template error: instance of Fn::GetAtt references undefined resource {name}"
            )
        return attribute_of(resource.type, name, resource.attributes, attribute)

    def import_value(name: str) -> Any:
        export = EXPORTS.get(ctx, name)
        if export is None:
            raise InvalidTemplate(f"No export named {name} found.")
        IMPORTS.put(ctx, True, name, stack.stack_id)
        return export.value

    place = Place(stack.stack_id, stack.name, ctx.account, ctx.region, deployment.notification_arns)
    return scope_of(
        place,
        template_of(deployment.processed),
        deployment.parameters,
        ref=ref,
        getatt=getatt,
        import_value=import_value,
    )


def active_resources(scope: Scope, deployment: Deployment) -> list[str]:
    """The resources of a template whose conditions hold."""
    resources = template_of(deployment.processed).resources
    return [
        name
        for name, resource in resources.items()
        if "Condition" not in resource or condition(resource["Condition"], scope)
    ]


def outputs_of(scope: Scope, deployment: Deployment) -> tuple[Output, ...]:
    """The outputs of a stack whose resources are all there. Raises InvalidTemplate."""
    found: list[Output] = []
    for key, declared in template_of(deployment.processed).outputs.items():
        if "Condition" in declared and not condition(declared["Condition"], scope):
            continue
        value = evaluate(declared["Value"], scope)
        if isinstance(value, (dict, list)):
            raise InvalidTemplate(
                f"Template format error: Output {key} is malformed. The Value field of every Outputs member must "
                "evaluate to a String."
            )
        export = evaluate((declared.get("Export") or {}).get("Name", ""), scope)
        found.append(Output(key, _text(value), declared.get("Description") or "", _text(export)))
    return tuple(found)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


async def resolved(ctx: Context, value: Any) -> Any:
    """A value with its dynamic references replaced by what Systems Manager and Secrets Manager hold.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
    """
    found: dict[DynamicReference, str] = {}
    for reference in find_references(value):
        if reference not in found:
            found[reference] = await _LOOKUPS[reference.service](ctx, reference)
    return resolve_references(value, found.__getitem__) if found else value


async def _parameter(ctx: Context, reference: DynamicReference) -> str:
    name = f"{reference.key}:{reference.version}" if reference.version else reference.key
    request = {"Name": name, "WithDecryption": reference.service == "ssm-secure"}
    try:
        return str((await ctx.call("ssm", "GetParameter", request))["Parameter"]["Value"])
    except AwsError as error:
        if error.code != "ParameterNotFound":
            raise
        raise InvalidTemplate(f"Parameters: [{reference.service}:{name}] cannot be found.") from None


async def _secret(ctx: Context, reference: DynamicReference) -> str:
    request: dict[str, Any] = {"SecretId": reference.key}
    if reference.version_stage:
        request["VersionStage"] = reference.version_stage
    if reference.version_id:
        request["VersionId"] = reference.version_id
    text = str((await ctx.call("secretsmanager", "GetSecretValue", request)).get("SecretString", ""))
    if not reference.json_key:
        return text
    try:
        held = json.loads(text)[reference.json_key]
    except (ValueError, KeyError, TypeError):
        raise InvalidTemplate("Could not find a value associated with JSONKey in SecretString") from None
    return held if isinstance(held, str) else json.dumps(held)


_LOOKUPS: dict[str, Callable[[Context, DynamicReference], Any]] = {
    "secretsmanager": _secret,
    "ssm": _parameter,
    "ssm-secure": _parameter,
}
