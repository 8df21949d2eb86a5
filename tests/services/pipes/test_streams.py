"""Pipes from streams: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-kinesis.html
and https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-dynamodb.html."""

import base64
import json

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")

FN = "lambda:function:fn"
STREAM = "kinesis:stream/s"
STREAM_ARN = "arn:aws:kinesis:us-east-1:123456789012:stream/s"


def reading(position="TRIM_HORIZON", **parameters):
    return {"KinesisStreamParameters": {"StartingPosition": position, **parameters}}


def filtered(pattern, **members):
    return reading(**members) | {"FilterCriteria": {"Filters": [{"Pattern": json.dumps(pattern)}]}}


async def make_stream(cloud, shard_count=1):
    await cloud("kinesis", "CreateStream", StreamName="s", ShardCount=shard_count)


async def put(cloud, *texts, key="k"):
    records = [{"Data": text.encode(), "PartitionKey": key} for text in texts]
    return (await cloud.start("kinesis", "PutRecords", StreamName="s", Records=records))["Records"]


def data(functions):
    """What the function was given, batch by batch."""
    return [[base64.b64decode(each["data"]).decode() for each in batch] for batch in functions.events]


async def test_a_record_arrives_as_the_event_of_its_source(cloud, queue, pipe, bodies):
    await make_stream(cloud)
    target = await queue("out")
    await pipe(STREAM, "sqs:out", SourceParameters=reading())

    (record,) = await put(cloud, "hello")
    await cloud.settle()

    (text,) = await bodies(target)
    assert json.loads(text) == {
        "kinesisSchemaVersion": "1.0",
        "partitionKey": "k",
        "sequenceNumber": record["SequenceNumber"],
        "data": "aGVsbG8=",
        "approximateArrivalTimestamp": cloud.clock.now_ms() / 1000,
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"shardId-000000000000:{record['SequenceNumber']}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": "arn:aws:iam::123456789012:role/pipe",
        "awsRegion": "us-east-1",
        "eventSourceARN": STREAM_ARN,
    }


POSITIONS = [("TRIM_HORIZON", {"old", "new"}), ("LATEST", {"new"})]


@pytest.mark.parametrize(("position", "seen"), POSITIONS)
async def test_reading_begins_where_the_pipe_says(cloud, queue, pipe, bodies, position, seen):
    await make_stream(cloud)
    target = await queue("out")
    await put(cloud, "old")

    await pipe(
        STREAM, "sqs:out", SourceParameters=reading(position), TargetParameters={"InputTemplate": "<$.data>"}
    )
    await put(cloud, "new")
    await cloud.settle()

    assert set(await bodies(target)) == seen


async def test_reading_begins_at_an_instant(cloud, queue, pipe, bodies):
    await make_stream(cloud)
    target = await queue("out")
    await put(cloud, "old")
    await cloud.clock.advance(5_000)
    since = cloud.clock.now_ms() / 1000
    await put(cloud, "new")
    await cloud.clock.advance(5_000)

    parameters = reading("AT_TIMESTAMP", StartingPositionTimestamp=since)
    await pipe(STREAM, "sqs:out", SourceParameters=parameters, TargetParameters={"InputTemplate": "<$.data>"})
    await cloud.settle()

    assert await bodies(target) == ["new"]


async def test_latest_means_the_creation_of_the_pipe_even_long_after_it(cloud, queue, pipe, bodies):
    """Iterators expire after five minutes; a pipe that waited longer loses nothing."""
    await make_stream(cloud)
    target = await queue("out")
    await put(cloud, "old")
    await cloud.clock.advance(1_000)
    await pipe(
        STREAM, "sqs:out", SourceParameters=reading("LATEST"), TargetParameters={"InputTemplate": "<$.data>"}
    )

    for text in ("a", "b"):
        await cloud.clock.advance(3_600_000)
        await put(cloud, text)
    await cloud.settle()

    assert await bodies(target) == ["a", "b"]


