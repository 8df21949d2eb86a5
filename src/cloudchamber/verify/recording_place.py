"""What a recording needs to know of the chamber it is made in: stacks, what is there, what is not done yet."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from cloudchamber.aws import AwsError
from cloudchamber.aws.session import Session
from cloudchamber.verify.capture import capture
from cloudchamber.verify.layout import last_part, pages, survey
from cloudchamber.verify.recording import Resource, Stack
from cloudchamber.verify.recording_names import Namer
from cloudchamber.verify.recording_notes import ARTIFACT_BUCKETS
from cloudchamber.verify.state import State
from cloudchamber.verify.words import counted

SOON_MS = 10_000
ROWS_MAX = 1000
_OF_TOOLS = re.compile(r"aws-sam-cli-managed-|CDKToolkit$")
_GONE = ("DELETE_COMPLETE", "REVIEW_IN_PROGRESS")


class Waiting(msgspec.Struct):
    """What is not done yet, for people: what goes on now, and what waits for a later instant."""

    now: list[str]
    later: list[str]


async def stacks_of(aws: Session, first: str = "") -> list[Stack]:
    """The stacks of an account and region, oldest first, but for the one named `first` and those of tools, which come last.

    Where two of them use a logical id, it means the resource of the one that comes first; the other is left out.
    """
    found = await pages(aws, "cloudformation", "DescribeStacks", {}, "Stacks")
    there = [stack for stack in found if stack["StackStatus"] not in _GONE]
    there.sort(
        key=lambda stack: (
            stack["StackName"] != first,
            _OF_TOOLS.match(stack["StackName"]) is not None,
            stack["CreationTime"],
        )
    )
    known: set[str] = set()
    made: list[Stack] = []
    for each in there:
        stack = await _stack(aws, each)
        resources = [resource for resource in stack.resources if resource.logical_id not in known]
        known.update(resource.logical_id for resource in resources)
        made.append(msgspec.structs.replace(stack, resources=resources))
    return made


async def _stack(aws: Session, stack: dict[str, Any]) -> Stack:
    name = stack["StackName"]
    listed = await pages(
        aws, "cloudformation", "ListStackResources", {"StackName": name}, "StackResourceSummaries"
    )
    given = {each["ParameterKey"]: each.get("ParameterValue", "") for each in stack.get("Parameters") or []}
    resources = [
        Resource(each["LogicalResourceId"], each["PhysicalResourceId"], each["ResourceType"])
        for each in listed
        if each.get("PhysicalResourceId")
    ]
    return Stack(name, {key: value for key, value in given.items() if value != "****"}, resources)


async def secret_names(aws: Session, stacks: list[Stack]) -> dict[str, str]:
    """What deployments draw that is no physical id, with its placeholder: ids of function URLs, values of API keys."""
    made: dict[str, str] = {}
    for resource in (each for stack in stacks for each in stack.resources):
        value = await _drawn_value(aws, resource)
        if value:
            made[value] = f"${{{resource.logical_id}.Value}}"
    return made


async def _drawn_value(aws: Session, resource: Resource) -> str:
    if resource.type == "AWS::Lambda::Url":
        try:
            answer = await aws.call("lambda", "GetFunctionUrlConfig", {"FunctionName": resource.physical_id})
        except AwsError:
            return ""  # the URL of an alias: its function has none
        return answer["FunctionUrl"].partition("//")[2].partition(".")[0]
    if resource.type == "AWS::ApiGateway::ApiKey":
        request = {"apiKey": resource.physical_id, "includeValue": True}
        return (await aws.call("apigateway", "GetApiKey", request))["value"]
    return ""


async def held(aws: Session, stacks: list[Stack]) -> list[str]:
    """What is there already, for people."""
    state = await captured(aws, stacks, {}, 0)
    kinds = (
        ("table", "item", state.tables),
        ("bucket", "object", state.buckets),
        ("queue", "message", state.queues),
        ("state machine", "execution", state.workflows),
        ("stream", "record", state.streams),
    )
    return [
        f"{kind} {name} held {counted(len(content), noun)}"
        for kind, noun, places in kinds
        for name, content in places.items()
        if content
    ]


async def captured(aws: Session, stacks: list[Stack], secrets: dict[str, str], began_at_ms: int) -> State:
    """What is there, by the names of the templates, and without what deployments upload."""
    state = await capture(aws, summaries(stacks), began_at_ms=began_at_ms)
    return by_logical_id(state, stacks, secrets)


def by_logical_id(state: State, stacks: list[Stack], secrets: dict[str, str]) -> State:
    """A state in which texts, too, name resources as their templates do."""
    namer = Namer([each for stack in stacks for each in stack.resources], secrets)
    logical = state.layout.names.get("bucket", {})
    artifacts = {
        logical.get(name, name) for name in (*logical, *state.buckets) if ARTIFACT_BUCKETS.match(name)
    }
    buckets = {name: objects for name, objects in state.buckets.items() if name not in artifacts}
    return msgspec.structs.replace(
        state,
        tables=namer.state(state.tables),
        buckets=namer.state(buckets),
        queues=namer.state(state.queues),
        workflows=namer.state(state.workflows),
        streams=namer.state(state.streams),
        http={},
    )


def summaries(stacks: list[Stack]) -> list[dict[str, Any]]:
    """Resources as ListStackResources says them."""
    return [
        {
            "LogicalResourceId": each.logical_id,
            "PhysicalResourceId": each.physical_id,
            "ResourceType": each.type,
        }
        for stack in stacks
        for each in stack.resources
    ]


async def waiting(aws: Session) -> Waiting:
    """What is not done yet in the chamber: messages that a function is to read, deliveries, timers."""
    cloud = aws.cloud
    now_ms, rows_of = cloud.clock.now_ms(), cloud.deliveries.rows.waiting
    cloud.clock.hold()
    try:
        rows = await cloud.store.transact(
            lambda tx: [row.due_at_ms for row in rows_of(tx, ROWS_MAX) if not row.recurring]
        )
    finally:
        cloud.clock.release()
    soon = sum(due_at_ms <= now_ms + SOON_MS for due_at_ms in rows)
    found = Waiting([f"{counted(soon, 'delivery')} came next"] if soon else [], [])
    running = cloud.invocations.count()
    if running:
        found.now.append(f"{counted(running, 'function')} ran")
    if len(rows) > soon:
        found.later.append(f"{counted(len(rows) - soon, 'thing')} waited for a later instant")
    stacks = await stacks_of(aws)
    layout = await survey(aws, summaries(stacks))
    names = layout.names.get("queue", {})
    for url in await pages(aws, "sqs", "ListQueues", {"MaxResults": 1000}, "QueueUrls"):
        name = names.get(last_part(url), last_part(url))
        if name in layout.consumed:
            messages = (await aws.call("sqs", "peek", {"QueueName": last_part(url)}))["Messages"]
            if messages:
                found.now.append(f"queue {name} held {counted(len(messages), 'message')}")
    return found
