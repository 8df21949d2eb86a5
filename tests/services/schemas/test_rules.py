"""What a schema is inferred from it accepts, in both notations."""

from __future__ import annotations

import json
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudchamber.services.schemas.rules.contents import problem_of
from cloudchamber.services.schemas.rules.documents import discovered, exported, pascal, schema_name
from cloudchamber.services.schemas.rules.inference import infer, is_too_deep, merge, nothing, shape_of

# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-schemas-infer-from-json.html
EXECUTION = "arn:aws:states:us-east-1:012345678912:execution:state-machine-name:execution-name"
STATES_EVENT = {
    "version": "0",
    "id": "315c1398-40ff-a850-213b-158f73e60175",
    "detail-type": "Step Functions Execution Status Change",
    "source": "aws.states",
    "account": "012345678912",
    "time": "2019-02-26T19:42:21Z",
    "region": "us-east-1",
    "resources": [EXECUTION],
    "detail": {
        "executionArn": EXECUTION,
        "stateMachineArn": "arn:aws:states:us-east-1:012345678912:stateMachine:state-machine",
        "name": "execution-name",
        "status": "FAILED",
        "startDate": 1551225146847,
        "stopDate": 1551225151881,
        "input": "{}",
        "output": None,
    },
}

_PYTHON = {
    "array": list,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "object": dict,
    "string": str,
}


def is_of(kind, value):
    return isinstance(value, _PYTHON[kind]) and (kind == "boolean" or not isinstance(value, bool))


def has_format(form, value):
    if form == "int64":
        return -(2**63) <= value < 2**63
    parse = date.fromisoformat if form == "date" else datetime.fromisoformat
    return bool(parse(value[:10] if form == "date" else value[:19]))


