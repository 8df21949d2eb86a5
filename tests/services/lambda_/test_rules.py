"""Decisions of Lambda on their own."""

import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudchamber.aws import Trace
from cloudchamber.services.lambda_.errors import InvalidParameterValueException
from cloudchamber.services.lambda_.model import Alias, Mapping
from cloudchamber.services.lambda_.rules import recursion, scaling, streams
from cloudchamber.services.lambda_.rules.mappings import failed_ids
from cloudchamber.services.lambda_.rules.names import parse_name
from cloudchamber.services.lambda_.rules.routing import drawn_version


@pytest.mark.parametrize(
    ("after_ms", "maximum", "count"),
    [
        (0, None, 5), (199, None, 5), (200, None, 6), (60_000, None, 305), (120_000, None, 605), (600_000, None, 1000),
        (0, 2, 2), (60_000, 2, 2), (60_000, 100, 100),
    ],
)  # fmt: skip
def test_f012_a_mapping_scales_from_five_by_three_hundred_a_minute_to_a_thousand(after_ms, maximum, count):
    """https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html"""
    assert scaling.allowed(scaling.start(1_000, maximum), 1_000 + after_ms, maximum) == count


@given(st.integers(0, 10**7), st.one_of(st.none(), st.integers(2, 1000)))
def test_f012_growth_is_announced_when_it_happens(now_ms, maximum):
    scale = scaling.start(0, maximum)
    grows_at_ms = scaling.grows_at_ms(scale, now_ms, maximum)
    now = scaling.allowed(scale, now_ms, maximum)

    if grows_at_ms is None:
        assert now == (maximum or 1000)
    else:
        assert grows_at_ms > now_ms
        assert scaling.allowed(scale, grows_at_ms, maximum) == now + 1
        assert scaling.allowed(scale, grows_at_ms - 1, maximum) == now


def test_f017_an_error_halves_what_may_run_at_once_but_never_stops_it():
    scale = scaling.start(0, None)
    for count in (2, 1, 1):
        scale = scaling.backed_off(scale, 0, None)
        assert scaling.allowed(scale, 0, None) == count


@given(st.lists(st.sampled_from(["arn:a", "arn:b", "arn:c"]), max_size=30))
def test_f009_a_lineage_counts_each_function_and_survives_the_header_of_an_sdk(chain):
    lineage = ""
    for arn in chain:
        lineage = recursion.lengthened(lineage, arn)
        sent = quote(Trace("1-2-3", "4", lineage).header(), safe="-=;:+&[]{}\"',")  # as botocore writes it
        trace = Trace.parse(sent)
        assert trace
        lineage = trace.lineage

    for arn in ("arn:a", "arn:b", "arn:c"):
        assert recursion.count_of(lineage, arn) == chain.count(arn)


@given(st.sets(st.sampled_from("abcdef")))
def test_f018_the_failed_messages_are_those_reported(failed):
    report = {"batchItemFailures": [{"itemIdentifier": name} for name in sorted(failed)]}

    assert failed_ids(json.dumps(report).encode(), list("abcdef")) == failed


@pytest.mark.parametrize(
    "payload",
    [b"nonsense{", b"[]", b'"text"', b'{"batchItemFailures": "a"}', b'{"batchItemFailures": ["a"]}'],
)
def test_f018_a_report_that_cannot_be_read_fails_the_whole_batch(payload):
    assert failed_ids(payload, ["a", "b"]) == {"a", "b"}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("fn", ("", "", "fn", "")),
        ("fn:live", ("", "", "fn", "live")),
        ("fn:$LATEST", ("", "", "fn", "$LATEST")),
        ("123456789012:function:fn", ("", "123456789012", "fn", "")),
        ("arn:aws:lambda:eu-west-1:123456789012:function:fn:7", ("eu-west-1", "123456789012", "fn", "7")),
    ],
)
def test_the_forms_of_a_functions_name(text, parts):
    """https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_RequestParameters"""
    assert parse_name(text) == parts


def test_what_is_no_name_is_refused():
    with pytest.raises(InvalidParameterValueException):
        parse_name("a b")


@given(st.floats(0, 1, exclude_max=True), st.floats(0, 1))
def test_an_alias_draws_its_second_version_by_its_weight(fraction, weight):
    alias = Alias("live", "1", "r", weights={"2": weight})

    assert drawn_version(alias, fraction) == ("2" if fraction < weight else "1")


@given(st.integers(1, 64), st.sets(st.integers(0, 63)), st.booleans(), st.integers(0, 3), st.booleans())
def test_f021_f022_every_record_is_dealt_with_or_given_up_once_and_in_order(
    count, bad, bisects, retries_max, reports
):
    """https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html"""
    mapping = Mapping("id", "arn", "fn", "", "1", 0, 0, bisects=bisects, retries_max=retries_max)
    done, given_up, parts, invoke_count = [], [], [(list(range(count)), 0)], 0
    while parts:
        items, attempts = parts.pop(0)
        invoke_count += 1
        assert invoke_count < 10_000
        failed = [index for index, item in enumerate(items) if item in bad]
        if not failed:
            done += items
            continue
        after = streams.after_failure(mapping, len(items), failed[0] if reports else 0, attempts)
        done += items[: after.done]
        rest = items[after.done :]
        if not after.parts:
            given_up += rest
            continue
        assert sum(after.parts) == len(rest)
        assert all(after.parts)
        following = []
        for size in after.parts:
            following.append((rest[:size], after.attempts))
            rest = rest[size:]
        parts = following + parts

    assert done == sorted(done)
    assert given_up == sorted(given_up)
    assert sorted(done + given_up) == list(range(count))
    assert set(given_up) >= bad & set(range(count))
    if bisects:
        assert set(given_up) == bad & set(range(count))


@given(st.integers(1, 60))
def test_the_delay_between_retries_grows_to_a_minute(failures):
    delay_ms = streams.retry_delay_ms(failures)

    assert 1_000 <= delay_ms <= streams.retry_delay_ms(failures + 1) <= 60_000
