"""Query and Scan: key conditions, order, filters, pages, segments; and the property that pages make up the whole answer."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudchamber.languages.dynamodb_expression import KeyCase
from cloudchamber.languages.dynamodb_expression.numbers import normalize
from cloudchamber.services.dynamodb.rules import keys


@pytest.fixture
async def notes(table):
    made = await table("notes", id="S", at="N")
    for at in (10, 9, -1, 2, 0.5):
        await made("PutItem", Item={"id": {"S": "a"}, "at": {"N": str(at)}, "even": {"BOOL": at % 2 == 0}})
    await made("PutItem", Item={"id": {"S": "b"}, "at": {"N": "1"}})
    return made


def ats(answer):
    return [item["at"]["N"] for item in answer["Items"]]


def where(condition, **values):
    given = {f":{name}": value for name, value in values.items()}
    request = {"KeyConditionExpression": condition, "ExpressionAttributeValues": given}
    return request | ({"ExpressionAttributeNames": {"#at": "at"}} if "#at" in condition else {})


A, N = {"S": "a"}, lambda n: {"N": str(n)}


@pytest.mark.parametrize(
    ("condition", "values", "expected"),
    [
        ("id = :a", {}, ["-1", "0.5", "2", "9", "10"]),
        ("id = :a AND #at = :x", {"x": N("2.0")}, ["2"]),
        ("id = :a AND #at < :x", {"x": N(2)}, ["-1", "0.5"]),
        ("id = :a AND #at <= :x", {"x": N(2)}, ["-1", "0.5", "2"]),
        ("id = :a AND :x < #at", {"x": N(2)}, ["9", "10"]),
        ("id = :a AND #at >= :x", {"x": N(2)}, ["2", "9", "10"]),
        ("id = :a AND #at BETWEEN :x AND :y", {"x": N(0), "y": N(9)}, ["0.5", "2", "9"]),
    ],
)
async def test_key_conditions_select_a_range_in_the_order_of_the_sort_key(notes, condition, values, expected):
    request = where(condition, a=A, **values)
    assert ats(await notes("Query", **request)) == expected
    assert ats(await notes("Query", **request, ScanIndexForward=False)) == expected[::-1]
    assert (await notes("Query", **request, Select="COUNT")) == {
        "Count": len(expected),
        "ScannedCount": len(expected),
    }


async def test_legacy_key_conditions_select_the_same(notes):
    conditions = {
        "id": {"ComparisonOperator": "EQ", "AttributeValueList": [A]},
        "at": {"ComparisonOperator": "GT", "AttributeValueList": [N(1)]},
    }
    assert ats(await notes("Query", KeyConditions=conditions)) == ["2", "9", "10"]
    chosen = {"even": {"ComparisonOperator": "EQ", "AttributeValueList": [{"BOOL": True}]}}
    assert ats(await notes("Query", KeyConditions=conditions, QueryFilter=chosen)) == ["2", "10"]
    assert len(ats(await notes("Scan", ScanFilter=chosen))) == 2


async def test_begins_with_selects_a_prefix_of_strings_and_binaries(table):
    words = await table("words", id="S", word="S")
    for word in ("ab", "abc", "abÿ", "ac", "a", "b", "ab\x00"):
        await words("PutItem", Item={"id": A, "word": {"S": word}})
    request = where("id = :a AND begins_with(word, :p)", a=A, p={"S": "ab"})
    found = await words("Query", **request)
    assert [item["word"]["S"] for item in found["Items"]] == ["ab", "ab\x00", "abc", "abÿ"]
    raws = await table("raws", id="S", bits="B")
    for bits in (b"\xff", b"\xff\xff", b"\xff\x00", b"\xfe", b"\xff\xff\x01"):
        await raws("PutItem", Item={"id": A, "bits": {"B": bits}})
    request = where("id = :a AND begins_with(bits, :p)", a=A, p={"B": b"\xff"})
    found = await raws("Query", **request)
    assert [item["bits"]["B"] for item in found["Items"]] == [
        b"\xff",
        b"\xff\x00",
        b"\xff\xff",
        b"\xff\xff\x01",
    ]


async def test_the_filter_comes_after_limit_and_count_tells_both(notes):
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.FilterExpression.html"""
    answer = await notes(
        "Query",
        KeyConditionExpression="id = :a",
        FilterExpression="even = :t",
        ExpressionAttributeValues={":a": A, ":t": {"BOOL": True}},
        Limit=3,
    )
    assert (answer["Count"], answer["ScannedCount"], ats(answer)) == (1, 3, ["2"])
    assert answer["LastEvaluatedKey"] == {"id": A, "at": N(2)}


async def test_a_page_that_ends_at_its_limit_has_a_last_key_even_at_the_end(notes):
    request = {"KeyConditionExpression": "id = :a", "ExpressionAttributeValues": {":a": A}}
    answer = await notes("Query", **request, Limit=5)
    assert answer["LastEvaluatedKey"]["at"] == N(10)
    after = await notes("Query", **request, ExclusiveStartKey=answer["LastEvaluatedKey"])
    assert after == {"Items": [], "Count": 0, "ScannedCount": 0}


async def test_a_page_reads_1_mb_before_its_filter(table):
    """F066. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.Pagination.html"""
    big = await table("big", id="S", at="N")
    for at in range(6):
        await big("PutItem", Item={"id": A, "at": N(at), "x": {"S": "x" * 300_000}})
    pages, start = [], {}
    while True:
        answer = await big("Scan", FilterExpression="attribute_not_exists(id)", **start)
        pages.append((answer["Count"], answer["ScannedCount"]))
        if "LastEvaluatedKey" not in answer:
            break
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
    assert pages == [(0, 3), (0, 3)]


