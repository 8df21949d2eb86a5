"""Every kind of every source: it is JSON, its options take effect, and it says what it is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cloudchamber.sample_events import SOURCES, Kind, Option, SampleRefused, build

KINDS = [(source.name, kind) for source in SOURCES.values() for kind in source.kinds.values()]
OPTIONS = [(source, kind, option) for source, kind in KINDS for option in kind.options.values()]
SPECIAL = {  # what may be given for an option where a text of one's own has no meaning
    ("s3", "batch-invocation", "schema_version"): "2.0",
    ("iot", "lifecycle", "type"): "disconnected",
    ("cloudfront", "serve-object-on-viewer-device", "device"): "Tablet",
    ("documentdb", "change", "operation"): "delete",
    ("cloudformation", "drift-detection-status-change", "drift_status"): "IN_SYNC",
}
NEEDED = {  # an option that counts only together with others
    ("s3", "put", "url_encode"): {"key": "a b"},
    ("s3", "delete", "url_encode"): {"key": "a b"},
    ("ecs", "task-state-change", "exit_code"): {"last_status": "STOPPED"},
    ("ecs", "task-state-change", "stopped_reason"): {"last_status": "STOPPED"},
    ("stepfunctions", "execution-status-change", "error"): {"status": "FAILED"},
    ("stepfunctions", "execution-status-change", "cause"): {"status": "FAILED"},
}
TYPES = {"text": str, "number": int, "flag": bool, "json": str, "array": str, "object": str, "texts": str}


def other(source: str, kind: str, option: Option) -> object:
    """A value that is not the default."""
    special = SPECIAL.get((source, kind, option.name))
    if special is not None:
        return special
    match option.type:
        case "flag":
            return not option.default
        case "number":
            return int(option.default) + 1
        case "array":
            return ["other"]
        case "object":
            if option.name == "message_attributes":
                return {"other": "text"}
            return {"other": {"S": "x"}}
        case "texts":
            return {"other": "text"}
        case "json":
            return {"other": [1]}
    return str(int(option.default) + 1) if str(option.default).isdecimal() else "other"


def name(value: object) -> str:
    return value if isinstance(value, str) else str(getattr(value, "name", value))


@pytest.mark.parametrize(("source", "kind"), KINDS, ids=name)
def test_an_event_is_json_and_the_same_again(source: str, kind: Kind) -> None:
    event = build(source, kind.name)
    assert json.loads(json.dumps(event)) == event
    assert event == build(source, kind.name)


@pytest.mark.parametrize(("source", "kind", "option"), OPTIONS, ids=name)
def test_an_option_takes_effect(source: str, kind: Kind, option: Option) -> None:
    needed = NEEDED.get((source, kind.name, option.name), {})
    before = build(source, kind.name, **needed)
    assert build(source, kind.name, **needed, **{option.name: option.default}) == before
    assert build(source, kind.name, **needed, **{option.name: other(source, kind.name, option)}) != before


def test_an_option_has_a_default_of_its_type_and_a_line_of_help() -> None:
    for source, kind, option in OPTIONS:
        assert type(option.default) is TYPES[option.type], f"{source} {kind.name} {option.name}"
        assert option.help.endswith("."), f"{source} {kind.name} {option.name}"


@pytest.mark.parametrize(("source", "kind"), KINDS, ids=name)
def test_a_kind_says_what_it_is_and_where_aws_shows_it(source: str, kind: Kind) -> None:
    assert kind.help.endswith(".")
    assert re.match(r"https://(docs\.aws\.amazon\.com|developer\.amazon\.com)/\S+$", kind.docs)


@pytest.mark.parametrize(("source", "kind"), KINDS, ids=name)
def test_an_event_of_another_place_names_no_other(source: str, kind: Kind) -> None:
    where = {"account_id": "210987654321", "region": "eu-west-3", "partition": "aws-cn"}
    given = {"bucket_arn": "arn:aws-cn:s3:::b"} if "bucket_arn" in kind.options else {}
    text = json.dumps(build(source, kind.name, **where, **given))
    assert "arn:aws:" not in text
    assert not re.search(r"us-(east|west)-\d", text)
    assert "123456789012" not in text.replace("session.123456789012", "")


BRIDGED = [(source, kind) for source, kind in KINDS if "detail-type" in build(source, kind.name)]


@pytest.mark.parametrize(("source", "kind"), BRIDGED, ids=name)
def test_what_comes_over_the_bus_has_its_envelope(source: str, kind: Kind) -> None:
    event = build(source, kind.name, at_ms=1_700_000_000_123)
    members = ["version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"]
    assert list(event) == members
    assert event["time"] == "2023-11-14T22:13:20Z"
    assert event["source"].startswith("aws.") or kind.name == "custom-event"


def test_another_seed_draws_other_identifiers() -> None:
    one, two = (build("sqs", "receive-message", seed=seed)["Records"][0] for seed in (1, 2))
    assert one["messageId"] != two["messageId"]
    assert one["body"] == two["body"]


@pytest.mark.parametrize(
    ("words", "options", "said"),
    [
        (("sqss", "fifo"), {}, "There is no source sqss. Did you mean sqs?"),
        (("sqs", "fifi"), {}, "There is no sqs event fifi. Did you mean fifo?"),
        (("sqs", "fifo"), {"bode": "x"}, "fifo has no option bode. It has: queue_name, body,"),
        (("batch", "get-job"), {"x": 1}, "get-job has no option x. It has: job_id."),
        (("dynamodb", "insert"), {"keys": "{"}, "keys must be JSON, such as "),
        (("dynamodb", "insert"), {"keys": "[]"}, "keys must be a JSON object, such as "),
        (("dynamodb", "insert"), {"keys": {"Id": 1}}, "Id is not written as DynamoDB writes attributes"),
        (
            ("dynamodb", "insert"),
            {"keys": {"Id": {"L": [1]}}},
            "Id is not written as DynamoDB writes attributes",
        ),
        (("cognito", "pre-token-generation"), {"groups": "{}"}, "groups must be a JSON array, such as "),
        (
            ("alb", "request"),
            {"query_string_parameters": {"a": 1}},
            "query_string_parameters must hold texts only",
        ),
        (
            ("sqs", "receive-message"),
            {"message_attributes": {"a": 1}},
            "The message attribute a is neither a text",
        ),
        (
            ("sns", "notification"),
            {"message_attributes": {"a": {}}},
            "The message attribute a is neither a text",
        ),
    ],
)
def test_what_does_not_fit_is_refused_with_what_would(words, options, said) -> None:
    with pytest.raises(SampleRefused) as refused:
        build(*words, **options)
    assert str(refused.value).startswith(said)


def test_the_reference_lists_every_event() -> None:
    text = (Path(__file__).parents[2] / "docs/reference/sample-events.md").read_text("utf-8")
    for source in SOURCES.values():
        kinds = ", ".join(f"[{kind.name}]({kind.docs})" for kind in source.kinds.values())
        assert f"| `{source.name}` | {source.title} | {kinds} |\n" in text
