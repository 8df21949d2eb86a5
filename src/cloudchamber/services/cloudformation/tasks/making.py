"""Making and changing one resource: `make_resource`."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context, Made
from cloudchamber.languages.cloudformation import InvalidTemplate, depends_on, evaluate, references
from cloudchamber.services.cloudformation.model import Deployment, Previous, Resource, Stack
from cloudchamber.services.cloudformation.records import RESOURCES, WORKS, deployment_of
from cloudchamber.services.cloudformation.rules.properties import failure_text, failures
from cloudchamber.services.cloudformation.rules.schemas import NESTED_STACK, naming_properties
from cloudchamber.services.cloudformation.rules.scopes import template_of
from cloudchamber.services.cloudformation.rules.tags import with_stack_tags
from cloudchamber.services.cloudformation.tasks.evaluating import resolved, stack_scope
from cloudchamber.services.cloudformation.tasks.kinds import Failed, Kind, Step
from cloudchamber.services.cloudformation.tasks.phases import end_resource
from cloudchamber.services.cloudformation.tasks.types import kind_of
from cloudchamber.services.cloudformation.tasks.working import (
    Attempt,
    Outcome,
    carry_out,
    change,
    finish,
    meant,
)

_SUFFIX_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_REPLACING = "Requested update requires the creation of a new physical resource; hence creating one."


async def make_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Create, change or replace a resource as the stack's template says; or find that it is as it should be."""
    await carry_out(ctx, lambda ctx: _begin(ctx, request))
    return {}


def _begin(ctx: Context, request: dict[str, Any]) -> Attempt | None:
    stack = meant(ctx, request, "make")
    if stack is None:
        return None
    name, work_id = str(request["Name"]), str(request["WorkId"])
    known = RESOURCES.get(ctx, stack.stack_id, name)
    try:
        wanted = _wanted(ctx, stack, name, known)
    except InvalidTemplate as error:
        resource = known or _declared(ctx, stack, name, {})
        _fail(ctx, stack, name, resource, error.message)
        return None
    kind = kind_of(ctx, wanted.type)
    if known is None or not _exists(known):
        return _creating(ctx, stack, wanted, kind, work_id)
    if known.attempt_id == work_id:
        return _again(ctx, stack, known, wanted, kind, work_id)
    changed = changed_properties(known, wanted)
    if not changed:
        RESOURCES.put(ctx, wanted, stack.stack_id, name)
        end_resource(ctx, stack.stack_id, name)
        return None
    return _changing(ctx, stack, known, wanted, kind, work_id)


def _exists(resource: Resource) -> bool:
    return bool(resource.physical_id) and resource.status not in {
        "CREATE_FAILED",
        "DELETE_COMPLETE",
        "CREATE_IN_PROGRESS",
    }


def changed_properties(known: Resource, wanted: Resource) -> list[str]:
    """The top-level properties that differ. A resource whose last change failed differs in all, and so
    does a nested stack: its template may be another one at the same address.
    """
    old, new = known.properties, wanted.properties
    if (known.status == "UPDATE_FAILED" and known.previous) or known.type == NESTED_STACK:
        return sorted(old.keys() | new.keys())
    return sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))


def _declared(ctx: Context, stack: Stack, name: str, properties: dict[str, Any]) -> Resource:
    template = template_of(deployment_of(ctx, stack).processed)
    declared = template.resources[name]
    needed = (references(declared).names | set(depends_on(declared))) & template.resources.keys()
    return Resource(
        name,
        declared["Type"],
        "",
        ctx.now_ms,
        properties=properties,
        depends_on=tuple(sorted(needed - {name})),
        metadata=declared.get("Metadata"),
    )


