"""Where an application can be struck, and with what."""

from __future__ import annotations

import pytest

from cloudchamber.aws.faults import Fault
from cloudchamber.aws.tracks import Track
from cloudchamber.verify.points import Surroundings, faults_at, points

ROOT = "arn:aws:iam::123456789012:root"
AROUND = Surroundings(("work",), {"jobs": ("work",)}, {"work": 31_000}, frozenset({"jobs"}))


def track(number, operation, *, cause="", service="dynamodb", principal=ROOT, resource="", delivered=False):
    return Track(
        f"t{number}", "r", cause, 0, service, operation, resource, principal, "123456789012", "us-east-1",
        number=number, is_delivery=delivered,
    )  # fmt: skip


TRACKS = [
    track(5, "PutItem", cause="t2"),
    track(1, "SendMessage", service="sqs", principal="sns.amazonaws.com", resource="http://h/123456789012/jobs"),
    track(2, "Invoke", service="lambda", principal="lambda.amazonaws.com",
          resource="arn:aws:lambda:us-east-1:123456789012:function:work:live", delivered=True),
    track(3, "GetItem", cause="t2"),
    track(4, "PutItem", cause="t2"),
    track(6, "put_function_logs", cause="t2", service="logs", principal="lambda.amazonaws.com"),
    track(7, "Invoke", service="lambda", principal="lambda.amazonaws.com", resource="work", delivered=True),
]  # fmt: skip


def test_points_are_counted_in_the_order_in_which_calls_began():
    found = [(p.kind, p.function, p.operation, p.nth) for p in points(TRACKS, AROUND)]
    assert found == [
        ("message", "work", "SendMessage", 1),
        ("delivery", "work", "delivery", 1),
        ("call", "work", "GetItem", 1),
        ("call", "work", "PutItem", 1),
        ("call", "work", "PutItem", 2),
        ("delivery", "work", "delivery", 2),
        ("first", "work", "SendMessage", 1),
    ]


def kinds(kind, operation):
    point = next(p for p in points(TRACKS, AROUND) if (p.kind, p.operation) == (kind, operation))
    return [(f.kind, f.effect) if f.kind in ("kill", "hang") else f.kind for f in faults_at(point, AROUND)]


def test_a_delivery_meets_what_aws_says_of_deliveries():
    expected = ["duplicate", ("kill", "after"), ("kill", "before"), "throttle", "swap", "delay", "restart"]
    assert kinds("delivery", "delivery") == expected


def test_what_only_reads_can_only_fail():
    assert kinds("call", "GetItem") == ["error", ("hang", "before")]


def test_what_writes_may_have_had_its_effect():
    assert kinds("call", "PutItem") == [
        ("kill", "after"), "error", "drop_answer", "drop_answer", "throttle", ("hang", "after"), ("hang", "before"),
    ]  # fmt: skip


def test_a_standard_queue_may_get_a_message_twice_or_late():
    assert kinds("message", "SendMessage") == ["duplicate", "swap"]


@pytest.mark.parametrize(
    ("service", "operation", "resource", "principal"),
    [
        ("sqs", "SendMessage", "http://h/123456789012/jobs", "events.amazonaws.com"),
        ("sqs", "SendMessageBatch", "http://h/123456789012/jobs", ROOT),
        ("kinesis", "PutRecord", "arn:aws:kinesis:us-east-1:123456789012:stream/jobs", ROOT),
        ("kinesis", "PutRecords", "arn:aws:kinesis:us-east-1:123456789012:stream/jobs", ROOT),
    ],
)
def test_what_is_read_is_given_poison_once_however_it_is_filled(service, operation, resource, principal):
    tracks = [
        track(n, operation, service=service, resource=resource, principal=principal) for n in range(1, 4)
    ]
    poisons = [f for p in points(tracks, AROUND) for f in faults_at(p, AROUND) if f.kind == "poison"]
    assert poisons == [Fault("poison", service, operation, resource="jobs", nth=1)]


@pytest.mark.parametrize("principal", [ROOT, "apigateway.amazonaws.com", "states.amazonaws.com"])
def test_what_somebody_waits_for_is_not_given_twice_by_itself(principal):
    asked = track(1, "Invoke", service="lambda", principal=principal, resource="work", delivered=True)
    (point,) = points([asked], AROUND)
    assert [fault.kind for fault in faults_at(point, AROUND)] == ["kill", "kill", "throttle", "restart"]


def test_an_asynchronous_event_may_come_twice():
    given = track(1, "invoke_event", service="lambda", principal=ROOT, resource="work", delivered=True)
    assert [point.kind for point in points([given], AROUND)] == ["delivery"]