async def test_segments_of_a_parallel_scan_make_up_the_table(table):
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Scan.html#Scan.ParallelScan"""
    users = await table("users", id="S")
    for number in range(60):
        await users("PutItem", Item={"id": {"S": f"user{number}"}})
    found = []
    for segment in range(4):
        start = {}
        while True:
            page = await users("Scan", Segment=segment, TotalSegments=4, Limit=7, **start)
            found += [item["id"]["S"] for item in page["Items"]]
            if "LastEvaluatedKey" not in page:
                break
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    assert sorted(found) == sorted(f"user{number}" for number in range(60))


@pytest.mark.parametrize(
    ("operation", "request_", "message"),
    [
        (
            "Query",
            {},
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.",
        ),
        (
            "Query",
            {"KeyConditionExpression": "x = :a", "ExpressionAttributeValues": {":a": A}},
            "Query condition missed key schema element: id",
        ),
        (
            "Query",
            {"KeyConditionExpression": "id > :a", "ExpressionAttributeValues": {":a": A}},
            "Query key condition not supported",
        ),
        (
            "Query",
            {"KeyConditionExpression": "id = :a", "ExpressionAttributeValues": {":a": N(1)}},
            "One or more parameter values were invalid: Condition parameter type does not match schema type",
        ),
        (
            "Query",
            {
                "KeyConditionExpression": "id = :a",
                "FilterExpression": "#at > :n",
                "ExpressionAttributeValues": {":a": A, ":n": N(1)},
                "ExpressionAttributeNames": {"#at": "at"},
            },
            "Filter Expression can only contain non-primary key attributes: Primary key attribute: at",
        ),
        (
            "Query",
            {
                "KeyConditionExpression": "id = :a",
                "ExpressionAttributeValues": {":a": A},
                "ExclusiveStartKey": {"id": A},
            },
            "The provided starting key is invalid: The provided key element does not match the schema",
        ),
        (
            "Query",
            {
                "KeyConditionExpression": "id = :a",
                "ExpressionAttributeValues": {":a": A},
                "ExclusiveStartKey": {"id": {"S": "b"}, "at": N(1)},
            },
            "The provided starting key is outside query boundaries based on provided conditions",
        ),
        (
            "Query",
            {
                "IndexName": "nope",
                "KeyConditionExpression": "id = :a",
                "ExpressionAttributeValues": {":a": A},
            },
            "The table does not have the specified index: nope",
        ),
        (
            "Scan",
            {"Select": "SPECIFIC_ATTRIBUTES"},
            "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES",
        ),
        (
            "Scan",
            {"Select": "COUNT", "ProjectionExpression": "id"},
            "Cannot specify the ProjectionExpression when choosing to get only the Count",
        ),
        (
            "Scan",
            {"Segment": 4, "TotalSegments": 4},
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
            "Segment: 4 is not less than TotalSegments: 4",
        ),
        (
            "Scan",
            {"Segment": 0},
            "The TotalSegments parameter is required but was not present in the request when Segment "
            "parameter is present",
        ),
    ],
)
async def test_a_bad_query_is_refused_in_dynamodbs_words(notes, error_of, operation, request_, message):
    error = await error_of(notes(operation, **request_))
    assert (error.code, error.message) == ("ValidationException", message)


# -- the order of keys, as a pure property

NUMBERS = st.one_of(
    st.integers(-1000, 1000).map(str),
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**6), max_value=10**6, places=3).map(
        lambda d: normalize(f"{d:f}")
    ),
)
STRINGS = st.text(st.sampled_from("\x00\x01aÿ￿\U0001f600"), min_size=1, max_size=4)
BINARIES = st.binary(min_size=1, max_size=3).map(lambda b: bytes(x if x > 2 else (0, 255, 254)[x] for x in b))
KINDS = {"S": STRINGS, "N": NUMBERS, "B": BINARIES}
ORDER = {"S": lambda v: v.encode(), "N": Decimal, "B": bytes}
OPERATORS = {
    "=": lambda v, x, y: v == x,
    "<": lambda v, x, y: v < x,
    "<=": lambda v, x, y: v <= x,
    ">": lambda v, x, y: v > x,
    ">=": lambda v, x, y: v >= x,
    "BETWEEN": lambda v, x, y: x <= v <= y,
}


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_the_range_of_a_key_condition_holds_exactly_the_keys_that_meet_it(data):
    kind = data.draw(st.sampled_from("SNB"))
    values = data.draw(st.lists(KINDS[kind], min_size=1, max_size=12))
    x, y = data.draw(KINDS[kind]), data.draw(KINDS[kind])
    order = ORDER[kind]
    head = keys.partition("S", "p")
    placed = sorted((head + keys.element(kind, v) + keys.element("S", "id"), order(v)) for v in values)
    assert [v for _, v in placed] == sorted(map(order, values))
    for operator, holds in OPERATORS.items():
        operands = ({kind: x}, {kind: y}) if operator == "BETWEEN" else ({kind: x},)
        begin, end = keys.bounds(kind, head, KeyCase("at", operator, operands))
        found = [v for key, v in placed if begin <= key < end]
        assert found == [v for _, v in placed if holds(v, order(x), order(y))], operator
    if kind != "N":
        begin, end = keys.bounds(kind, head, KeyCase("at", "begins_with", ({kind: x},)))
        found = [v for key, v in placed if begin <= key < end]
        assert found == [v for _, v in placed if v.startswith(order(x))]
