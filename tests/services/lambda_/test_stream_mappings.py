"""Event source mappings of streams: https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html and with-ddb.html."""

import base64
import json

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")

STREAM_ARN = "arn:aws:kinesis:us-east-1:123456789012:stream/s"
FUNCTION_ARN = "arn:aws:lambda:us-east-1:123456789012:function:fn"


async def make_stream(cloud, shards=1, name="s"):
    await cloud("kinesis", "CreateStream", StreamName=name, ShardCount=shards)


async def put(cloud, *texts, key="k"):
    """Records of one call; a text such as `a1` has the partition key `a` when no key is given."""
    records = [{"Data": text.encode(), "PartitionKey": key or text[0]} for text in texts]
    await cloud.start("kinesis", "PutRecords", StreamName="s", Records=records)


async def map_stream(cloud, **members):
    request = {
        "EventSourceArn": STREAM_ARN,
        "FunctionName": "fn",
        "StartingPosition": "TRIM_HORIZON",
    } | members
    return await cloud.start("lambda", "CreateEventSourceMapping", **request)


async def mapping_of(cloud, made):
    return await cloud.start("lambda", "GetEventSourceMapping", UUID=made["UUID"])


def texts(event):
    return [base64.b64decode(record["kinesis"]["data"]).decode() for record in event["Records"]]


def batches(functions):
    return [texts(event) for event in functions.events]


def handled(functions):
    """The records of invocations that succeeded, in order."""
    return [text for told in functions.told if not told.get("failed") for text in texts(told["event"])]


async def make_table(cloud, view="NEW_AND_OLD_IMAGES"):
    answer = await cloud(
        "dynamodb",
        "CreateTable",
        TableName="tbl",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": view},
    )
    return answer["TableDescription"]["LatestStreamArn"]


async def put_item(cloud, key, **attributes):
    await cloud.start("dynamodb", "PutItem", TableName="tbl", Item={"id": {"S": key}, **attributes})


async def test_a_record_of_kinesis_reaches_the_function_as_documented(cloud, functions):
    """https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html#services-kinesis-event-example"""
    await make_stream(cloud)
    await functions.create()
    made = await map_stream(cloud)
    answer = await cloud(
        "kinesis", "PutRecord", StreamName="s", Data=b"Hello, this is a test.", PartitionKey="1"
    )
    await cloud.settle()

    number = answer["SequenceNumber"]
    assert functions.events == [
        {
            "Records": [
                {
                    "kinesis": {
                        "kinesisSchemaVersion": "1.0",
                        "partitionKey": "1",
                        "sequenceNumber": number,
                        "data": "SGVsbG8sIHRoaXMgaXMgYSB0ZXN0Lg==",
                        "approximateArrivalTimestamp": cloud.clock.now_ms() / 1000,
                    },
                    "eventSource": "aws:kinesis",
                    "eventVersion": "1.0",
                    "eventID": f"shardId-000000000000:{number}",
                    "eventName": "aws:kinesis:record",
                    "invokeIdentityArn": "arn:aws:iam::123456789012:role/lambda",
                    "awsRegion": "us-east-1",
                    "eventSourceARN": STREAM_ARN,
                }
            ]
        }
    ]
    assert (made["BatchSize"], made["LastProcessingResult"], made["State"]) == (
        100, "No records processed", "Creating",
    )  # fmt: skip
    assert (await mapping_of(cloud, made))["LastProcessingResult"] == "OK"


async def test_a_change_of_a_table_reaches_the_function_as_documented(cloud, functions):
    """https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html#events-sample-dynamodb"""
    arn = await make_table(cloud)
    await functions.create()
    await map_stream(cloud, EventSourceArn=arn)
    await put_item(cloud, "a", n={"N": "1"}, b={"B": b"\x00\xff"})
    await cloud.settle()
    await put_item(cloud, "a", n={"N": "2"})
    await cloud.start("dynamodb", "DeleteItem", TableName="tbl", Key={"id": {"S": "a"}})
    await cloud.settle()

    records = [record for event in functions.events for record in event["Records"]]
    assert [record["eventName"] for record in records] == ["INSERT", "MODIFY", "REMOVE"]
    first, change = records[0], records[0]["dynamodb"]
    assert change["NewImage"] == {"id": {"S": "a"}, "n": {"N": "1"}, "b": {"B": "AP8="}}
    assert records[1]["dynamodb"]["OldImage"]["n"] == {"N": "1"}
    assert change["Keys"] == {"id": {"S": "a"}}
    assert (change["StreamViewType"], change["ApproximateCreationDateTime"]) == (
        "NEW_AND_OLD_IMAGES", cloud.clock.now_ms() // 1000,
    )  # fmt: skip
    assert (first["eventSource"], first["eventSourceARN"], first["eventVersion"]) == (
        "aws:dynamodb",
        arn,
        "1.1",
    )
    assert {"SequenceNumber", "SizeBytes"} < change.keys()


