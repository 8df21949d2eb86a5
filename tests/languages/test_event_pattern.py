"""Event patterns and filter policies: what AWS documents, and the reasons with which it refuses."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudchamber.languages.event_pattern import Dialect, InvalidPattern, Matcher, compile_pattern

# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
EVENT = {
    "version": "0",
    "source": "aws.ec2",
    "time": "2017-12-22T18:43:48Z",
    "resources": ["arn:a", "arn:b"],
    "detail": {
        "state": "initializing",
        "c-count": 5.0,
        "d-count": 3,
        "x-limit": 301.8,
        "source-ip": "10.0.0.33",
        "ip6": "2001:db8::1",
        "ok": True,
        "nothing": None,
        "empty": "",
        "none": [],
        "name": "Ärger.PNG",
        "objects": [
            {"kind": "a", "size": 1, "tags": [{"k": "x", "v": "1"}, {"k": "y", "v": "2"}]},
            {"kind": "b", "size": 2, "tags": [{"k": "x", "v": "2"}]},
        ],
    },
}


# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        ({"state": ["running", "initializing"]}, True),
        ({"state": ["INITIALIZING"]}, False),
        ({"d-count": [3]}, True),
        ({"d-count": ["3"]}, False),
        ({"c-count": [5]}, True),
        ({"x-limit": [301.8]}, True),
        ({"ok": [True]}, True),
        ({"ok": [1]}, False),
        ({"d-count": [True]}, False),
        ({"nothing": [None]}, True),
        ({"empty": [""]}, True),
        ({"nothing": [""]}, False),
        ({"state": [{"prefix": "init"}]}, True),
        ({"state": [{"prefix": "Init"}]}, False),
        ({"state": [{"prefix": {"equals-ignore-case": "INIT"}}]}, True),
        ({"name": [{"suffix": ".PNG"}]}, True),
        ({"name": [{"suffix": {"equals-ignore-case": ".png"}}]}, True),
        ({"name": [{"equals-ignore-case": "äRGER.png"}]}, True),
        ({"name": [{"wildcard": "*rger.*"}]}, True),
        ({"name": [{"wildcard": "*r"}]}, False),
        ({"state": [{"anything-but": "initializing"}]}, False),
        ({"state": [{"anything-but": ["running", "stopped"]}]}, True),
        ({"d-count": [{"anything-but": [3, 4]}]}, False),
        ({"d-count": [{"anything-but": "x"}]}, True),
        ({"missing": [{"anything-but": "x"}]}, False),
        ({"state": [{"anything-but": {"prefix": "init"}}]}, False),
        ({"state": [{"anything-but": {"prefix": ["a", "b"]}}]}, True),
        ({"name": [{"anything-but": {"suffix": ".PNG"}}]}, False),
        ({"state": [{"anything-but": {"equals-ignore-case": ["INITIALIZING"]}}]}, False),
        ({"state": [{"anything-but": {"wildcard": "*/bin/*"}}]}, True),
        ({"x-limit": [{"numeric": ["=", 301.8]}]}, True),
        ({"x-limit": [{"numeric": [">", 0, "<=", 301.8]}]}, True),
        ({"x-limit": [{"numeric": [">", 0, "<", 301.8]}]}, False),
        ({"state": [{"numeric": [">", 0]}]}, False),
        ({"ok": [{"numeric": [">", 0]}]}, False),
        ({"source-ip": [{"cidr": "10.0.0.0/24"}]}, True),
        ({"source-ip": [{"cidr": "10.0.1.0/24"}]}, False),
        ({"ip6": [{"cidr": "2001:db8::/32"}]}, True),
        ({"state": [{"cidr": "10.0.0.0/24"}]}, False),
        ({"state": [{"exists": True}]}, True),
        ({"missing": [{"exists": False}]}, True),
        ({"state": [{"exists": False}]}, False),
        ({"none": [{"exists": False}]}, True),
        ({"missing": ["a", {"exists": False}]}, True),
        ({"objects": {"kind": ["a"], "size": [1]}}, True),
        ({"objects": {"kind": ["a"], "size": [2]}}, False),
        ({"objects": {"kind": ["b"], "tags": {"k": ["x"], "v": ["2"]}}}, True),
        ({"objects": {"kind": ["a"], "tags": {"k": ["x"], "v": ["2"]}}}, False),
        ({"$or": [{"state": ["x"]}, {"d-count": [3]}]}, True),
        ({"$or": [{"state": ["x"]}, {"d-count": [4]}], "ok": [True]}, False),
        ({"objects": {"$or": [{"kind": ["a"]}, {"kind": ["c"]}], "size": [2]}}, False),
        ({"objects.kind": ["a"]}, True),
    ],
)
def test_a_pattern_matches_as_documented(detail, expected):
    assert compile_pattern({"detail": detail}).matches(EVENT) is expected


def test_an_array_in_the_event_matches_by_any_element():
    assert compile_pattern('{"resources": ["arn:b", "arn:c"]}').matches(EVENT)
    assert not compile_pattern('{"resources": ["arn:c"]}').matches(EVENT)
    assert compile_pattern('{"resources": [{"anything-but": "arn:a"}]}').matches(EVENT)


def test_numbers_are_compared_as_decimals():
    pattern = compile_pattern('{"n": [{"numeric": ["=", 0.1]}], "m": [1.10]}')
    assert pattern.matches({"n": 0.1, "m": 1.1})
    assert not pattern.matches({"n": 0.1000001, "m": 1.1})


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ('{"source": "aws.ec2"}', '"source" must be an object or an array'),
        ('{"source": []}', "Empty arrays are not allowed"),
        ('{"detail": {}}', "Empty objects are not allowed"),
        ("[]", "Filter is not an object"),
        ('{"a": [{"foo": 1}]}', "Unrecognized match type foo"),
        ('{"a": [[1]]}', "Match value must be String, number, true, false, or null"),
        ('{"a": [{"prefix": 1}]}', "prefix match pattern must be a string"),
        ('{"a": [{"prefix": "a", "suffix": "b"}]}', "Only one key allowed in match expression"),
        ('{"a": [{"exists": "x"}]}', "exists match pattern must be either true or false."),
        ('{"a": [{"numeric": ["=", "x"]}]}', "Value of = must be numeric"),
        ('{"a": [{"numeric": 1}]}', "Value of numeric must be an array."),
        ('{"a": [{"numeric": ["!", 1]}]}', "Unrecognized numeric range operator: !"),
        ('{"a": [{"numeric": [">", 5, "<", 1]}]}', "Bottom must be less than top"),
        ('{"a": [{"numeric": ["=", 6e9]}]}', "Value must be between -5.0E9 and 5.0E9, inclusive"),
        ('{"a": [{"cidr": "10.0.0.0"}]}', "Malformed CIDR, one '/' required"),
        ('{"a": [{"cidr": "10.0.0.x/8"}]}', "Nonstandard IP address: 10.0.0.x"),
        ('{"a": [{"wildcard": "a**b"}]}', "Consecutive wildcard characters at pos 1"),
        ('{"a": [{"wildcard": "a\\\\b"}]}', "Invalid escape character at pos 1"),
        (
            '{"a": [{"anything-but": [1, "x"]}]}',
            "Inside anything but list, either all values are number or string, mixed type is not supported",
        ),
        ('{"a": [{"anything-but": {"foo": "x"}}]}', "Unsupported anything-but pattern: foo"),
        (
            "{'a': 1}",
            "Unrecognized token '{'a':': was expecting (JSON String, Number, Array, Object or token "
            "'null', 'true' or 'false')",
        ),
    ],
)
def test_a_bad_pattern_is_refused_with_the_rulers_reason(pattern, reason):
    with pytest.raises(InvalidPattern) as refused:
        compile_pattern(pattern)
    assert refused.value.message == f"Event pattern is not valid. Reason: {reason}"


@pytest.mark.parametrize("dialect", [Dialect.PIPES, Dialect.LAMBDA])
@pytest.mark.parametrize(
    "operator",
    [
        {"wildcard": "a*"},
        {"anything-but": {"prefix": "a"}},
        {"anything-but": {"suffix": "a"}},
        {"anything-but": {"wildcard": "a*"}},
        {"anything-but": {"equals-ignore-case": "a"}},
    ],
)
def test_pipes_refuse_operators_that_a_bus_takes(dialect, operator):
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
    pattern = {"a": [operator]}
    assert compile_pattern(pattern, Dialect.EVENTS).matches(
        {"a": "zzz" if "anything-but" in operator else "ab"}
    )
    with pytest.raises(InvalidPattern):
        compile_pattern(pattern, dialect)


# https://docs.aws.amazon.com/sns/latest/dg/string-value-matching.html
ATTRIBUTES = {
    "store": {"DataType": "String", "StringValue": "example_corp"},
    "price": {"DataType": "Number", "StringValue": "100.50"},
    "interests": {"DataType": "String.Array", "StringValue": '["soccer", "rugby", null, true, 4]'},
    "blob": {"DataType": "Binary", "BinaryValue": b"x"},
}


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ({"store": ["example_corp"]}, True),
        ({"store": ["example_corp"], "price": [{"numeric": [">=", 100.5]}]}, True),
        ({"price": [100.5]}, True),
        ({"price": ["100.50"]}, False),
        ({"interests": ["rugby", "tennis"]}, True),
        ({"interests": [4]}, True),
        ({"interests": [True]}, True),
        ({"blob": [{"exists": True}]}, False),
        ({"missing": [{"exists": False}]}, True),
        ({"store": [{"anything-but": {"prefix": "order-"}}]}, True),
        ({"$or": [{"store": ["x"]}, {"price": [{"numeric": ["<", 200]}]}]}, True),
        ({}, True),
    ],
)
def test_a_filter_policy_reads_message_attributes(policy, expected):
    assert compile_pattern(policy, Dialect.SNS_ATTRIBUTES).matches(ATTRIBUTES) is expected


@pytest.mark.parametrize(
    ("policy", "dialect", "message"),
    [
        (
            {"a": {"b": ["c"]}},
            Dialect.SNS_ATTRIBUTES,
            "Invalid parameter: Filter policy scope MessageAttributes does not support nested filter policy",
        ),
        (
            {name: ["x"] for name in "abcdef"},
            Dialect.SNS_ATTRIBUTES,
            "Invalid parameter: FilterPolicy: Filter policy can not have more than 5 keys",
        ),
        (
            {"a": list("abcdefghijk"), "b": list("abcdefghijklmn")},
            Dialect.SNS_ATTRIBUTES,
            "Invalid parameter: FilterPolicy: Filter policy is too complex",
        ),
        (
            {"a": "x"},
            Dialect.SNS_BODY,
            'Invalid parameter: FilterPolicy: "a" must be an object or an array',
        ),
    ],
)
def test_a_bad_filter_policy_is_refused(policy, dialect, message):
    with pytest.raises(InvalidPattern) as refused:
        compile_pattern(policy, dialect)
    assert refused.value.message == message


SCALARS = st.sampled_from(["a", "ab", "B", "", 1, 2, 1.5, True, None])
NAMES = st.sampled_from(["x", "y", "z"])
OPERATORS = st.sampled_from(
    [
        {"prefix": "a"},
        {"suffix": "b"},
        {"equals-ignore-case": "AB"},
        {"anything-but": ["a"]},
        {"anything-but": {"prefix": "a"}},
        {"exists": True},
        {"exists": False},
        {"numeric": [">", 0, "<=", 2]},
        {"wildcard": "*b"},
    ]
)
LEAVES = st.lists(SCALARS | OPERATORS, min_size=1, max_size=3)
PATTERNS = st.recursive(
    st.dictionaries(NAMES, LEAVES, min_size=1, max_size=3),
    lambda inner: (
        st.dictionaries(NAMES, inner | LEAVES, min_size=1, max_size=3)
        | st.lists(inner, min_size=2, max_size=2).map(lambda parts: {"$or": parts})
    ),
    max_leaves=4,
)
EVENTS = st.dictionaries(
    NAMES,
    st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
        max_leaves=6,
    ),
    max_size=3,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PATTERNS, max_size=8), EVENTS, st.data())
def test_the_matcher_finds_exactly_the_patterns_that_match_alone(patterns, event, data):
    matcher = Matcher()
    compiled = dict(enumerate(map(compile_pattern, patterns)))
    for identity, pattern in compiled.items():
        matcher.add(identity, pattern)
    for identity in list(compiled):
        if data.draw(st.booleans()) and identity % 3 == 0:
            matcher.remove(identity)
            del compiled[identity]
    assert len(matcher) == len(compiled)
    assert matcher.matches(event) == {i for i, pattern in compiled.items() if pattern.matches(event)}


def test_a_pattern_under_a_known_id_is_replaced():
    matcher = Matcher()
    matcher.add("rule", compile_pattern({"a": ["x"]}))
    matcher.add("rule", compile_pattern({"a": ["y"]}))
    assert matcher.matches({"a": "x"}) == set()
    assert matcher.matches({"a": "y"}) == {"rule"}


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ({"detail": {"a": {"prefix": "x"}}}, '"prefix" must be an object or an array'),
        ({"detail": [{"exists": True}]}, None),
    ],
)
def test_f046_operators_stand_on_leaves(pattern, reason):
    """`exists` matches leaves only: a field that holds an object does not exist in this sense.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
    """
    if reason:
        with pytest.raises(InvalidPattern, match=reason):
            compile_pattern(pattern, Dialect.EVENTS)
        return
    compiled = compile_pattern(pattern, Dialect.EVENTS)
    assert not compiled.matches({"detail": {"a": 1}})
    assert compiled.matches({"detail": "leaf"})
