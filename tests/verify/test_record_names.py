"""Placeholders of recordings: names of a deployment, and what earlier answers gave."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudchamber.verify.recording import Resource
from cloudchamber.verify.recording_answers import Answers, leaf, leaves
from cloudchamber.verify.recording_names import Namer, escaped, resolved

ACCOUNT = "000000000000"


def arn(service: str, name: str) -> str:
    return f"arn:aws:{service}:us-east-1:{ACCOUNT}:{name}"


RESOURCES = [
    Resource("Orders", "orders", "AWS::DynamoDB::Table"),
    Resource(
        "Mail", f"http://sqs.us-east-1.localhost:4566/{ACCOUNT}/shop-Mail-A1B2C3D4E5F6", "AWS::SQS::Queue"
    ),
    Resource("Fifo", f"http://sqs.us-east-1.localhost:4566/{ACCOUNT}/in.fifo", "AWS::SQS::Queue"),
    Resource("News", arn("sns", "shop-News-1Q2W3E4R5T6Z"), "AWS::SNS::Topic"),
    Resource("Api", "a1b2c3d4e5", "AWS::ApiGatewayV2::Api"),
    Resource("Bus", "orders-bus", "AWS::Events::EventBus"),
    Resource(
        "Steps",
        arn("states", "stateMachine:Steps-9X8Y7Z6W5V4U"),
        "AWS::StepFunctions::StateMachine",
    ),
    Resource("Role", "shop-Role-Z9Y8X7W6V5U4", "AWS::IAM::Role"),
]
NAMER = Namer(RESOURCES, {"abcdefghijklmnopqrstuvwxyz012345": "${Url.Value}"})
PHYSICAL = {each.logical_id: each.physical_id for each in RESOURCES}


@pytest.mark.parametrize(
    ("member", "text", "written"),
    [
        ("TableName", "orders", "${Orders}"),
        ("MessageBody", "orders", "orders"),
        ("S", "orders", "orders"),
        ("TableName", arn("dynamodb", "table/orders"), arn("dynamodb", "table/${Orders}")),
        ("QueueUrl", f"http://127.0.0.1:4566/{ACCOUNT}/shop-Mail-A1B2C3D4E5F6", "${Mail}"),
        ("QueueUrl", f"http://localhost:4566/queue/us-east-1/{ACCOUNT}/in.fifo", "${Fifo}"),
        ("QueueUrl", f"http://localhost:4566/{ACCOUNT}/other", f"http://localhost:4566/{ACCOUNT}/other"),
        ("QueueName", "shop-Mail-A1B2C3D4E5F6", "${Mail.Name}"),
        ("Body", "to shop-Mail-A1B2C3D4E5F6, not shop-Mail-A1B2C3D4E5F6X", "to ${Mail.Name}, not shop-Mail-A1B2C3D4E5F6X"),
        ("TopicArn", arn("sns", "shop-News-1Q2W3E4R5T6Z"), "${News}"),
        ("EventBusName", "orders-bus", "${Bus}"),
        ("Source", "orders-bus", "${Bus}"),
        ("EventBusName", arn("events", "event-bus/orders-bus"), arn("events", "event-bus/${Bus}")),
        ("executionArn", arn("states", "execution:Steps-9X8Y7Z6W5V4U:one"), arn("states", "execution:${Steps.Name}:one")),
        ("url", "http://a1b2c3d4e5.execute-api.us-east-1.localhost:4566/x", "http://${Api}.execute-api.us-east-1.localhost:4566/x"),
        ("id", "abcdefghijklmnopqrstuvwxyz012345", "${Url.Value}"),
        ("RoleName", "shop-Role-Z9Y8X7W6V5U4", "shop-Role-Z9Y8X7W6V5U4"),
        ("CopySource", "orders/orders", "${Orders}/orders"),
    ],
)  # fmt: skip
def test_names_stand_as_the_template_has_them(member: str, text: str, written: str) -> None:
    assert NAMER.value({member: text}) == {member: written}


def test_keys_that_are_names_are_replaced() -> None:
    request = {"RequestItems": {"orders": [{"PutRequest": {"Item": {"orders": {"S": "orders"}}}}]}}
    written = {"RequestItems": {"${Orders}": [{"PutRequest": {"Item": {"orders": {"S": "orders"}}}}]}}
    assert NAMER.value(request) == written


def test_a_logical_id_that_two_stacks_use_means_neither() -> None:
    twice = [RESOURCES[1], Resource("Mail", "mail-table", "AWS::DynamoDB::Table")]
    assert Namer(twice).value({"QueueUrl": RESOURCES[1].physical_id}) == {
        "QueueUrl": RESOURCES[1].physical_id
    }


def test_states_of_two_deployments_are_the_same_but_for_what_was_done() -> None:
    item = {
        "queue": RESOURCES[1].physical_id,
        "api": "http://a1b2c3d4e5.execute-api.us-east-1.localhost:4566/",
    }
    assert NAMER.state([item]) == [
        {"queue": "${Mail}", "api": "http://${Api}.execute-api.us-east-1.localhost/"}
    ]


@given(st.text(alphabet=st.sampled_from("${}!#.a1"), max_size=30))
def test_what_was_never_a_placeholder_comes_back_as_it_was(text: str) -> None:
    def meaning(name: str) -> str:
        raise AssertionError(name)

    assert resolved(escaped(text), meaning) == text


@given(st.sampled_from(sorted(PHYSICAL)), st.text(alphabet=" /:=${}ab", max_size=5))
def test_a_written_name_means_the_resource_of_any_deployment(logical_id: str, around: str) -> None:
    if logical_id == "Role":
        return
    text = f"{around} {PHYSICAL[logical_id]}"
    written = NAMER.text(escaped(text))
    assert resolved(written, lambda name: PHYSICAL[name.partition(".")[0]]) == text


ANSWER: dict[str, Any] = {
    "Messages": [{"MessageId": "m-1", "ReceiptHandle": "AQEB/handle+1=="}],
    "Payload": b'{"order": {"id": "o-20261121-7"}}',
    "state": "fulfilled",
    "when": "2026-11-21 14:00:00",
}


def test_leaves_are_what_nobody_would_write_by_chance_and_are_found_again() -> None:
    found = dict(leaves(ANSWER))
    assert found == {
        "AQEB/handle+1==": "Messages[0].ReceiptHandle",
        "o-20261121-7": "Payload.order.id",
    }
    assert {leaf(ANSWER, path) for path in found.values()} == set(found)
    for path in ("Messages[1].ReceiptHandle", "Payload.nothing", "Messages", "state.x"):
        with pytest.raises(KeyError):
            leaf(ANSWER, path)


@pytest.mark.parametrize(
    ("request_", "written", "used"),
    [
        ({"ReceiptHandle": "AQEB/handle+1=="}, {"ReceiptHandle": "${#2.Messages[0].ReceiptHandle}"}, {2}),
        ({"path": "/orders/o-20261121-7/lines"}, {"path": "/orders/${#2.Payload.order.id}/lines"}, {2}),
        ({"Body": '{"id": "o-20261121-7"}'}, {"Body": '{"id": "${#2.Payload.order.id}"}'}, {2}),
        ({"Body": "o-20261121-70"}, {"Body": "o-20261121-70"}, set()),
        ({"Body": "customer-12345"}, {"Body": "customer-12345"}, set()),
    ],
)
def test_a_request_says_which_answer_it_uses(request_: Any, written: Any, used: set[int]) -> None:
    answers = Answers()
    answers.said({"path": "/customers/customer-12345"})
    echo = ("customer-12345", "Payload.customer")
    answers.learn(2, [*leaves(ANSWER), echo], lambda text: False)
    assert answers.refer(request_) == written
    assert answers.used == used


def test_what_the_template_names_needs_no_answer() -> None:
    for known in (
        PHYSICAL["Mail"],
        PHYSICAL["News"],
        arn("lambda", "function:a1b2c3d4e5"),
    ):
        assert NAMER.is_of_names(known)
    for drawn in (
        "o-20261121-7",
        arn("states", "execution:Steps-9X8Y7Z6W5V4U:run-1234567"),
    ):
        assert not NAMER.is_of_names(drawn)