async def test_a_batch_has_up_to_its_size_and_one_runs_at_a_time(cloud, functions):
    await make_stream(cloud)
    await functions.create()
    await put(cloud, *map(str, range(10)))
    await map_stream(cloud, BatchSize=4)
    await cloud.settle()

    assert batches(functions) == [list("0123"), list("4567"), list("89")]
    assert functions.busy_max == 1


async def test_f026_a_window_gathers_a_batch(cloud, functions):
    await make_stream(cloud)
    await functions.create()
    await map_stream(cloud, MaximumBatchingWindowInSeconds=20, BatchSize=5)
    await put(cloud, *"ab")
    await cloud.clock.advance(15_000)
    await put(cloud, *"cd")
    await cloud.clock.advance(4_999)
    assert functions.told == []
    await cloud.clock.advance(1)
    await put(cloud, *"efghij")
    await cloud.clock.advance(1_000)

    assert batches(functions) == [list("abcd"), list("efghi")]


async def test_a_batch_is_cut_before_six_megabytes(cloud, functions):
    await make_stream(cloud)
    await functions.create(MemorySize=1024)
    functions.script = lambda told: None
    for _ in range(6):
        await put(cloud, "x" * 1_000_000)
        await cloud.clock.advance(1_000)
    await map_stream(cloud)
    await cloud.clock.advance(5_000)

    assert [len(event["Records"]) for event in functions.events] == [4, 2]


async def test_the_latest_position_is_that_of_the_creation(cloud, functions):
    await make_stream(cloud)
    await functions.create()
    await put(cloud, *"ab")
    await map_stream(cloud, StartingPosition="LATEST")
    await put(cloud, *"cd")
    await cloud.settle()

    assert [text for batch in batches(functions) for text in batch] == ["c", "d"]


async def test_the_latest_position_of_a_table_is_that_of_the_creation(cloud, functions):
    arn = await make_table(cloud)
    await functions.create()
    await put_item(cloud, "a")
    await map_stream(cloud, EventSourceArn=arn, StartingPosition="LATEST")
    await put_item(cloud, "b")
    await cloud.settle()

    keys = [r["dynamodb"]["Keys"]["id"]["S"] for event in functions.events for r in event["Records"]]
    assert keys == ["b"]


async def test_a_timestamp_is_a_position_of_kinesis(cloud, functions):
    await make_stream(cloud)
    await functions.create()
    await put(cloud, "a")
    await cloud.clock.advance(60_000)
    at_s = cloud.clock.now_ms() / 1000
    await put(cloud, "b")
    made = await map_stream(cloud, StartingPosition="AT_TIMESTAMP", StartingPositionTimestamp=at_s)
    await cloud.settle()

    assert batches(functions) == [["b"]]
    assert made["StartingPositionTimestamp"] == at_s


REFUSED = [
    ({"StartingPosition": None}, "Value null at 'startingPosition'"),
    ({"StartingPosition": "AT_TIMESTAMP"}, "Need to specify a timestamp"),
    ({"StartingPosition": "AT_TIMESTAMP", "StartingPositionTimestamp": 9e9}, "future"),
    ({"StartingPositionTimestamp": 1.0}, "Timestamp is not supported"),
    ({"BatchSize": 10_001}, "less than or equal to 10000"),
    ({"ParallelizationFactor": 11}, "less than or equal to 10"),
    ({"MaximumRetryAttempts": 10_001}, "less than or equal to 10000"),
    ({"MaximumRecordAgeInSeconds": 604_801}, "less than or equal to 604800"),
    ({"MaximumRecordAgeInSeconds": 59}, "MaximumRecordAgeInSeconds"),
    ({"TumblingWindowInSeconds": 901}, "less than or equal to 900"),
    ({"MaximumBatchingWindowInSeconds": 301}, "less than or equal to 300"),
    ({"ScalingConfig": {"MaximumConcurrency": 2}}, "ScalingConfig is not supported"),
    ({"DestinationConfig": {"OnFailure": {"Destination": FUNCTION_ARN}}}, "OnFailure"),
    ({"EventSourceArn": STREAM_ARN + "2"}, f"Stream not found: {STREAM_ARN}2"),
    ({"EventSourceArn": STREAM_ARN + "/consumer/c:1"}, "Stream not found"),
    ({"EventSourceArn": "arn:aws:dynamodb:us-east-1:123456789012:table/t"}, "Unrecognized event source"),
]  # fmt: skip


