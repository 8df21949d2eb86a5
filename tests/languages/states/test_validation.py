"""Definitions that AWS refuses, and its words for it.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html
"""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.languages.states.driver import machine

from cloudchamber.languages.states import validate

PASS = {"Type": "Pass", "End": True}
TASK = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": True}


def said(definition):
    return [str(each) for each in validate(json.dumps(definition))]


def test_missing_targets_and_unreachable_states_are_named():
    """https://github.com/localstack/localstack/issues/11978 quotes AWS's answer."""
    definition = {"StartAt": "pass1", "States": {"pass1": {"Type": "Pass", "Next": "pass3"}, "pass2": PASS}}
    assert said(definition) == [
        "MISSING_TRANSITION_TARGET: Missing 'Next' target: pass3 at /States/pass1/Next",
        'MISSING_TRANSITION_TARGET: State "pass2" is not reachable. at /States/pass2',
    ]


def test_a_workflow_needs_an_end():
    loop = {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}}
    assert said({"StartAt": "A", "States": loop}) == ["MISSING_END_STATE: Workflow has no terminal state"]


def test_text_that_is_no_json():
    (only,) = validate("{")
    assert only.code == "INVALID_JSON_DESCRIPTION"


@pytest.mark.parametrize("field", ["Retry", "Catch", "TimeoutSeconds"])
@pytest.mark.parametrize("state", [PASS, {"Type": "Succeed"}, {"Type": "Wait", "Seconds": 1, "End": True}])
def test_f061_fields_of_other_types_are_not_supported(field, state):
    """https://states-language.net/spec.html#state-type-table"""
    definition = {"StartAt": "A", "States": {"A": {**state, field: [] if field != "TimeoutSeconds" else 5}}}
    assert said(definition) == [
        f"SCHEMA_VALIDATION_FAILED: Field '{field}' is not supported at /States/A/{field}"
    ]


@pytest.mark.parametrize(
    ("state", "at"),
    [
        ({**TASK, "Resource": "f"}, "/Resource"),
        ({**TASK, "TimeoutSeconds": 0}, "/TimeoutSeconds"),
        ({**TASK, "TimeoutSeconds": 5, "HeartbeatSeconds": 5}, "/HeartbeatSeconds"),
        ({**TASK, "TimeoutSeconds": 5, "TimeoutSecondsPath": "$.t"}, ""),
        ({**TASK, "Parameters": {"x.$": "nope"}}, "/Parameters/x.$"),
        ({**TASK, "Parameters": {"x": [{"y.$": "States.Nope()"}]}}, "/Parameters/x[0]/y.$"),
        ({**TASK, "ResultPath": "$..x"}, "/ResultPath"),
        ({**TASK, "ResultPath": "$.a[*]"}, "/ResultPath"),
        ({**TASK, "Arguments": {}}, "/Arguments"),
        ({**TASK, "Assign": {"states": 1}}, "/Assign/states"),
        ({**TASK, "Retry": [{"ErrorEquals": []}]}, "/Retry[0]"),
        ({**TASK, "Retry": [{"ErrorEquals": ["E"], "BackoffRate": 0.5}]}, "/Retry[0]/BackoffRate"),
        ({**TASK, "Retry": [{"ErrorEquals": ["E"], "IntervalSeconds": 0}]}, "/Retry[0]/IntervalSeconds"),
        ({**TASK, "Retry": [{"ErrorEquals": ["States.ALL", "E"]}]}, "/Retry[0]/ErrorEquals"),
        ({**TASK, "Catch": [{"ErrorEquals": ["States.Mine"], "Next": "A"}]}, "/Catch[0]/ErrorEquals"),
        ({"Type": "Wait", "Seconds": 1, "Timestamp": "2016-03-14T01:59:00Z", "End": True}, ""),
        ({"Type": "Wait", "End": True}, ""),
        ({"Type": "Wait", "Timestamp": "tomorrow", "End": True}, "/Timestamp"),
        ({"Type": "Pass"}, ""),
        ({"Type": "Pass", "Next": "A", "End": True}, ""),
        ({"Type": "Choose", "End": True}, "/Type"),
        ({"Type": "Map", "End": True}, ""),
        ({"Type": "Map", "ItemProcessor": {"StartAt": "B", "States": {"B": PASS}}, "Label": "l", "End": True}, "/Label"),
        ({"Type": "Parallel", "Branches": [], "End": True}, "/Branches"),
    ],
)  # fmt: skip
def test_what_does_not_fit_the_schema_is_found_at_its_place(state, at):
    found = validate(json.dumps({"StartAt": "A", "States": {"A": state}}))
    assert [each.location for each in found if each.code == "SCHEMA_VALIDATION_FAILED"] == [f"/States/A{at}"]


@pytest.mark.parametrize(
    ("rule", "at"),
    [
        ({"Variable": "$.x", "StringEquals": 1}, "/StringEquals"),
        ({"Variable": "$.x"}, ""),
        ({"StringEquals": "x"}, ""),
        ({"Variable": "$.x", "StringEquals": "x", "NumericEquals": 1}, ""),
        ({"And": []}, "/And"),
        ({"Not": {"Variable": "x", "IsNull": True}}, "/Not/Variable"),
        ({"And": [{"Variable": "$.x", "IsNull": True, "Next": "B"}]}, "/And[0]/Next"),
        ({"Variable": "$.x", "TimestampEquals": "2016-03-14"}, "/TimestampEquals"),
    ],
)
def test_rules_of_a_choice_are_checked(rule, at):
    states = {"A": {"Type": "Choice", "Choices": [{**rule, "Next": "B"}]}, "B": PASS}
    found = validate(json.dumps({"StartAt": "A", "States": states}))
    assert [each.location for each in found] == [f"/States/A/Choices[0]{at}"]


def test_names_are_unique_in_the_whole_machine():
    inner = machine(A={"Type": "Pass"})
    found = validate(json.dumps(machine(A={"Type": "Parallel", "Branches": [inner]})))
    assert [each.code for each in found] == ["DUPLICATE_STATE_NAME"]


def test_jsonata_has_fields_of_its_own():
    """https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html"""
    state = {
        "Type": "Task",
        "Resource": TASK["Resource"],
        "InputPath": "$",
        "Output": "{% 1 + %}",
        "End": True,
    }
    found = validate(json.dumps({"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": state}}))
    assert [each.location for each in found] == ["/States/A/InputPath", "/States/A/Output"]


def test_a_state_may_use_jsonata_in_a_machine_of_jsonpath_but_not_the_reverse():
    mixed = {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% 1 %}", "End": True}
    assert said({"StartAt": "A", "States": {"A": mixed}}) == []
    back = {"Type": "Pass", "QueryLanguage": "JSONPath", "End": True}
    (only,) = validate(json.dumps({"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": back}}))
    assert only.location == "/States/A/QueryLanguage"


FIELDS = ["Type", "Next", "End", "Choices", "Catch", "Retry", "Branches", "Default", "Resource"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(FIELDS), inner, max_size=4
    ),
    max_leaves=8,
)  # fmt: skip


@given(state=JSON, start=JSON)
def test_nothing_that_is_json_makes_it_stumble(state, start):
    assert validate(json.dumps({"StartAt": start, "States": {"A": state}}))
