"""What needs no cloud: templates, paths, lanes, batches, halving.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-input-transformation.html
"""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudchamber.languages.event_transform import InvalidTransform
from cloudchamber.services.pipes.errors import InvocationFailed
from cloudchamber.services.pipes.model import Pipe
from cloudchamber.services.pipes.rules import events, streams, targets, templates
from cloudchamber.services.pipes.rules.streams import Batch, Held

BODY = {"name": "Bo", "list": [1, {"x": "y"}], "quote": 'say "hi"'}
MESSAGE = {
    "messageId": "1",
    "body": json.dumps(BODY),
    "eventSource": "aws:sqs",
    "attributes": {"SenderId": "me"},
}
RECORD = {"data": base64.b64encode(json.dumps(BODY).encode()).decode(), "eventSource": "aws:kinesis"}
RESERVED = {"aws.pipes.pipe-name": "p"}

TEMPLATES = [
    (None, MESSAGE, json.dumps(MESSAGE, separators=(",", ":"))),
    ("Hello, sender", MESSAGE, "Hello, sender"),
    ("<$.attributes.SenderId>", MESSAGE, "me"),
    ("Hello, <$.attributes.SenderId>", MESSAGE, "Hello, me"),
    ('{"key": "value"}', MESSAGE, '{"key": "value"}'),
    ('{"key2": <$.body.name>, "d": "<aws.pipes.pipe-name>"}', MESSAGE, '{"key2": "Bo", "d": "p"}'),
    ('{"key2": <$.body.list[1]>}', MESSAGE, '{"key2": {"x":"y"}}'),
    ('{"key2": "<$.body.quote>"}', MESSAGE, '{"key2": "say \\"hi\\""}'),
    ("<$.body>", MESSAGE, json.dumps(BODY, separators=(",", ":"))),
    ("<$.body.list>", RECORD | {"eventSource": "aws:sqs"}, ""),
    ("<$.data.name>", RECORD, "Bo"),
    ("<$.data>", RECORD | {"data": base64.b64encode(b"plain").decode()}, "plain"),
    ("<$.data>", RECORD | {"data": base64.b64encode(b"\xff").decode()}, "/w=="),
    ("<$.body>", MESSAGE | {"body": "{not json"}, "{not json"),
    ("<$.body>", MESSAGE | {"eventSource": "other"}, json.dumps(BODY)),
    ("<aws.pipes.event.json>", MESSAGE, json.dumps(MESSAGE | {"body": BODY}, separators=(",", ":"))),
    ("<aws.pipes.event>", MESSAGE, json.dumps(MESSAGE, separators=(",", ":"))),
    ("<$.missing>", MESSAGE, ""),
    ("<$.a>", "no object", ""),
]


@pytest.mark.parametrize(("template", "event", "text"), TEMPLATES)
def test_a_template_shapes_an_event(template, event, text):
    assert templates.shaped(template, event, RESERVED) == text


@pytest.mark.parametrize("template", ['{"a": ', "<$.a[>", "<name>", '{"a": <name>}'])
def test_a_template_that_cannot_be_filled_in_is_refused(template):
    with pytest.raises(InvalidTransform):
        templates.check(template)


@pytest.mark.parametrize(("text", "made"), [("{}", "{}"), ("1", "1"), ("plain", '"plain"'), ("", '""')])
def test_functions_get_json_whatever_a_template_made(text, made):
    assert targets.payload_of([text, text]) == f"[{made},{made}]".encode()


PATHS = [("static", "static"), ("$.body.name", "Bo"), ("$.body.list[0]", "1"), ("$price", "$price")]


@pytest.mark.parametrize(("text", "found"), PATHS)
def test_a_parameter_is_a_path_or_itself(text, found):
    assert templates.resolved_text(text, MESSAGE) == found


def test_a_path_that_finds_nothing_fails():
    with pytest.raises(InvocationFailed):
        templates.resolved("$.body.none", MESSAGE)


def held(number, key="k", size_bytes=1, arrived_at_ms=0):
    return Held({}, str(number), arrived_at_ms, key, size_bytes)


RECORDS = st.lists(st.builds(held, st.integers(0, 999), st.sampled_from("abcdef")))


@given(RECORDS, st.integers(1, 10))
def test_f023_lanes_hold_every_record_and_keep_the_order_of_each_key(records, factor):
    lanes = streams.lanes_of(records, factor)

    assert len(lanes) <= factor
    for key in "abcdef":
        own = [record for record in records if record.key == key]
        found = [[record for record in lane if record.key == key] for lane in lanes]
        assert [each for each in found if each] == ([own] if own else [])