@pytest.mark.parametrize(("members", "text"), REFUSED)
async def test_f022_a_mapping_that_cannot_be_is_refused(cloud, functions, error_of, members, text):
    await make_stream(cloud)
    await functions.create()

    error = await error_of(map_stream(cloud, **members))

    assert text in error.message
    assert (await cloud("lambda", "ListEventSourceMappings"))["EventSourceMappings"] == []


async def test_a_table_has_no_timestamps_to_begin_at(cloud, functions, error_of):
    """https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html"""
    arn = await make_table(cloud)
    await functions.create()
    position = {"StartingPosition": "AT_TIMESTAMP", "StartingPositionTimestamp": 1.0}

    error = await error_of(map_stream(cloud, EventSourceArn=arn, **position))

    assert error.message == f"Unsupported starting position for arn type: {arn}"


async def test_a_second_mapping_of_the_same_stream_and_function_is_refused(cloud, functions, error_of):
    await make_stream(cloud)
    await functions.create()
    made = await map_stream(cloud)

    error = await error_of(map_stream(cloud))

    assert error.code == "ResourceConflictException"
    assert error.message == (
        f'The event source arn (" {STREAM_ARN} ") and function (" fn ") provided mapping already exists. '
        f"Please update or delete the existing mapping with UUID {made['UUID']}"
    )


