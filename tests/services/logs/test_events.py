"""Log events: what PutLogEvents takes, and how GetLogEvents and FilterLogEvents read.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
"""

import pytest

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
G, S = {"logGroupName": "g"}, {"logGroupName": "g", "logStreamName": "s"}


@pytest.fixture
async def logs(cloud):
    await cloud("logs", "CreateLogGroup", **G)
    await cloud("logs", "CreateLogStream", **S)
    return cloud


def events(*pairs):
    return [{"timestamp": at, "message": text} for at, text in pairs]


async def put(cloud, *pairs, stream="s"):
    return await cloud(
        "logs", "PutLogEvents", logGroupName="g", logStreamName=stream, logEvents=events(*pairs)
    )


def texts(answer):
    return [event["message"] for event in answer["events"]]


async def test_events_come_back_in_order_of_their_timestamps_whatever_the_order_of_the_calls(logs):
    now = logs.clock.now_ms()
    await put(logs, (now - 5, "b"), (now + 4_000, "d"))
    await put(logs, (now - 10, "a"), (now - 5, "c"))
    got = await logs("logs", "GetLogEvents", **S, startFromHead=True)
    assert texts(got) == ["a", "b", "c", "d"]
    assert got["events"][0] == {"timestamp": now - 10, "message": "a", "ingestionTime": now}


@pytest.mark.parametrize(
    ("pairs", "text"),
    [
        (
            [(0, "a"), (-1, "b")],
            "Log events in a single PutLogEvents request must be in chronological order.",
        ),
        (
            [(-DAY_MS - 1, "a"), (0, "b")],
            "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
        ),
        (
            [(0, "é" * 524_276)],
            "Upload too large: 1048578 bytes exceeds limit of 1048576",
        ),
    ],
)
async def test_a_batch_that_breaks_a_rule_is_not_taken_at_all(logs, error_of, pairs, text):
    now = logs.clock.now_ms()
    error = await error_of(put(logs, *[(now + at, message) for at, message in pairs]))
    assert (error.code, error.message) == ("InvalidParameterException", text)
    assert texts(await logs("logs", "GetLogEvents", **S)) == []


async def test_a_batch_of_exactly_one_megabyte_is_taken(logs):
    assert "rejectedLogEventsInfo" not in await put(logs, (logs.clock.now_ms(), "x" * (1_048_576 - 26)))


async def test_events_too_new_are_rejected_from_an_index_on_and_the_others_taken(logs):
    now = logs.clock.now_ms()
    answer = await put(logs, (now, "ok"), (now + 2 * HOUR_MS, "edge"), (now + 2 * HOUR_MS + 1, "new"))
    assert answer["rejectedLogEventsInfo"] == {"tooNewLogEventStartIndex": 2}
    assert texts(await logs("logs", "GetLogEvents", **S, startFromHead=True)) == ["ok", "edge"]