async def test_f019_records_that_no_filter_matches_are_read_past(cloud, queue, pipe, bodies):
    await make_stream(cloud)
    target = await queue("out")
    await pipe(
        STREAM,
        "sqs:out",
        SourceParameters=filtered({"data": {"kind": ["order"]}}),
        TargetParameters={"InputTemplate": "<$.data.id>"},
    )

    await put(cloud, '{"kind":"order","id":1}', '{"kind":"note","id":2}', "plain", '{"kind":"order","id":3}')
    await cloud.settle()

    assert await bodies(target) == ["1", "3"]


async def test_batches_keep_the_order_of_a_shard(cloud, functions, pipe):
    await make_stream(cloud)
    await functions.create()
    await put(cloud, *map(str, range(7)))

    await pipe(STREAM, FN, SourceParameters=reading(BatchSize=3))
    await cloud.clock.advance(3_000)

    assert data(functions) == [["0", "1", "2"], ["3", "4", "5"], ["6"]]


async def test_a_window_gathers_records(cloud, functions, pipe):
    await make_stream(cloud)
    await functions.create()
    await pipe(STREAM, FN, SourceParameters=reading(MaximumBatchingWindowInSeconds=30))

    await put(cloud, "a")
    await cloud.clock.advance(10_000)
    await put(cloud, "b")
    await cloud.clock.advance(19_999)
    assert functions.told == []
    await cloud.clock.advance(1)

    assert data(functions) == [["a", "b"]]


async def test_a_failed_batch_holds_up_its_shard_until_it_is_through(cloud, functions, pipe):
    await make_stream(cloud)
    await functions.create()

    def fail_thrice(told):
        if len(functions.told) <= 3:
            raise functions.Fails("boom")

    functions.script = fail_thrice
    await put(cloud, "a", "b")
    await pipe(STREAM, FN, SourceParameters=reading(BatchSize=1))
    start_ms = cloud.clock.now_ms()
    await cloud.clock.run_until_idle()

    assert data(functions) == [["a"]] * 4 + [["b"]]
    assert 7_000 <= cloud.clock.now_ms() - start_ms <= 9_000