async def test_f022_f025_a_failed_batch_blocks_its_shard_until_it_succeeds(cloud, functions):
    await make_stream(cloud)
    await functions.create()
    start_ms, instants = cloud.clock.now_ms(), []

    def fail_three_times(told):
        instants.append((cloud.clock.now_ms() - start_ms) // 1000)
        if len(instants) <= 3:
            raise functions.Fails("boom")

    functions.script = fail_three_times
    await put(cloud, *"abc")
    made = await map_stream(cloud, BatchSize=2)
    await cloud.settle()
    problem = (await mapping_of(cloud, made))["LastProcessingResult"]
    await cloud.clock.run_until_idle()

    assert batches(functions) == [["a", "b"]] * 4 + [["c"]]
    assert instants == [0, 1, 3, 7, 7]
    assert problem == "PROBLEM: Function call failed"
    assert (await mapping_of(cloud, made))["LastProcessingResult"] == "OK"


def poison(functions, *bad):
    def script(told):
        if set(texts(told["event"])) & set(bad):
            raise functions.Fails("boom")

    functions.script = script


async def dead_letters(cloud):
    await cloud("sqs", "CreateQueue", QueueName="dead")
    return {"OnFailure": {"Destination": "arn:aws:sqs:us-east-1:123456789012:dead"}}


async def told_of(cloud, queue_of):
    url = (await cloud.start("sqs", "GetQueueUrl", QueueName="dead"))["QueueUrl"]
    return [json.loads(message["Body"]) for message in await queue_of(url)]


async def test_f022_after_the_retries_a_batch_goes_to_the_destination(cloud, functions, queue_of):
    """https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html"""
    await make_stream(cloud)
    await functions.create()
    poison(functions, "b")
    await put(cloud, *"abcd")
    config = await dead_letters(cloud)
    await map_stream(cloud, BatchSize=2, MaximumRetryAttempts=2, DestinationConfig=config)
    await cloud.clock.run_until_idle()

    assert batches(functions) == [["a", "b"]] * 3 + [["c", "d"]]
    (told,) = await told_of(cloud, queue_of)
    records = functions.events[0]["Records"]
    assert told["requestContext"] == {
        "requestId": functions.told[2]["request_id"],
        "functionArn": FUNCTION_ARN,
        "condition": "RetryAttemptsExhausted",
        "approximateInvokeCount": 3,
    }
    assert told["responseContext"] == {
        "statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled",
    }  # fmt: skip
    assert (told["version"], told["timestamp"]) == ("1.0", "2026-01-01T00:00:03.000Z")
    assert told["KinesisBatchInfo"] == {
        "shardId": "shardId-000000000000",
        "startSequenceNumber": records[0]["kinesis"]["sequenceNumber"],
        "endSequenceNumber": records[1]["kinesis"]["sequenceNumber"],
        "approximateArrivalOfFirstRecord": "2026-01-01T00:00:00.000Z",
        "approximateArrivalOfLastRecord": "2026-01-01T00:00:00.000Z",
        "batchSize": 2,
        "streamArn": STREAM_ARN,
    }


async def test_f022_records_of_a_table_that_are_given_up_are_told_in_the_same_way(cloud, functions, queue_of):
    """https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html"""
    arn = await make_table(cloud)
    await functions.create()

    def fail(told):
        raise functions.Fails("boom")

    functions.script = fail
    await put_item(cloud, "a")
    config = await dead_letters(cloud)
    await map_stream(cloud, EventSourceArn=arn, MaximumRetryAttempts=0, DestinationConfig=config)
    await cloud.clock.run_until_idle()

    (told,) = await told_of(cloud, queue_of)
    assert len(functions.told) == 1
    assert told["DDBStreamBatchInfo"]["streamArn"] == arn
    assert told["DDBStreamBatchInfo"]["batchSize"] == 1


async def test_a_bucket_is_told_with_the_records_themselves(cloud, functions):
    await make_stream(cloud)
    await functions.create()
    poison(functions, "a")
    await put(cloud, "a")
    await cloud("s3", "CreateBucket", Bucket="discarded")
    config = {"OnFailure": {"Destination": "arn:aws:s3:::discarded"}}
    made = await map_stream(cloud, MaximumRetryAttempts=0, DestinationConfig=config)
    await cloud.clock.run_until_idle()

    (entry,) = (await cloud("s3", "ListObjectsV2", Bucket="discarded"))["Contents"]
    start = f"aws/lambda/{made['UUID']}/shardId-000000000000/2026/01/01/2026-01-01T00.00.00-"
    assert entry["Key"].startswith(start)
    answer = await cloud("s3", "GetObject", Bucket="discarded", Key=entry["Key"])
    body = (
        answer["Body"] if isinstance(answer["Body"], bytes) else b"".join([c async for c in answer["Body"]])
    )
    assert json.loads(json.loads(body)["payload"]) == functions.events[0]


async def test_f022_bisecting_isolates_a_bad_record_without_using_up_the_retries(cloud, functions, queue_of):
    await make_stream(cloud)
    await functions.create()
    poison(functions, "c")
    await put(cloud, *"abcdefgh")
    config = await dead_letters(cloud)
    members = {"BisectBatchOnFunctionError": True, "MaximumRetryAttempts": 1, "DestinationConfig": config}
    await map_stream(cloud, **members)
    await cloud.clock.run_until_idle()

    assert batches(functions) == [
        list("abcdefgh"), list("abcd"), ["a", "b"], ["c", "d"], ["c"], ["c"], ["d"], list("efgh"),
    ]  # fmt: skip
    (told,) = await told_of(cloud, queue_of)
    assert told["KinesisBatchInfo"]["batchSize"] == 1


async def test_f022_records_that_are_too_old_are_given_up(cloud, functions, queue_of):
    await make_stream(cloud)
    await functions.create()
    poison(functions, "a")
    await put(cloud, "a")
    await cloud.clock.advance(30_000)
    await put(cloud, "b")
    config = await dead_letters(cloud)
    await map_stream(cloud, MaximumRecordAgeInSeconds=60, DestinationConfig=config)
    await cloud.clock.run_until_idle()

    assert batches(functions)[-1] == ["b"]
    (told,) = await told_of(cloud, queue_of)
    assert told["requestContext"]["condition"] == "RecordAgeExceeded"
    assert told["KinesisBatchInfo"]["batchSize"] == 1


async def test_records_that_leave_the_stream_are_no_longer_tried(cloud, functions):
    """https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html"""
    await make_stream(cloud)
    await functions.create()
    poison(functions, "a")
    await put(cloud, "a")
    await map_stream(cloud)
    await cloud.clock.advance(3_600_000)
    await put(cloud, "b")
    await cloud.settle()
    assert handled(functions) == []
    await cloud.clock.advance(23 * 3_600_000 + 60_000)

    assert handled(functions) == ["b"]


REPORTS = [
    ({"batchItemFailures": []}, "", "-"),
    (None, "", "-"),
    ({"batchItemFailures": None}, "", "-"),
    ({"batchItemFailures": [{"itemIdentifier": "c"}]}, "cd", "-"),
    ({"batchItemFailures": [{"itemIdentifier": "d"}, {"itemIdentifier": "b"}]}, "bcd", "-"),
    ({"batchItemFailures": [{"itemIdentifier": ""}]}, "abcd", "-"),
    ({"batchItemFailures": [{"itemIdentifier": None}]}, "abcd", "-"),
    ({"batchItemFailures": [{"wrong": "b"}]}, "abcd", "-"),
]


@pytest.mark.parametrize(("report", "again", "_"), REPORTS)
async def test_f021_everything_from_the_lowest_failed_record_on_is_tried_again(
    cloud, functions, report, again, _
):
    """https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html"""
    await make_stream(cloud)
    await functions.create()

    def script(told):
        if len(functions.told) > 1:
            return None
        text = json.dumps(report)
        for record in told["event"]["Records"]:
            data = base64.b64decode(record["kinesis"]["data"]).decode()
            text = text.replace(f'"{data}"', json.dumps(record["kinesis"]["sequenceNumber"]))
        return json.loads(text)

    functions.script = script
    await put(cloud, *"abcd")
    await map_stream(cloud, FunctionResponseTypes=["ReportBatchItemFailures"])
    await cloud.clock.run_until_idle()

    assert batches(functions) == [list("abcd")] + ([list(again)] if again else [])


async def test_f019_records_that_no_filter_matches_advance_the_iterator(cloud, functions):
    """https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis-filtering.html"""
    await make_stream(cloud)
    await functions.create()
    pattern = json.dumps({"partitionKey": ["k"], "data": {"kind": ["order"], "n": [{"numeric": [">", 5]}]}})
    made = await map_stream(cloud, FilterCriteria={"Filters": [{"Pattern": pattern}]})
    await put(cloud, '{"kind":"order","n":7}', '{"kind":"order","n":1}', "plain")
    await put(cloud, '{"kind":"order","n":8}', key="other")
    await cloud.clock.advance(1_000)
    await cloud("lambda", "UpdateEventSourceMapping", UUID=made["UUID"], FilterCriteria={"Filters": []})
    await cloud.clock.advance(1_000)
    await put(cloud, "z")
    await cloud.clock.advance(1_000)

    assert batches(functions) == [['{"kind":"order","n":7}'], ["z"]]


async def test_f019_changes_of_tables_are_filtered_by_their_images(cloud, functions):
    """https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html"""
    arn = await make_table(cloud)
    await functions.create()
    pattern = json.dumps({"eventName": ["INSERT"], "dynamodb": {"NewImage": {"kind": {"S": ["order"]}}}})
    await map_stream(cloud, EventSourceArn=arn, FilterCriteria={"Filters": [{"Pattern": pattern}]})
    await put_item(cloud, "a", kind={"S": "order"})
    await put_item(cloud, "a", kind={"S": "order"}, n={"N": "1"})
    await put_item(cloud, "b", kind={"S": "other"})
    await cloud.settle()

    records = [record for event in functions.events for record in event["Records"]]
    assert [record["dynamodb"]["Keys"]["id"]["S"] for record in records] == ["a"]


async def test_f067_an_expired_item_is_told_with_the_service_as_its_user(cloud, functions):
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html"""
    arn = await make_table(cloud)
    specification = {"Enabled": True, "AttributeName": "at"}
    await cloud("dynamodb", "UpdateTimeToLive", TableName="tbl", TimeToLiveSpecification=specification)
    await functions.create()
    pattern = '{"userIdentity": {"type": ["Service"], "principalId": ["dynamodb.amazonaws.com"]}}'
    await map_stream(cloud, EventSourceArn=arn, FilterCriteria={"Filters": [{"Pattern": pattern}]})
    await put_item(cloud, "a", at={"N": str(cloud.clock.now_ms() // 1000 + 60)})
    await cloud.clock.advance(3 * 86_400_000)

    (record,) = [record for event in functions.events for record in event["Records"]]
    assert record["eventName"] == "REMOVE"


async def test_the_stream_of_a_deleted_table_is_read_to_its_end(cloud, functions):
    arn = await make_table(cloud)
    await functions.create()
    made = await map_stream(cloud, EventSourceArn=arn, Enabled=False)
    await put_item(cloud, "a")
    await cloud.start("dynamodb", "DeleteTable", TableName="tbl")
    await cloud.start("lambda", "UpdateEventSourceMapping", UUID=made["UUID"], Enabled=True)
    await cloud.settle()

    keys = [r["dynamodb"]["Keys"]["id"]["S"] for event in functions.events for r in event["Records"]]
    assert keys == ["a"]
    await cloud.clock.run_until_idle()
    assert (await mapping_of(cloud, made))["LastProcessingResult"] == "OK"