@given(st.lists(st.integers(1, 4 * 1024 * 1024), max_size=30), st.integers(1, 10))
def test_batches_are_neither_too_many_nor_too_large(sizes, size_max):
    records = [held(number, size_bytes=size) for number, size in enumerate(sizes)]
    batches = streams.batches_of(records, size_max)

    assert [record for batch in batches for record in batch.records] == records
    for batch in batches:
        assert 1 <= len(batch.records) <= size_max
        assert sum(record.size_bytes for record in batch.records) <= 6 * 1024 * 1024


@given(st.integers(1, 40), st.sets(st.integers(0, 39)))
def test_f022_halving_ends_and_gives_up_nothing_but_what_fails(count, poison):
    """Every record either gets through or is the only one of a batch that used up its attempts."""
    poison = {number for number in poison if number < count}
    waiting, through, given_up = [Batch([held(number) for number in range(count)])], [], []
    while waiting:
        batch = waiting.pop()
        if not any(int(record.sequence_number) in poison for record in batch.records):
            through += [int(record.sequence_number) for record in batch.records]
            continue
        again = streams.after_failure(batch, set(range(len(batch.records))), bisects=True, counts=True)
        if streams.is_exhausted({"MaximumRetryAttempts": 1}, again[0]):
            given_up += [int(record.sequence_number) for record in again[0].records]
        else:
            waiting += again[::-1]

    assert set(given_up) == poison
    assert sorted(through + given_up) == list(range(count))
    assert through == sorted(through)


def test_f022_without_halving_a_batch_stays_whole_and_counts_only_failures_of_its_owner():
    batch = Batch([held(1), held(2)])
    assert streams.after_failure(batch, {0, 1}, bisects=False, counts=True) == [Batch(batch.records, 1)]
    assert streams.after_failure(batch, {0, 1}, bisects=True, counts=False) == [Batch(batch.records, 0)]
    assert streams.after_failure(batch, {1}, bisects=False, counts=True) == [Batch([held(2)], 1)]


EXHAUSTED = [(-1, 99, False), (0, 1, True), (2, 2, False), (2, 3, True)]


@pytest.mark.parametrize(("attempts_max", "failure_count", "exhausted"), EXHAUSTED)
def test_f022_a_batch_is_given_up_after_its_retries(attempts_max, failure_count, exhausted):
    batch = Batch([held(1)], failure_count)
    assert streams.is_exhausted({"MaximumRetryAttempts": attempts_max}, batch) is exhausted


def test_records_grow_old_by_their_pipe_or_by_their_stream():
    assert streams.age_ms_max({"MaximumRecordAgeInSeconds": -1}, 5) == 5
    assert streams.age_ms_max({"MaximumRecordAgeInSeconds": 60}, 86_400_000) == 60_000
    young, old = streams.split_by_age(Batch([held(1), held(2, arrived_at_ms=50)]), 100, 60)
    assert ([record.sequence_number for record in young.records], [each.sequence_number for each in old]) == (
        ["2"],
        ["1"],
    )


def test_a_message_without_attributes_is_an_event_too():
    assert events.id_of(MESSAGE) == "1"
    assert events.id_of({"eventID": "e"}) == "e"
    assert events.id_of("text") == ""


APIS = [
    ("abc/prod/GET/", {}, "GET", "/_aws/execute-api/abc/prod/"),
    ("abc/prod/GET", {}, "GET", "/_aws/execute-api/abc/prod/"),
    ("abc/$default/POST/a/*/b/*", {"PathParameterValues": ["$.body.id", "x"]}, "POST",
     "/_aws/execute-api/abc/%24default/a/p%2F%2A/b/x"),
    ("abc/prod/PUT/a", {"QueryStringParameters": {"q": "$.body.id", "r": "1 2"}}, "PUT",
     "/_aws/execute-api/abc/prod/a?q=p%2F%2A&r=1%202"),
]  # fmt: skip


@pytest.mark.parametrize(("resource", "http", "method", "path"), APIS)
def test_where_a_method_of_an_api_is_asked(resource, http, method, path):
    """https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeTargetHttpParameters.html"""
    target = f"arn:aws:execute-api:us-east-1:123456789012:{resource}"
    parameters = {"HttpParameters": http | {"HeaderParameters": {"X-Id": "$.body.id"}}}
    pipe = Pipe("p", "", target, "", 1, 1, 0, 0, target_parameters=parameters)
    item = targets.Item({"eventSource": "aws:sqs", "body": '{"id": "p/*"}'}, '{"n":1}')

    (sending,) = targets.sendings_of(pipe, [item], targets.Place("http://localhost:4566", 0))

    assert sending == (
        "execute-api",
        method,
        {"Headers": {"X-Id": "p/*"}, "Path": path, "Body": '{"n":1}'},
        [0],
    )
