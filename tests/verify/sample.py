"""A report to render: a shop whose Charge handler charges twice when it is killed."""

from __future__ import annotations

from cloudchamber.aws.faults import Fault
from cloudchamber.aws.tracks import Track
from cloudchamber.verify.advice import advice
from cloudchamber.verify.compare import Difference
from cloudchamber.verify.judge import judge
from cloudchamber.verify.model import Preemption, Schedule
from cloudchamber.verify.report import Finding, Report

BEGAN_MS = 1_767_225_600_000
KILLED = Schedule(
    (
        Fault(
            "kill",
            service="dynamodb",
            operation="PutItem",
            resource="Charges",
            caller="Charge",
            nth=1,
            effect="after",
        ),
    )
)
POISONED = Schedule((Fault("poison", service="lambda", operation="delivery", resource="Ship", nth=1),))
RACED = Schedule((), (Preemption(4),))
TWICE = Difference(
    "extra",
    "http/http://payments/charge",
    "http/http://payments/charge",
    "http http://payments/charge: 2 calls like {order: o-1, amount: 100} instead of 1",
    found={"order": "o-1", "amount": 100},
)
SUM = Difference(
    "changed",
    "table/Totals",
    "table/Totals/day/total",
    "table Totals: item {id: day} has total 200 instead of 100",
    expected=100,
    found=200,
    direction="more",
)
GONE = Difference(
    "missing",
    "queue/Shipments",
    "queue/Shipments",
    "queue Shipments: no message like {order: o-2} instead of 1",
    expected={"body": {"order": "o-2"}},
)
LESS = Difference(
    "changed",
    "table/Totals",
    "table/Totals/day/count",
    "table Totals: item {id: day} has count 1 instead of 2",
    expected=2,
    found=1,
    direction="less",
)


def track(number: int, cause: int, after_ms: int, what: str, resource: str, **more: str) -> Track:
    """One call, as `service Operation`."""
    service, operation = what.split(" ")
    return Track(
        f"{number:016x}",
        "1-00000000-1",
        f"{cause:016x}" if cause else "",
        BEGAN_MS + after_ms,
        service,
        operation,
        resource,
        more.pop("principal", "arn:aws:iam::123456789012:root"),
        "123456789012",
        "us-east-1",
        **more,
    )


TRACKS = [
    track(1, 0, 0, "sqs SendMessage", "http://localhost:4566/123456789012/Incoming"),
    track(2, 0, 5, "sqs ReceiveMessage", "Incoming", principal="lambda.amazonaws.com"),
    track(
        3, 1, 5, "lambda Invoke", "arn:aws:lambda:us-east-1:123456789012:function:Charge", note="Unhandled"
    ),
    track(4, 3, 12, "http POST", "http://payments/charge"),
    track(5, 3, 20, "dynamodb PutItem", "Charges", note="fault: kill"),
    track(6, 3, 21, "logs PutLogEvents", "/aws/lambda/Charge"),
    track(7, 1, 30_020, "lambda Invoke", "arn:aws:lambda:us-east-1:123456789012:function:Charge"),
    track(8, 7, 30_025, "http POST", "http://payments/charge"),
    track(9, 7, 30_031, "dynamodb PutItem", "Charges", error="ConditionalCheckFailedException"),
    track(10, 7, 30_040, "events PutEvents", ""),
    track(11, 10, 30_041, "sqs SendMessage", "http://localhost:4566/123456789012/Shipments"),
]


def sample() -> Report:
    """Three handlers that are not safe, one that is, one never reached, one accepted."""
    good = Schedule((Fault("duplicate", nth=1),))
    return Report(
        application="shop",
        scenario="scenario_two_orders",
        seed=7,
        verdicts=[
            judge("Charge", [(KILLED, [TWICE, SUM], ["every order is charged once"]), (good, [], [])]),
            judge("Ship", [(POISONED, [GONE], [])]),
            judge("Count", [(RACED, [LESS], [])]),
            judge("Notify", [(good, [], [])] * 41),
            judge("Legacy", [(good, [SUM], [])]),
            judge("Audit", []),
        ],
        findings=[
            Finding(
                "Charge",
                "duplicates its effect",
                KILLED,
                [TWICE, SUM],
                ["every order is charged once"],
                tracks=TRACKS,
                repeat="cloudchamber verify shop --scenario scenario_two_orders --seed 7 --only Charge",
                advice=advice("duplicates its effect", ["kill"]),
            ),
            Finding(
                "Ship",
                "poisons its queue",
                POISONED,
                [GONE],
                notes=["queue Dead: 1 message like ??? instead of none: what became of the bad message"],
                advice=advice("poisons its queue", ["poison"]),
            ),
            Finding(
                "Count", "depends on order", RACED, [LESS], advice=advice("depends on order", ["preemption"])
            ),
            Finding("Legacy", "duplicates its effect", good, [SUM]),
        ],
        runs_count=213,
        schedules_per_minute=1040.4,
        elapsed_ms=12_290,
        accepted=["Legacy"],
        notes=["Audit has no event source in this template"],
    )
