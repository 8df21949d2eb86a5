"""Input transformers: the examples of AWS's page."""

import pytest

from cloudchamber.languages.event_transform import (
    MISSING,
    InvalidTransform,
    compile_path,
    compile_transformer,
)

# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
EVENT = {
    "version": "0",
    "detail-type": "EC2 Instance State-change Notification",
    "time": "2015-11-11T21:30:34Z",
    "resources": ["arn:aws:ec2:us-east-1:123456789012:instance/i-abcd1111"],
    "detail": {
        "instance-id": "i-0123456789",
        "state": "RUNNING",
        "quote": 'a "b"',
        "n": 5,
        "none": None,
        "a/b": 1,
    },
}
PATHS = {
    "instance": "$.detail.instance-id",
    "state": "$.detail.state",
    "detail": "$.detail",
    "n": "$.detail.n",
    "none": "$.detail.none",
    "quote": "$.detail.quote",
    "absent": "$.detail.absent",
    "resource": "$.resources[0]",
}


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ('"instance <instance> is in <state>"', '"instance i-0123456789 is in RUNNING"'),
        ('{"instance": <instance>, "n": <n>}', '{"instance": "i-0123456789", "n": 5}'),
        (
            '{"i": <instance>, "s": "<instance> is in state \\"<state>\\""}',
            '{"i": "i-0123456789", "s": "i-0123456789 is in state \\"RUNNING\\""}',
        ),
        ('{"q": "say <quote>", "b": <quote>}', '{"q": "say a \\"b\\"", "b": "a \\"b\\""}'),
        ('{"a": "<absent>", "b": <none>}', '{"a": "", "b": null}'),
        ('"first <instance>"\n"second <state>"', '"first i-0123456789"\n"second RUNNING"'),
        ('{"r": <resource>, "list": [1, <n>]}', '{"r": "' + EVENT["resources"][0] + '", "list": [1, 5]}'),
        ("<$.detail.state>", "RUNNING"),
        ('{"rule": "<aws.events.rule-name>"}', '{"rule": "my-rule"}'),
    ],
)
def test_a_template_is_filled_in(template, expected):
    transformer = compile_transformer(PATHS, template)
    assert transformer.apply(EVENT, {"aws.events.rule-name": "my-rule"}) == expected


def test_the_reserved_variables_hold_the_event():
    event = {"id": "1", "detail": {"a": [1]}}
    whole = compile_transformer({}, '{"all": <aws.events.event.json>, "outer": <aws.events.event>}')
    assert whole.apply(event) == '{"all": {"id":"1","detail":{"a":[1]}}, "outer": {"id":"1"}}'


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$", EVENT),
        ("$.detail.state", "RUNNING"),
        ("$['detail']['instance-id']", "i-0123456789"),
        ("$.resources[*]", EVENT["resources"]),
        ("$.resources[3]", MISSING),
        ("$.detail.a/b", 1),
        ("$.detail.none.x", MISSING),
    ],
)
def test_an_input_path_finds_a_part_of_the_event(path, expected):
    assert compile_path(path).find(EVENT) == expected


@pytest.mark.parametrize(
    ("paths", "template", "message"),
    [
        ({"a": "detail"}, "<a>", "Invalid InputPath: detail"),
        ({"a": "$.x[?(@.y)]"}, "<a>", "Invalid InputPath: $.x[?(@.y)]"),
        ({"aws-x": "$.x"}, "x", "Invalid InputPathsMap key: aws-x"),
        ({}, '"<unknown>"', "InputTemplate contains invalid placeholder unknown."),
        ({}, '{"a": }', 'Invalid InputTemplate : {"a": }'),
    ],
)
def test_a_bad_transformer_is_refused(paths, template, message):
    with pytest.raises(InvalidTransform) as refused:
        compile_transformer(paths, template)
    assert refused.value.message == message
