"""Where CloudFormation's records lie, under one account and region unless said otherwise:

stacks        (stack id)                          -> Stack
names         (name)                              -> id of the stack of that name that is not deleted
deployments   (stack id, "now" or "before")       -> Deployment   "before": what a failing update goes back to
resources     (stack id, logical id)              -> Resource
works         (stack id)                          -> Work         what is being done to a stack
events        (stack id, serial)                  -> Event
untold        (stack id)                          -> serial of the first event that the default event bus has not heard of
exports       (name)                              -> Export
imports       (export name, importing stack id)   -> nothing
change_sets   (stack id, serial, name)            -> ChangeSet
signals       (stack id, logical id, unique id)   -> Signal
callbacks     (token)                             -> Callback     for the whole chamber
"""

from __future__ import annotations

import msgspec

from cloudchamber.aws import Collection, Context, Scope
from cloudchamber.services.cloudformation import limits
from cloudchamber.services.cloudformation.errors import ValidationError
from cloudchamber.services.cloudformation.model import (
    Callback,
    ChangeSet,
    Deployment,
    Event,
    Export,
    Resource,
    Signal,
    Stack,
    Work,
)
from cloudchamber.wire.instants import iso8601_milliseconds

STACKS = Collection("cloudformation", "stacks", Stack)
NAMES = Collection("cloudformation", "names", str)
DEPLOYMENTS = Collection("cloudformation", "deployments", Deployment)
RESOURCES = Collection("cloudformation", "resources", Resource)
WORKS = Collection("cloudformation", "works", Work)
EVENTS = Collection("cloudformation", "events", Event)
UNTOLD = Collection("cloudformation", "untold", int)
EXPORTS = Collection("cloudformation", "exports", Export)
IMPORTS = Collection("cloudformation", "imports", bool)
CHANGE_SETS = Collection("cloudformation", "change_sets", ChangeSet)
SIGNALS = Collection("cloudformation", "signals", Signal)
CALLBACKS = Collection("cloudformation", "callbacks", Callback, Scope.GLOBAL)

STACK_TYPE = "AWS::CloudFormation::Stack"


def find_stack(ctx: Context, name_or_id: str) -> Stack | None:
    """The stack of that id, or the one of that name that is not deleted."""
    stack_id = name_or_id if name_or_id.startswith("arn:") else NAMES.get(ctx, name_or_id)
    return STACKS.get(ctx, stack_id) if stack_id else None


def stack_named(ctx: Context, name_or_id: str) -> Stack:
    """The same. Raises ValidationError when there is none."""
    stack = find_stack(ctx, name_or_id)
    if stack is None:
        raise ValidationError(f"Stack with id {name_or_id} does not exist")
    return stack


def deployment_of(ctx: Context, stack: Stack, which: str = "now") -> Deployment:
    """What a stack is made from."""
    found = DEPLOYMENTS.get(ctx, stack.stack_id, which)
    assert found is not None, f"{stack.stack_id} has no deployment {which}"
    return found


def tell(ctx: Context, stack: Stack, event: Event) -> None:
    """Record an event of a stack, tell its topics, have the event bus told, and wake who waits for it."""
    serial = ctx.serial()
    EVENTS.put(ctx, event, stack.stack_id, serial)
    if not UNTOLD.has(ctx, stack.stack_id):
        UNTOLD.put(ctx, serial, stack.stack_id)
        due_at_ms = ctx.now_ms + limits.BUS_TOLD_AFTER_MS
        ctx.later("cloudformation", "tell_event_bus", {"StackId": stack.stack_id}, due_at_ms=due_at_ms)
    for arn in stack.notification_arns:
        message = notification(stack, event)
        ctx.later(
            "sns",
            "Publish",
            {"TopicArn": arn, "Subject": "AWS CloudFormation Notification", "Message": message},
        )
    ctx.signal("stack", stack.name)


def notification(stack: Stack, event: Event) -> str:
    """What CloudFormation publishes of an event.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-console-create-stack.html
    """
    fields = {
        "StackId": stack.stack_id,
        "Timestamp": iso8601_milliseconds(event.at_ms / 1000),
        "EventId": event.event_id,
        "LogicalResourceId": event.logical_id,
        "Namespace": stack.stack_id.split(":")[4],
        "PhysicalResourceId": event.physical_id,
        "ResourceProperties": event.properties or "null",
        "ResourceStatus": event.status,
        "ResourceStatusReason": event.reason,
        "ResourceType": event.type,
        "StackName": stack.name,
        "ClientRequestToken": event.client_request_token or "null",
    }
    return "".join(f"{name}='{value}'\n" for name, value in fields.items())


def put_stack(ctx: Context, stack: Stack, *, quiet: bool = False) -> None:
    """Write a stack, with the event that tells of its status."""
    STACKS.put(ctx, stack, stack.stack_id)
    if not quiet:
        tell_status(ctx, stack)


def tell_status(ctx: Context, stack: Stack) -> None:
    """The event that tells of a stack's status."""
    event = Event(
        ctx.ids.uuid(),
        stack.name,
        stack.stack_id,
        STACK_TYPE,
        stack.status,
        ctx.now_ms,
        stack.status_reason,
        client_request_token=stack.client_request_token,
        operation_id=stack.operation_id,
    )
    tell(ctx, stack, event)


def put_resource(ctx: Context, stack: Stack, resource: Resource) -> None:
    """Write a resource, with the event that tells of its status."""
    RESOURCES.put(ctx, resource, stack.stack_id, resource.logical_id)
    tell_resource(ctx, stack, resource)


def tell_resource(ctx: Context, stack: Stack, resource: Resource) -> None:
    """The event that tells of a resource's status."""
    properties = "" if resource.no_echo else msgspec.json.encode(resource.properties).decode()
    event = Event(
        f"{resource.logical_id}-{resource.status}-{ctx.ids.uuid()}",
        resource.logical_id,
        resource.physical_id,
        resource.type,
        resource.status,
        ctx.now_ms,
        resource.reason,
        properties,
        stack.client_request_token,
        stack.operation_id,
    )
    tell(ctx, stack, event)


def take_untold(ctx: Context, stack_id: str) -> int | None:
    """The serial of the first event of a stack that the event bus has not heard of; it is told of them now."""
    since = UNTOLD.get(ctx, stack_id)
    UNTOLD.delete(ctx, stack_id)
    return since


def events_since(ctx: Context, stack_id: str, serial: int) -> list[Event]:
    """The events of a stack from a serial on, oldest first."""
    return [event for _, event in EVENTS.scan(ctx, stack_id, since=(serial,))]


def exporters_of(ctx: Context, stack: Stack) -> list[Export]:
    """What a stack exports."""
    return [export for export in EXPORTS.values(ctx) if export.stack_id == stack.stack_id]


def importers_of(ctx: Context, export_name: str) -> list[str]:
    """The names of the stacks that import an export."""
    found = [STACKS.get(ctx, str(key[1])) for key, _ in IMPORTS.scan(ctx, export_name)]
    return sorted(stack.name for stack in found if stack and stack.status != "DELETE_COMPLETE")


def forget_imports(ctx: Context, stack: Stack) -> None:
    """A stack imports nothing any more."""
    for (name, stack_id), _ in list(IMPORTS.scan(ctx)):
        if stack_id == stack.stack_id:
            IMPORTS.delete(ctx, name, stack_id)
