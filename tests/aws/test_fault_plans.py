"""Which fault plans are put into force, and what is said of the others."""

from __future__ import annotations

import json

import msgspec
import pytest
from jsonschema import Draft202012Validator

from cloudchamber.app.services import SERVICES
from cloudchamber.aws.fault_plans import PlanRefused, decoded_plan, schema
from cloudchamber.aws.faults import Fault
from cloudchamber.cli.yaml_lines import line_of

GOOD = [
    {
        "kind": "error",
        "service": "dynamodb",
        "operation": "PutItem",
        "chance": 0.2,
        "code": "X",
        "status": 400,
    },
    {"kind": "drop_answer", "service": "sqs", "attempts": "one", "times": 1},
    {"kind": "throttle"},
    {"kind": "delay", "delay_ms": 5},
    {"kind": "duplicate", "service": "lambda", "operation": "delivery", "resource": "f*"},
    {"kind": "duplicate", "service": "lambda", "operation": "invoke_event"},
    {"kind": "swap", "delay_ms": 5, "nth": 1},
    {"kind": "kill", "caller": "*"},
    {"kind": "kill", "operation": "delivery", "effect": "after"},
    {"kind": "kill", "service": "lambda", "operation": "Invoke", "resource": "f"},
    {"kind": "hang", "caller": "f", "effect": "after"},
    {"kind": "partial"},
    {"kind": "partial", "service": "sns", "operation": "PublishBatch"},
    {"kind": "poison", "operation": "PutRecord"},
    {"kind": "poison", "service": "sqs", "operation": "SendMessageBatch"},
    {"kind": "restart", "account": "123456789012"},
]


def plan_of(*faults: dict, can_restart: bool = True) -> list[Fault]:
    return decoded_plan(json.dumps({"faults": faults}).encode(), SERVICES, can_restart=can_restart).faults


@pytest.mark.parametrize("fault", GOOD, ids=json.dumps)
def test_what_makes_sense_is_taken_and_fits_the_schema(fault):
    (taken,) = plan_of(fault)
    assert msgspec.to_builtins(taken) == fault
    Draft202012Validator(schema()).validate({"faults": [fault]})


@pytest.mark.parametrize(
    ("fault", "at", "words"),
    [
        ({"kind": "explode"}, ".kind", "it is one of error, drop_answer, throttle,"),
        ({"service": "sqs"}, "", "missing required field `kind`"),
        ({"kind": "error", "nht": 1}, "", "unknown field `nht`; there are kind, service, operation,"),
        ({"kind": "error", "nth": 0}, ".nth", ">= 1"),
        ({"kind": "error", "nth": "first"}, ".nth", "Expected `int | null`, got `str`"),
        ({"kind": "error", "times": 0}, ".times", ">= 1"),
        ({"kind": "error", "chance": 1.5}, ".chance", "<= 1"),
        ({"kind": "error", "chance": -0.1}, ".chance", ">= 0"),
        ({"kind": "hang", "effect": "during"}, ".effect", "it is one of before, after"),
        ({"kind": "error", "attempts": "two"}, ".attempts", "it is one of all, one"),
        ({"kind": "error", "effect": "after"}, ".effect", "`drop_answer` has its effect, then fails"),
        ({"kind": "delay", "delay_ms": 1, "attempts": "one"}, ".attempts", "only to error, throttle, drop_answer"),
        ({"kind": "error", "delay_ms": 1}, ".delay_ms", "only to delay, swap"),
        ({"kind": "delay"}, ".delay_ms", "needs `delay_ms`"),
        ({"kind": "duplicate", "code": "X"}, ".code", "only to error, throttle, drop_answer, hang"),
        ({"kind": "error", "status": 200}, ".status", "400 to 599"),
        ({"kind": "error", "status": 600}, ".status", "<= 599"),
        ({"kind": "error", "service": "sqss"}, ".service", "There is no service `sqss` here; perhaps sqs"),
        ({"kind": "error", "service": "sqs", "operation": "SendMesage"}, ".operation", "perhaps SendMessage or"),
        ({"kind": "kill", "service": "sqs", "operation": "delivery"}, ".operation", "of service lambda, not sqs"),
        ({"kind": "kill"}, "", "`kill` needs a function"),
        ({"kind": "kill", "service": "dynamodb", "operation": "PutItem"}, "", "`caller` (a name, or `*`)"),
        ({"kind": "partial", "service": "sqs", "operation": "SendMessage"}, ".operation", "sqs SendMessageBatch"),
        ({"kind": "partial", "service": "lambda"}, ".operation", "batches only"),
        ({"kind": "poison", "service": "sns"}, ".operation", "kinesis PutRecord, kinesis PutRecords, sqs"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_with_its_place_and_what_is_allowed(fault, at, words):
    with pytest.raises(PlanRefused) as refused:
        plan_of({"kind": "throttle"}, fault)
    assert words in str(refused.value)
    assert str(refused.value).endswith(f" - at `$.faults[1]{at}`")


def test_a_restart_is_refused_where_nobody_could_start_the_chamber_again():
    with pytest.raises(PlanRefused, match="nobody could start this chamber again"):
        plan_of({"kind": "restart"}, can_restart=False)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"faults": 1}', b'{"faults": [], "sed": 1}', b"{"])
def test_a_body_that_is_no_plan_is_refused(body):
    with pytest.raises(PlanRefused):
        decoded_plan(body, SERVICES, can_restart=True)


@pytest.mark.parametrize(
    "plan", [{"faults": [{"kind": "x"}]}, {"faults": [{"kind": "error", "nth": 0}]}, {"faults": [{"kind": "error", "x": 1}]}]
)  # fmt: skip
def test_the_schema_refuses_too(plan):
    assert list(Draft202012Validator(schema()).iter_errors(plan))


TEXT = """\
seed: 1
faults:
  - kind: error
    service: sqs
  # what is wrong
  - {kind: kill,
     nth: 0}
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [("$", 1), ("$.seed", 1), ("$.faults", 2), ("$.faults[0]", 3), ("$.faults[0].service", 4),
     ("$.faults[1].kind", 6), ("$.faults[1].nth", 7), ("$.faults[1].caller", 6), ("$.faults[7]", 2), ("$.else", 1)],
)  # fmt: skip
def test_the_line_of_a_path_is_found(path, line):
    assert line_of(TEXT, path) == line
