"""How a service's resource types are worked with: errors passed on, cut-short attempts taken over."""

from typing import Any

import pytest

from cloudchamber.aws import AwsError, Made, ResourceType
from cloudchamber.services.cloudformation.model import Resource, Stack
from cloudchamber.services.cloudformation.rules.graphs import (
    ended,
    is_over,
    planned,
    reversed_dependencies,
    started,
)
from cloudchamber.services.cloudformation.tasks.kinds import Served, Step, service_of
from cloudchamber.services.cloudformation.tasks.working import handler_text

NOBODY: Any = None


class World:
    """A type whose resources are names in a set, made by somebody who does not like to make one twice."""

    def __init__(self, *names):
        self.names, self.deleted = set(names), []

    def type(self):
        async def create(ctx, properties, logical):
            name = properties.get("FunctionName") or logical.name(64)
            if name in self.names:
                raise AwsError("ResourceConflictException", f"Function already exist: {name}")
            self.names.add(name)
            return Made(name)

        async def update(ctx, physical_id, properties, old):
            return Made(physical_id, {"updated": True})

        async def delete(ctx, physical_id, properties):
            self.names.discard(physical_id)
            self.deleted.append(physical_id)

        return Served("AWS::Lambda::Function", ResourceType(create=create, update=update, delete=delete))


def step(again):
    resource = Resource("Fn", "AWS::Lambda::Function", "CREATE_IN_PROGRESS", 0, suffix="ABCDEFGHIJKL")
    return Step(Stack("arn:x", "app", "CREATE_IN_PROGRESS", 0, "op"), resource, "work", again)


async def test_a_generated_name_that_a_cut_short_attempt_took_is_made_anew():
    world = World("app-Fn-ABCDEFGHIJKL")
    made = await world.type().create(NOBODY, step(again=True), {})
    assert made.physical_id == "app-Fn-ABCDEFGHIJKL"
    assert world.deleted == ["app-Fn-ABCDEFGHIJKL"]


async def test_a_given_name_that_a_cut_short_attempt_took_is_taken_over_and_never_deleted():
    world = World("mine")
    made = await world.type().create(NOBODY, step(again=True), {"FunctionName": "mine"})
    assert (made.physical_id, made.attributes, world.deleted) == ("mine", {"updated": True}, [])


async def test_what_exists_before_the_first_attempt_is_an_error():
    with pytest.raises(AwsError, match="already exist"):
        await World("mine").type().create(NOBODY, step(again=False), {"FunctionName": "mine"})


@pytest.mark.parametrize(
    ("code", "handler_code"),
    [
        ("QueueDoesNotExist", "NotFound"),
        ("ResourceNotFoundException", "NotFound"),
        ("BucketAlreadyExists", "AlreadyExists"),
        ("AccessDeniedException", "AccessDenied"),
        ("ThrottlingException", "Throttling"),
        ("InvalidParameterValue", "InvalidRequest"),
    ],
)
def test_a_service_s_error_is_passed_on_as_its_handler_s(code, handler_code):
    text = handler_text(AwsError(code, "No."), "t-1")
    assert (
        text
        == f'Resource handler returned message: "No." (RequestToken: t-1, HandlerErrorCode: {handler_code})'
    )


@pytest.mark.parametrize(
    ("type_name", "service"),
    [
        ("AWS::SQS::Queue", "sqs"),
        ("AWS::Cognito::UserPool", "cognito-idp"),
        ("AWS::ApiGatewayV2::Api", "apigatewayv2"),
        ("AWS::StepFunctions::StateMachine", "stepfunctions"),
        ("AWS::KinesisFirehose::DeliveryStream", "firehose"),
        ("Custom::X", ""),
    ],
)
def test_a_type_names_its_service(type_name, service):
    assert service_of(type_name) == service


def test_work_begins_what_is_free_and_ends_when_all_is_done():
    work, ready = started(planned("op", "make", {"a": [], "b": ["a"], "c": ["a", "elsewhere"]}), 10)
    assert ready == ["a"]
    work, ready = started(ended(work, "a"), 1)
    assert ready == ["b"]
    work, ready = started(ended(work, "b"), 1)
    assert ready == ["c"]
    assert not is_over(work)
    assert is_over(ended(work, "c"))


def test_a_failure_stops_what_is_made_but_not_what_is_removed():
    graph = {"a": [], "b": [], "c": ["a"]}
    making, _ = started(planned("op", "make", graph), 1)
    making = ended(making, "a", failed=True)
    assert started(making, 10)[1] == []
    assert is_over(making)
    removing, _ = started(planned("op", "remove", graph), 1)
    removing, ready = started(ended(removing, "a", failed=True), 10)
    assert ready == ["b"]
    assert is_over(ended(removing, "b"))


def test_taking_down_goes_the_other_way():
    assert reversed_dependencies({"a": [], "b": ["a"], "c": ["a", "b"]}) == {
        "a": ["b", "c"],
        "b": ["c"],
        "c": [],
    }