def accepts(document, schema, value):
    """Whether a schema accepts a value: the keywords that inference writes, by draft 4."""
    if "$ref" in schema:
        target = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        return accepts(document, target, value)
    if "type" in schema and not is_of(schema["type"], value):
        return False
    if "format" in schema and not has_format(schema["format"], value):
        return False
    if isinstance(value, list) and "items" in schema:
        return all(accepts(document, schema["items"], each) for each in value)
    if isinstance(value, dict):
        if any(name not in value for name in schema.get("required", ())):
            return False
        inner = schema.get("properties", {})
        return all(accepts(document, inner[name], each) for name, each in value.items() if name in inner)
    return True


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["2020-01-01", "2020-02-30", "2020-01-01T00:00:00Z", "2020-01-01T25:00:00Z", "x"])
)
NAMES = st.sampled_from(["a", "A", "a_1", "items", "event", "AWSEvent", "properties", "type", "$ref", "é"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
OBJECTS = st.dictionaries(NAMES, VALUES, max_size=4)


@given(st.lists(OBJECTS, min_size=1, max_size=4), st.booleans())
def test_an_inferred_schema_accepts_every_event_it_was_inferred_from(details, enveloped):
    events = [STATES_EVENT | {"detail": detail} for detail in details] if enveloped else details
    document = discovered(events)
    root = document["components"]["schemas"]["AWSEvent" if enveloped else "Event"]
    written = exported(document)
    for event in events:
        assert accepts(document, root, event)
        assert accepts(written, written, event)
    assert problem_of("OpenApi3", json.dumps(document)) == ""
    assert problem_of("JSONSchemaDraft4", json.dumps(written)) == ""


@given(VALUES, VALUES, VALUES)
def test_merging_depends_on_no_order_and_knows_what_it_knew(one, two, three):
    a, b, c = infer(one), infer(two), infer(three)
    assert merge(a, b) == merge(b, a)
    assert merge(merge(a, b), c) == merge(a, merge(b, c))
    assert merge(merge(a, b), a) == merge(a, b)


@pytest.mark.parametrize(
    ("values", "shape"),
    [
        ([1, 2], {"type": "integer", "format": "int64"}),
        ([2**63], {"type": "integer"}),
        ([1, 1.5], {"type": "number"}),
        ([True, 1], {}),
        ([None, "a"], {}),
        (["2020-01-01T00:00:00.5+01:00"], {"type": "string", "format": "date-time"}),
        (["2020-01-01"], {"type": "string", "format": "date"}),
        (["2020-13-01"], {"type": "string"}),
        (["2020-01-01", "soon"], {"type": "string"}),
        ([[], ["a"]], {"type": "array", "items": {"type": "string"}}),
        ([[1, "a"]], {"type": "array", "items": {}}),
        ([[]], {"type": "array", "items": nothing()}),
        (
            [{"a": 1.5, "b": True}, {"a": 2}],
            {
                "type": "object",
                "required": ["a"],
                "properties": {"a": {"type": "number"}, "b": {"type": "boolean"}},
            },
        ),
    ],
)
def test_a_shape_is_what_values_have_in_common(values, shape):
    assert shape_of(values) == shape


def test_the_event_that_aws_shows_has_the_schema_that_aws_shows():
    document = discovered([STATES_EVENT])
    assert document["openapi"] == "3.0.0"
    assert document["info"] == {"version": "1.0.0", "title": "StepFunctionsExecutionStatusChange"}
    schemas = document["components"]["schemas"]
    assert list(schemas) == ["AWSEvent", "StepFunctionsExecutionStatusChange"]
    event = schemas["AWSEvent"]
    assert event["x-amazon-events-detail-type"] == "Step Functions Execution Status Change"
    assert event["x-amazon-events-source"] == "aws.states"
    assert event["properties"]["time"] == {"type": "string", "format": "date-time"}
    detail = schemas["StepFunctionsExecutionStatusChange"]
    assert set(detail["required"]) == set(STATES_EVENT["detail"])
    assert detail["properties"]["startDate"] == {"type": "integer", "format": "int64"}
    assert detail["properties"]["output"] == {}


def test_objects_inside_of_objects_become_components_of_their_own():
    address = {"zip": "1"}
    document = discovered([{"home": address, "work": {"home": address}, "stops": [{"at": 1}], "none": []}])
    schemas = document["components"]["schemas"]
    assert list(schemas) == ["Event", "Home", "StopsItem", "Work"]
    assert schemas["Work"]["properties"] == {"home": {"$ref": "#/components/schemas/Home"}}
    assert schemas["Event"]["properties"]["none"] == {"type": "array", "items": {}}


def test_other_objects_of_the_same_name_get_a_number():
    schemas = discovered([{"a": {"x": 1}, "b": {"a": {"y": 1}}}])["components"]["schemas"]
    assert list(schemas) == ["Event", "A", "A_1", "B"]


def test_what_json_schema_does_not_know_is_left_out_when_exporting():
    shape = {"type": "string", "nullable": True, "example": "x", "enum": ["a"]}
    node = {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/T"}, "example": shape}}
    document = {"info": {"title": "T"}, "components": {"schemas": {"T": node}}}
    written = exported(document)
    assert written["$schema"] == "http://json-schema.org/draft-04/schema#"
    assert written["properties"] == {
        "next": {"$ref": "#/definitions/T"},
        "example": {"type": ["string", "null"], "enum": ["a"]},
    }
    assert list(written["definitions"]) == ["T"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("EC2 Instance State-change Notification", "EC2InstanceStateChangeNotification"),
        ("OrderPlaced", "OrderPlaced"),
        ("order.placed", "OrderPlaced"),
    ],
)
def test_a_detail_type_becomes_a_name(text, name):
    assert pascal(text) == name
    assert schema_name("my/shop", text) == f"my-shop@{name}"


@pytest.mark.parametrize(("levels", "deep"), [(254, False), (255, False), (256, True)])
def test_levels_are_counted_to_the_limit(levels, deep):
    value = "x"
    for level in range(levels):
        value = {"a": value} if level % 2 else [value]
    assert is_too_deep(value, 255) is deep


OPEN_API = {"openapi": "3.0.0", "info": {"title": "T", "version": "1"}, "paths": {}}


@pytest.mark.parametrize(
    ("kind", "content", "words"),
    [
        ("OpenApi3", "{", "not valid JSON"),
        ("OpenApi3", "[]", "not a JSON object"),
        ("OpenApi3", json.dumps(OPEN_API | {"openapi": "2.0"}), "openapi must be 3.0.x"),
        ("OpenApi3", json.dumps(OPEN_API | {"info": {"title": "T"}}), "info.version"),
        ("OpenApi3", json.dumps(OPEN_API | {"paths": None}), "paths"),
        ("OpenApi3", json.dumps(OPEN_API | {"components": {"schemas": {"A": {"type": "text"}}}}), "A.type"),
        ("OpenApi3", json.dumps(OPEN_API | {"components": {"schemas": {"A": {"type": "object"}}}}), ""),
        ("JSONSchemaDraft4", '{"$schema": "http://json-schema.org/draft-07/schema#"}', "$schema"),
        ("JSONSchemaDraft4", '{"type": ["string", "null"], "required": ["a"]}', ""),
        ("JSONSchemaDraft4", '{"required": "a"}', "required"),
        (
            "JSONSchemaDraft4",
            '{"properties": {"a": {"items": [{"type": 1}]}}}',
            "properties.a.items.0.type",
        ),
        ("JSONSchemaDraft4", '{"items":' * 400 + "{}" + "}" * 400, "more than 300 levels"),
    ],
)
def test_a_content_is_held_against_its_type(kind, content, words):
    problem = problem_of(kind, content)
    assert words in problem
    assert bool(problem) is bool(words)