async def test_events_older_than_14_days_are_rejected_up_to_an_exclusive_index(logs):
    now = logs.clock.now_ms()
    answer = await put(logs, (now - 14 * DAY_MS - 1, "old"), (now - 14 * DAY_MS, "ok"))
    assert answer["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1}
    assert texts(await logs("logs", "GetLogEvents", **S)) == ["ok"]


async def test_events_older_than_the_retention_are_rejected_as_expired(logs):
    await logs("logs", "PutRetentionPolicy", **G, retentionInDays=1)
    now = logs.clock.now_ms()
    answer = await put(logs, (now - DAY_MS - 1, "gone"), (now - 1, "ok"))
    assert answer["rejectedLogEventsInfo"] == {"expiredLogEventEndIndex": 1}


async def test_any_sequence_token_is_ignored(logs):
    now = logs.clock.now_ms()
    for _ in range(2):
        answer = await logs("logs", "PutLogEvents", **S, sequenceToken="wrong", logEvents=events((now, "x")))
        assert answer["nextSequenceToken"]


async def test_the_end_of_a_stream_gives_back_the_token_it_was_given(logs):
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html"""
    now = logs.clock.now_ms()
    await put(logs, *[(now + i, str(i)) for i in range(5)])
    first = await logs("logs", "GetLogEvents", **S, startFromHead=True, limit=3)
    second = await logs("logs", "GetLogEvents", **S, startFromHead=True, nextToken=first["nextForwardToken"])
    end = await logs("logs", "GetLogEvents", **S, startFromHead=True, nextToken=second["nextForwardToken"])
    assert (texts(first), texts(second), texts(end)) == (["0", "1", "2"], ["3", "4"], [])
    assert end["nextForwardToken"] == second["nextForwardToken"]
    await put(logs, (now + 9, "later"))
    more = await logs("logs", "GetLogEvents", **S, startFromHead=True, nextToken=end["nextForwardToken"])
    assert texts(more) == ["later"]


async def test_a_stream_is_read_from_its_tail_backward_by_default(logs):
    now = logs.clock.now_ms()
    await put(logs, *[(now + i * 700, str(i)) for i in range(5)])
    tail = await logs("logs", "GetLogEvents", **S, limit=2)
    before = await logs("logs", "GetLogEvents", **S, limit=2, nextToken=tail["nextBackwardToken"])
    head = await logs("logs", "GetLogEvents", **S, limit=2, nextToken=before["nextBackwardToken"])
    end = await logs("logs", "GetLogEvents", **S, limit=2, nextToken=head["nextBackwardToken"])
    assert [texts(page) for page in (tail, before, head, end)] == [["3", "4"], ["1", "2"], ["0"], []]
    assert end["nextBackwardToken"] == head["nextBackwardToken"]
    again = await logs("logs", "GetLogEvents", **S, nextToken=before["nextForwardToken"])
    assert texts(again) == ["3", "4"]


async def test_an_event_at_the_end_time_is_left_out_by_get_and_given_by_filter(logs):
    now = logs.clock.now_ms()
    await put(logs, (now, "a"), (now + 1, "b"))
    assert texts(await logs("logs", "GetLogEvents", **S, startTime=now, endTime=now + 1)) == ["a"]
    assert texts(await logs("logs", "FilterLogEvents", **G, startTime=now, endTime=now + 1)) == ["a", "b"]


async def test_a_page_of_get_log_events_holds_one_megabyte_at_most(logs):
    """F078."""
    now = logs.clock.now_ms()
    await put(logs, (now, "a" * 600_000))
    await put(logs, (now + 1, "b" * 600_000))
    first = await logs("logs", "GetLogEvents", **S, startFromHead=True)
    second = await logs("logs", "GetLogEvents", **S, startFromHead=True, nextToken=first["nextForwardToken"])
    assert [text[0] for text in texts(first) + texts(second)] == ["a", "b"]
    assert len(first["events"]) == 1


async def test_filter_interleaves_streams_and_names_each_event(logs):
    now = logs.clock.now_ms()
    await logs("logs", "CreateLogStream", logGroupName="g", logStreamName="t")
    await put(logs, (now, "1"), (now + 2, "3"))
    await put(logs, (now + 1, "2"), (now + 3, "4"), stream="t")
    got = await logs("logs", "FilterLogEvents", **G)
    assert [(e["message"], e["logStreamName"]) for e in got["events"]] == [
        ("1", "s"),
        ("2", "t"),
        ("3", "s"),
        ("4", "t"),
    ]
    assert len({e["eventId"] for e in got["events"]}) == 4
    assert "nextToken" not in got
    only = await logs("logs", "FilterLogEvents", **G, logStreamNamePrefix="t")
    assert texts(only) == texts(await logs("logs", "FilterLogEvents", **G, logStreamNames=["t"]))
    assert texts(only) == ["2", "4"]


async def test_filter_pages_in_the_direction_of_its_token(logs):
    now = logs.clock.now_ms()
    await put(logs, *[(now + i, str(i)) for i in range(5)])
    for backward, expected in ((False, ["0", "1", "2", "3", "4"]), (True, ["4", "3", "2", "1", "0"])):
        seen, more = [], {"startFromHead": not backward, "startTime": now}
        while more:
            page = await logs("logs", "FilterLogEvents", **G, limit=2, **more)
            seen += texts(page)
            more = {"nextToken": page["nextToken"]} if "nextToken" in page else None
        assert seen == expected


async def test_a_page_of_filter_log_events_may_be_empty_with_a_token(logs):
    """F078: 10,000 events are looked at for a page, whether they match or not."""
    now = logs.clock.now_ms()
    await put(logs, *[(now, "noise")] * 10_000)
    await put(logs, (now + 1, "needle"))
    first = await logs("logs", "FilterLogEvents", **G, filterPattern="needle")
    assert first["events"] == []
    second = await logs("logs", "FilterLogEvents", **G, filterPattern="needle", nextToken=first["nextToken"])
    assert texts(second) == ["needle"]
    assert "nextToken" not in second


async def test_filter_patterns_choose_events(logs, error_of):
    now = logs.clock.now_ms()
    await put(logs, (now, '{"level":"ERROR","ms":120}'), (now, '{"level":"INFO","ms":5}'), (now, "ERROR x"))
    by_field = await logs("logs", "FilterLogEvents", **G, filterPattern='{ $.level = "ERROR" && $.ms > 100 }')
    assert texts(by_field) == ['{"level":"ERROR","ms":120}']
    assert len((await logs("logs", "FilterLogEvents", **G, filterPattern="ERROR"))["events"]) == 2
    bad = await error_of(logs("logs", "FilterLogEvents", **G, filterPattern="{ $.a"))
    assert bad.code == "InvalidParameterException"


async def test_expired_events_are_hidden_at_once_and_removed_by_the_daily_sweep(logs):
    now = logs.clock.now_ms()
    await put(logs, (now, "old"))
    await logs("logs", "PutRetentionPolicy", **G, retentionInDays=3)
    await logs.clock.advance(2 * DAY_MS)
    await put(logs, (logs.clock.now_ms(), "young"))
    await logs.clock.advance(DAY_MS + 1)
    assert texts(await logs("logs", "GetLogEvents", **S)) == ["young"]
    await logs.clock.advance(DAY_MS)
    group = (await logs("logs", "DescribeLogGroups"))["logGroups"][0]
    assert group["storedBytes"] == len("young") + 26


async def test_removed_retention_stops_the_sweep(logs):
    await put(logs, (logs.clock.now_ms(), "kept"))
    await logs("logs", "PutRetentionPolicy", **G, retentionInDays=1)
    await logs("logs", "DeleteRetentionPolicy", **G)
    await logs.clock.advance(9 * DAY_MS)
    assert texts(await logs("logs", "GetLogEvents", **S)) == ["kept"]


async def test_a_missing_group_or_stream_is_named(cloud, error_of):
    error = await error_of(put(cloud, (0, "x")))
    assert (error.code, error.message) == (
        "ResourceNotFoundException",
        "The specified log group does not exist.",
    )
    await cloud("logs", "CreateLogGroup", **G)
    error = await error_of(put(cloud, (0, "x")))
    assert error.message == "The specified log stream does not exist."


async def test_function_logs_make_their_group_and_stream(cloud):
    batch = {
        "Group": "/aws/lambda/f",
        "Stream": "2026/[$LATEST]a",
        "Events": events((5, "START"), (7, "END")),
    }
    await cloud("logs", "put_function_logs", **batch)
    await cloud("logs", "put_function_logs", **batch)
    got = await cloud("logs", "FilterLogEvents", logGroupName="/aws/lambda/f")
    assert texts(got) == ["START", "START", "END", "END"]
    assert [e["eventId"] for e in got["events"]] == sorted({e["eventId"] for e in got["events"]})