def _default_policy(type_name: str, properties: dict[str, Any]) -> str:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html"""
    if type_name == "AWS::RDS::DBCluster":
        return "Snapshot"
    if type_name == "AWS::RDS::DBInstance" and "DBClusterIdentifier" not in properties:
        return "Snapshot"
    return "Delete"


def _wanted(ctx: Context, stack: Stack, name: str, known: Resource | None) -> Resource:
    """The resource as the template wants it, with what is known of it. Raises InvalidTemplate."""
    deployment = deployment_of(ctx, stack)
    declared = template_of(deployment.processed).resources[name]
    scope = stack_scope(ctx, stack, deployment)
    evaluated = evaluate(declared.get("Properties") or {}, scope)
    properties = with_stack_tags(declared["Type"], evaluated, deployment.tags)
    wanted = msgspec.structs.replace(
        _declared(ctx, stack, name, properties),
        deletion_policy=evaluate(
            declared.get("DeletionPolicy", _default_policy(declared["Type"], properties)), scope
        ),
        replace_policy=evaluate(declared.get("UpdateReplacePolicy", "Delete"), scope),
        no_echo=_holds_secret(properties, deployment),
    )
    if known is None:
        return wanted
    return msgspec.structs.replace(
        wanted,
        status=known.status,
        updated_at_ms=known.updated_at_ms,
        operation_id=known.operation_id,
        reason=known.reason,
        physical_id=known.physical_id,
        attributes=known.attributes,
        suffix=known.suffix,
        previous=known.previous,
        inert=known.inert,
        attempt_id=known.attempt_id,
    )


def _holds_secret(properties: dict[str, Any], deployment: Deployment) -> bool:
    """Whether the value of a NoEcho parameter is somewhere in the properties: then events do not show them."""
    secrets = [parameter.text for parameter in deployment.parameters.values() if parameter.no_echo]
    return any(secret and secret in str(properties) for secret in secrets)


# -- creating


def _creating(ctx: Context, stack: Stack, wanted: Resource, kind: Kind, work_id: str) -> Attempt | None:
    again = wanted.attempt_id == work_id
    if not again:
        resource = msgspec.structs.replace(
            wanted,
            physical_id="",
            attributes={},
            suffix=ctx.ids.text(12, _SUFFIX_LETTERS),
            operation_id=stack.operation_id,
            attempt_id=work_id,
            inert=kind.inert,
        )
        wanted = change(ctx, stack, resource, "CREATE_IN_PROGRESS")
    found = failures(wanted.type, wanted.properties)
    if found:
        _fail(ctx, stack, wanted.logical_id, wanted, failure_text(wanted.logical_id, found))
        return None
    step = Step(stack, wanted, work_id, again)

    async def act(ctx: Context) -> Made:
        return await kind.create(ctx, step, await resolved(ctx, wanted.properties))

    return Attempt(act, lambda ctx, outcome: _created(ctx, stack, wanted, outcome))


def _created(ctx: Context, stack: Stack, resource: Resource, outcome: Outcome) -> None:
    name = resource.logical_id
    if not isinstance(outcome, Made):
        assert outcome, "a resource is made, or it failed"
        _fail(
            ctx,
            stack,
            name,
            msgspec.structs.replace(resource, physical_id=outcome.physical_id),
            outcome.reason,
        )
        return
    made = msgspec.structs.replace(resource, physical_id=outcome.physical_id, attributes=outcome.attributes)
    made = change(ctx, stack, made, "CREATE_IN_PROGRESS", reason="Resource creation Initiated")
    if _is_failing(ctx, stack):
        _fail(ctx, stack, name, made, "")
    else:
        finish(ctx, stack, name, made, "CREATE_COMPLETE")


def _is_failing(ctx: Context, stack: Stack) -> bool:
    work = WORKS.get(ctx, stack.stack_id)
    return work is not None and bool(work.failed or work.cause)


def _fail(ctx: Context, stack: Stack, name: str, resource: Resource, reason: str) -> None:
    """The resource failed; without a reason it was cancelled because another one did."""
    verb = "update" if resource.previous else "creation"
    status = "UPDATE_FAILED" if resource.previous else "CREATE_FAILED"
    finish(ctx, stack, name, resource, status, reason=reason or f"Resource {verb} cancelled")


def fail_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """What was to be done with a resource ended in a bug."""
    for kind in ("make", "restore", "remove"):
        stack = meant(ctx, request, kind)
        if stack:
            name = str(request["Name"])
            resource = RESOURCES.get(ctx, stack.stack_id, name.removesuffix("#"))
            resource = resource or _declared(ctx, stack, name, {})
            reason = f"Internal Failure: {request['Failure']['Message']}"
            if kind == "remove":
                finish(ctx, stack, name, resource, "DELETE_FAILED", reason=reason)
            else:
                _fail(ctx, stack, name, resource, reason)
            break
    return {}


# -- changing


def _changing(
    ctx: Context, stack: Stack, known: Resource, wanted: Resource, kind: Kind, work_id: str
) -> Attempt | None:
    name = wanted.logical_id
    replace = is_replaced(known, wanted, kind)
    previous = known.previous or Previous(
        known.physical_id, known.properties, known.attributes, known.suffix, False, wanted.replace_policy
    )
    resource = msgspec.structs.replace(
        wanted, previous=previous, operation_id=stack.operation_id, attempt_id=work_id
    )
    if replace:
        resource = msgspec.structs.replace(
            resource,
            suffix=ctx.ids.text(12, _SUFFIX_LETTERS),
            previous=msgspec.structs.replace(previous, replaced=True),
        )
    resource = change(ctx, stack, resource, "UPDATE_IN_PROGRESS", reason=_REPLACING if replace else "")
    found = failures(wanted.type, wanted.properties)
    custom_name = replace and _keeps_custom_name(known, wanted)
    if found or custom_name:
        reason = failure_text(name, found) if found else custom_name
        _fail(ctx, stack, name, _back(resource), reason or "")
        return None
    return _change(ctx, stack, resource, kind, Step(stack, resource, work_id))


def _again(
    ctx: Context, stack: Stack, known: Resource, wanted: Resource, kind: Kind, work_id: str
) -> Attempt:
    """The attempt at a change that a crash cut short."""
    resource = msgspec.structs.replace(wanted, previous=known.previous)
    return _change(ctx, stack, resource, kind, Step(stack, resource, work_id, again=True))


def _change(ctx: Context, stack: Stack, resource: Resource, kind: Kind, step: Step) -> Attempt:
    previous = resource.previous
    assert previous, "a change knows what was before"

    async def act(ctx: Context) -> Made:
        properties = await resolved(ctx, resource.properties)
        if previous.replaced:
            return await kind.create(ctx, step, properties)
        return await kind.update(ctx, step, properties, previous.properties)

    return Attempt(act, lambda ctx, outcome: _changed(ctx, stack, resource, outcome))


def _changed(ctx: Context, stack: Stack, resource: Resource, outcome: Outcome) -> None:
    name, previous = resource.logical_id, resource.previous
    assert previous, "a change knows what was before"
    if isinstance(outcome, Failed):
        _fail(ctx, stack, name, _back(resource), outcome.reason)
        return
    assert outcome, "a resource is made, or it failed"
    replaced = previous.replaced or outcome.physical_id != previous.physical_id
    made = msgspec.structs.replace(
        resource,
        physical_id=outcome.physical_id,
        attributes=outcome.attributes,
        previous=msgspec.structs.replace(previous, replaced=replaced),
    )
    if previous.replaced:
        made = change(ctx, stack, made, "UPDATE_IN_PROGRESS", reason="Resource creation Initiated")
    finish(ctx, stack, name, made, "UPDATE_COMPLETE")


def _back(resource: Resource) -> Resource:
    """A resource that was not replaced after all."""
    previous = resource.previous
    assert previous, "a change knows what was before"
    return msgspec.structs.replace(
        resource,
        physical_id=previous.physical_id,
        attributes=previous.attributes,
        suffix=previous.suffix,
        previous=msgspec.structs.replace(previous, replaced=False),
    )


def is_replaced(known: Resource, wanted: Resource, kind: Kind) -> bool:
    """Whether the change needs a new resource."""
    changed = changed_properties(known, wanted)
    return not kind.updatable or any(name in kind.replaced_by for name in changed)


def _keeps_custom_name(known: Resource, wanted: Resource) -> str:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html"""
    for name in naming_properties(wanted.type):
        given = wanted.properties.get(name)
        if isinstance(given, str) and name.endswith("Name") and given == known.properties.get(name):
            return (
                "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
                f"Rename {given} and update the stack again."
            )
    return ""