async def test_f022_records_that_use_up_their_attempts_go_to_the_dead_letter_queue(
    cloud, functions, queue, pipe, bodies
):
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-error-troubleshooting.html"""
    await make_stream(cloud)
    await functions.create()
    dead = await queue("dead")

    def fail(told):
        if any(base64.b64decode(each["data"]) == b"poison" for each in told["event"]):
            raise functions.Fails("boom")

    functions.script = fail
    numbers = [each["SequenceNumber"] for each in await put(cloud, "poison", "too", "good")]
    letters = {"Arn": "arn:aws:sqs:us-east-1:123456789012:dead"}
    await pipe(
        STREAM, FN, SourceParameters=reading(BatchSize=2, MaximumRetryAttempts=2, DeadLetterConfig=letters)
    )
    arrived_ms = cloud.clock.now_ms()
    await cloud.clock.run_until_idle()

    assert data(functions) == [["poison", "too"]] * 3 + [["good"]]
    (text,) = await bodies(dead)
    letter = json.loads(text)
    assert letter["context"] == {
        "partnerResourceArn": "arn:aws:pipes:us-east-1:123456789012:pipe/orders",
        "condition": "RetryAttemptsExhausted",
    }
    assert letter["KinesisBatchInfo"] == {
        "shardId": "shardId-000000000000",
        "startSequenceNumber": numbers[0],
        "endSequenceNumber": numbers[1],
        "approximateArrivalOfFirstRecord": "2026-01-01T00:00:00.000Z",
        "approximateArrivalOfLastRecord": "2026-01-01T00:00:00.000Z",
        "batchSize": 2,
        "streamArn": STREAM_ARN,
    }
    assert arrived_ms == 1_767_225_600_000


async def test_f022_halving_leaves_only_the_poison_behind(cloud, functions, queue, pipe, bodies):
    await make_stream(cloud)
    await functions.create()
    dead = await queue("dead")
    through = []

    def fail(told):
        texts = [base64.b64decode(each["data"]).decode() for each in told["event"]]
        if "poison" in texts:
            raise functions.Fails("boom")
        through.extend(texts)

    functions.script = fail
    await put(cloud, "a", "b", "poison", "c", "d")
    parameters = reading(
        OnPartialBatchItemFailure="AUTOMATIC_BISECT",
        MaximumRetryAttempts=0,
        DeadLetterConfig={"Arn": "arn:aws:sqs:us-east-1:123456789012:dead"},
    )
    await pipe(STREAM, FN, SourceParameters=parameters)
    await cloud.clock.run_until_idle()

    assert through == ["a", "b", "c", "d"]
    (text,) = await bodies(dead)
    assert json.loads(text)["KinesisBatchInfo"]["batchSize"] == 1


async def test_only_the_records_that_a_function_names_are_tried_again(cloud, functions, pipe):
    await make_stream(cloud)
    await functions.create()
    functions.script = lambda told: (
        {"batchItemFailures": [{"itemIdentifier": told["event"][1]["eventID"]}]}
        if len(functions.told) == 1
        else None
    )

    await put(cloud, *"abc")
    await pipe(STREAM, FN, SourceParameters=reading())
    await cloud.clock.run_until_idle()

    assert data(functions) == [["a", "b", "c"], ["b"]]


async def test_f022_records_that_grow_too_old_are_given_up(cloud, functions, queue, pipe, bodies):
    await make_stream(cloud)
    await functions.create()
    dead = await queue("dead")

    def fail(told):
        raise functions.Fails("boom")

    functions.script = fail
    await put(cloud, "a")
    letters = {"Arn": "arn:aws:sqs:us-east-1:123456789012:dead"}
    await pipe(STREAM, FN, SourceParameters=reading(MaximumRecordAgeInSeconds=60, DeadLetterConfig=letters))
    await cloud.clock.run_until_idle()

    (text,) = await bodies(dead)
    assert json.loads(text)["context"]["condition"] == "RecordAgeExceeded"
    assert len(functions.told) == 6  # after 0, 1, 3, 7, 15 and 31 seconds


async def test_a_throttled_function_uses_up_no_attempt(cloud, functions, queue, pipe, bodies):
    await make_stream(cloud)
    await functions.create()
    dead = await queue("dead")
    await cloud("lambda", "PutFunctionConcurrency", FunctionName="fn", ReservedConcurrentExecutions=0)
    letters = {"Arn": "arn:aws:sqs:us-east-1:123456789012:dead"}
    await pipe(STREAM, FN, SourceParameters=reading(MaximumRetryAttempts=0, DeadLetterConfig=letters))

    await put(cloud, "a")
    await cloud.clock.advance(600_000)
    await cloud.start("lambda", "DeleteFunctionConcurrency", FunctionName="fn")
    await cloud.clock.run_until_idle()

    assert (data(functions), await bodies(dead)) == ([["a"]], [])


async def test_f023_batches_side_by_side_keep_the_order_of_each_key(cloud, functions, pipe):
    await make_stream(cloud)
    await functions.create(MemorySize=128)
    for number in range(5):
        for key in "abcdef":
            await put(cloud, f"{key}{number}", key=key)

    gate = functions.gate()
    await pipe(STREAM, FN, SourceParameters=reading(BatchSize=2, ParallelizationFactor=3))
    await functions.until(2)
    gate.set()
    await cloud.clock.run_until_idle()

    texts = [text for batch in data(functions) for text in batch]
    for key in "abcdef":
        assert [text for text in texts if text[0] == key] == [f"{key}{number}" for number in range(5)]
    assert max(map(len, data(functions))) == 2
    assert functions.busy_max > 1


async def test_the_children_of_a_shard_are_read_after_it(cloud, functions, pipe):
    await make_stream(cloud)
    await functions.create()
    await put(cloud, "before")
    await cloud(
        "kinesis",
        "SplitShard",
        StreamName="s",
        ShardToSplit="shardId-000000000000",
        NewStartingHashKey=str(2**127),
    )
    await cloud.clock.advance(60_000)
    await put(cloud, "after", key="a")
    await put(cloud, "and after", key="b")

    await pipe(STREAM, FN, SourceParameters=reading())
    await cloud.clock.run_until_idle()

    assert data(functions)[0][0] == "before"
    assert {text for batch in data(functions) for text in batch} == {"before", "after", "and after"}


async def test_a_stream_that_is_split_while_a_pipe_reads_it_loses_nothing(cloud, functions, pipe):
    await make_stream(cloud)
    await functions.create()
    await pipe(STREAM, FN, SourceParameters=reading("LATEST"))
    await put(cloud, "before")
    await cloud.settle()
    await cloud(
        "kinesis",
        "SplitShard",
        StreamName="s",
        ShardToSplit="shardId-000000000000",
        NewStartingHashKey=str(2**127),
    )
    await cloud.clock.advance(60_000)
    for key in "abcd":
        await put(cloud, key, key=key)
    await cloud.clock.advance(2_000)

    assert sorted(text for batch in data(functions) for text in batch) == ["a", "b", "before", "c", "d"]


async def test_a_started_pipe_goes_on_where_it_was_stopped(cloud, queue, pipe, bodies):
    await make_stream(cloud)
    target = await queue("out")
    await pipe(
        STREAM, "sqs:out", SourceParameters=reading("LATEST"), TargetParameters={"InputTemplate": "<$.data>"}
    )
    await put(cloud, "a")
    await cloud.settle()
    await cloud.start("pipes", "StopPipe", Name="orders")
    await cloud.settle()
    await put(cloud, "b")
    await cloud.clock.advance(3_600_000)
    assert await bodies(target) == ["a"]
    await cloud.start("pipes", "StartPipe", Name="orders")
    await cloud.clock.advance(2_000)

    assert await bodies(target) == ["b"]


async def test_a_batch_that_never_gets_through_does_not_hold_up_a_stop(cloud, functions, queue, pipe, bodies):
    await make_stream(cloud)
    target = await queue("out")
    await functions.create()

    def fail(told):
        raise functions.Fails("boom")

    functions.script = fail
    await put(cloud, "a")
    await pipe(STREAM, FN, SourceParameters=reading(BatchSize=1))
    await cloud.clock.advance(100_000)

    await cloud.start(
        "pipes", "UpdatePipe", Name="orders", RoleArn="arn:aws:iam::123456789012:role/r",
        Target="arn:aws:sqs:us-east-1:123456789012:out", TargetParameters={"InputTemplate": "<$.data>"},
    )  # fmt: skip
    await cloud.clock.advance(1_000)

    assert await bodies(target) == ["a"]


async def test_a_shard_that_may_not_be_read_so_often_is_read_a_moment_later(cloud, functions, pipe):
    """https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html"""
    await make_stream(cloud)
    await functions.create()
    await pipe(STREAM, FN, SourceParameters=reading())
    for number in range(12):
        await put(cloud, str(number))
        await cloud.settle()
    await cloud.clock.advance(5_000)

    assert [text for batch in data(functions) for text in batch] == [str(number) for number in range(12)]
    assert "StateReason" not in await cloud.start("pipes", "DescribePipe", Name="orders")


async def test_a_topic_is_told_of_records_that_are_given_up(cloud, functions, queue, pipe, bodies):
    await make_stream(cloud)
    await functions.create()
    dead = await queue("dead")
    topic = (await cloud("sns", "CreateTopic", Name="t"))["TopicArn"]
    await cloud(
        "sns", "Subscribe", TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:123456789012:dead",
        Attributes={"RawMessageDelivery": "true"},
    )  # fmt: skip

    def fail(told):
        raise functions.Fails("boom")

    functions.script = fail
    await put(cloud, "a")
    await pipe(STREAM, FN, SourceParameters=reading(MaximumRetryAttempts=0, DeadLetterConfig={"Arn": topic}))
    await cloud.clock.run_until_idle()

    (text,) = await bodies(dead)
    assert json.loads(text)["KinesisBatchInfo"]["batchSize"] == 1


async def test_a_dead_letter_queue_that_does_not_exist_fails_the_pipe(cloud, functions, pipe):
    await make_stream(cloud)
    letters = {"Arn": "arn:aws:sqs:us-east-1:123456789012:missing"}
    await pipe(STREAM, FN, SourceParameters=reading(DeadLetterConfig=letters))

    found = await cloud("pipes", "DescribePipe", Name="orders")

    assert (found["CurrentState"], "does not exist" in found["StateReason"]) == ("CREATE_FAILED", True)


async def test_records_that_only_filters_saw_are_not_read_again(cloud, queue, pipe, bodies):
    await make_stream(cloud)
    target = await queue("out")
    parameters = filtered({"data": ["b"]}, position="LATEST")
    await pipe(STREAM, "sqs:out", SourceParameters=parameters, TargetParameters={"InputTemplate": "<$.data>"})
    await put(cloud, "a")
    await cloud.settle()

    await cloud.start(
        "pipes", "UpdatePipe", Name="orders", RoleArn="arn:aws:iam::123456789012:role/r",
        SourceParameters={"FilterCriteria": {}},
    )  # fmt: skip
    await cloud.clock.advance(1_000)
    await put(cloud, "b")
    await cloud.clock.advance(1_000)

    assert await bodies(target) == ["b"]


async def make_table(cloud):
    made = await cloud(
        "dynamodb", "CreateTable", TableName="things", BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )  # fmt: skip
    return made["TableDescription"]["LatestStreamArn"]


async def write(cloud, *ids):
    for each in ids:
        await cloud.start(
            "dynamodb", "PutItem", TableName="things", Item={"id": {"S": each}, "b": {"B": b"x"}}
        )


async def test_changes_of_a_table_arrive_as_events_in_order(cloud, queue, pipe, bodies):
    arn = await make_table(cloud)
    target = await queue("out")
    await write(cloud, "before")
    position = {"DynamoDBStreamParameters": {"StartingPosition": "LATEST", "BatchSize": 2}}
    pattern = {
        "Filters": [{"Pattern": '{"eventName": ["INSERT"], "dynamodb": {"Keys": {"id": {"S": ["a", "c"]}}}}'}]
    }
    await pipe(arn, "sqs:out", SourceParameters=position | {"FilterCriteria": pattern})

    await write(cloud, "a", "b", "a", "c")
    await cloud.settle()

    events = [json.loads(text) for text in await bodies(target)]
    assert [event["dynamodb"]["Keys"]["id"]["S"] for event in events] == ["a", "c"]
    assert (events[0]["eventSource"], events[0]["eventSourceARN"]) == ("aws:dynamodb", arn)
    assert events[0]["dynamodb"]["NewImage"]["b"] == {"B": "eA=="}


async def test_a_tables_pipe_loses_nothing_after_a_day_of_silence(cloud, queue, pipe, bodies):
    arn = await make_table(cloud)
    target = await queue("out")
    await write(cloud, "old")
    position = {"DynamoDBStreamParameters": {"StartingPosition": "LATEST"}}
    await pipe(
        arn,
        "sqs:out",
        SourceParameters=position,
        TargetParameters={"InputTemplate": "<$.dynamodb.Keys.id.S>"},
    )

    await cloud.clock.advance(90_000_000)
    await write(cloud, "a")
    await cloud.settle()
    await cloud.clock.advance(90_000_000)
    await write(cloud, "b")
    await cloud.settle()

    assert await bodies(target) == ["a", "b"]


async def test_f067_an_expired_item_is_told_with_the_service_as_its_user(cloud, queue, pipe, bodies):
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html"""
    arn = await make_table(cloud)
    target = await queue("out")
    expiry = {"Enabled": True, "AttributeName": "at"}
    await cloud("dynamodb", "UpdateTimeToLive", TableName="things", TimeToLiveSpecification=expiry)
    reading_table = {"DynamoDBStreamParameters": {"StartingPosition": "TRIM_HORIZON"}}
    pattern = '{"userIdentity": {"type": ["Service"], "principalId": ["dynamodb.amazonaws.com"]}}'
    filters = {"FilterCriteria": {"Filters": [{"Pattern": pattern}]}}
    await pipe(arn, "sqs:out", SourceParameters=reading_table | filters)
    item = {"id": {"S": "a"}, "at": {"N": str(cloud.clock.now_ms() // 1000 + 60)}}
    await cloud("dynamodb", "PutItem", TableName="things", Item=item)
    await cloud.clock.advance(3 * 86_400_000)

    (event,) = [json.loads(text) for text in await bodies(target)]
    assert event["eventName"] == "REMOVE"
