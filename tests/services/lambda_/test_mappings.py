"""Event source mappings of SQS: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html."""

import json

import msgspec
import pytest

from cloudchamber.app.services import SERVICES
from cloudchamber.aws import Call, Cloud, Settings, Trace
from cloudchamber.clock import VirtualClock
from cloudchamber.kv import SqliteStore
from cloudchamber.services.lambda_.live import Environments

pytestmark = pytest.mark.asyncio(loop_scope="session")

QUEUE_ARN = "arn:aws:sqs:us-east-1:123456789012:orders"


async def orders(cloud, name="orders", **attributes):
    answer = await cloud(
        "sqs", "CreateQueue", QueueName=name, Attributes={"VisibilityTimeout": "60", **attributes}
    )
    return answer["QueueUrl"]


async def send(cloud, url, *bodies, **members):
    for body in bodies:
        await cloud.start("sqs", "SendMessage", QueueUrl=url, MessageBody=body, **members)


async def counts(cloud, url):
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    answer = await cloud.start("sqs", "GetQueueAttributes", QueueUrl=url, AttributeNames=names)
    return tuple(int(answer["Attributes"][name]) for name in names)


async def map_queue(cloud, **members):
    request = {"EventSourceArn": QUEUE_ARN, "FunctionName": "fn"} | members
    return await cloud("lambda", "CreateEventSourceMapping", **request)


async def start_mapping(cloud, **members):
    """`map_queue` that does not wait for what the mapping runs."""
    request = {"EventSourceArn": QUEUE_ARN, "FunctionName": "fn"} | members
    return await cloud.start("lambda", "CreateEventSourceMapping", **request)


async def test_a_message_reaches_the_function_and_is_deleted(cloud, functions):
    url = await orders(cloud)
    await functions.create()
    made = await map_queue(cloud)

    await send(cloud, url, "hello", MessageAttributes={"a": {"DataType": "String", "StringValue": "b"}})
    await cloud.settle()

    (record,) = functions.events[0]["Records"]
    assert (record["body"], record["eventSource"], record["eventSourceARN"], record["awsRegion"]) == (
        "hello", "aws:sqs", QUEUE_ARN, "us-east-1",
    )  # fmt: skip
    assert record["messageAttributes"] == {
        "a": {"stringValue": "b", "stringListValues": [], "binaryListValues": [], "dataType": "String"}
    }
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record["md5OfBody"] == "5d41402abc4b2a76b9719d911017c592"
    assert made["State"] == "Creating"
    assert await counts(cloud, url) == (0, 0)


def bodies(functions):
    return [[record["body"] for record in event["Records"]] for event in functions.events]


async def test_f014_a_batch_has_up_to_ten_messages_by_default(cloud, functions):
    url = await orders(cloud)
    await functions.create()
    await send(cloud, url, *map(str, range(12)))

    made = await map_queue(cloud)
    await cloud.settle()

    assert made["BatchSize"] == 10
    assert sorted(map(len, bodies(functions))) == [2, 10]
    assert sorted([body for batch in bodies(functions) for body in batch], key=int) == [
        str(n) for n in range(12)
    ]


async def test_f015_a_window_gathers_a_large_batch(cloud, functions):
    url = await orders(cloud)
    await functions.create()
    await map_queue(cloud, BatchSize=100, MaximumBatchingWindowInSeconds=20)
    start_ms = cloud.clock.now_ms()

    await send(cloud, url, *"ab")
    await cloud.clock.advance(15_000)
    await send(cloud, url, *"cd")
    assert functions.told == []
    await cloud.clock.advance(4_999)
    assert functions.told == []
    await cloud.clock.advance(1)

    assert bodies(functions) == [["a", "b", "c", "d"]]
    assert cloud.clock.now_ms() - start_ms == 20_000


async def test_f015_a_full_batch_does_not_wait_for_its_window(cloud, functions):
    url = await orders(cloud)
    await functions.create()
    await map_queue(cloud, BatchSize=25, MaximumBatchingWindowInSeconds=20)

    await send(cloud, url, *map(str, range(30)))
    await cloud.settle()

    assert list(map(len, bodies(functions))) == [25]


async def test_a_batch_is_cut_before_six_megabytes(cloud, functions):
    url = await orders(cloud)
    await functions.create(MemorySize=1024)
    functions.script = lambda told: None
    await map_queue(cloud, BatchSize=20, MaximumBatchingWindowInSeconds=5)

    for _ in range(8):
        await send(cloud, url, "x" * 1_000_000)
    await cloud.clock.advance(5_000)

    assert sorted(len(event["Records"]) for event in functions.events) == [2, 6]


REFUSED = [
    ({"BatchSize": 11}, "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10"),
    ({"EventSourceArn": QUEUE_ARN + "2.fifo", "BatchSize": 11}, "FIFO"),
    ({"EventSourceArn": QUEUE_ARN + "2.fifo", "MaximumBatchingWindowInSeconds": 1}, "FIFO"),
    ({"ScalingConfig": {"MaximumConcurrency": 1}}, "greater than or equal to 2"),
    ({"ScalingConfig": {"MaximumConcurrency": 1001}}, "less than or equal to 1000"),
    ({"BatchSize": 10_001, "MaximumBatchingWindowInSeconds": 1}, "less than or equal to 10000"),
    ({"MaximumBatchingWindowInSeconds": 301}, "less than or equal to 300"),
    ({"ScalingConfig": {"MaximumConcurrency": 2}, "ProvisionedPollerConfig": {"MinimumPollers": 2}}, "together"),
    ({"FilterCriteria": {"Filters": [{"Pattern": "{"}]}}, "Invalid filter pattern definition."),
    ({"StartingPosition": "LATEST"}, "StartingPosition is not supported"),
    ({"EventSourceArn": QUEUE_ARN + "-missing"}, "AWS.SimpleQueueService.NonExistentQueue"),
    ({"EventSourceArn": "arn:aws:kafka:us-east-1:123456789012:cluster/c"}, "kafka"),
    ({"FunctionName": "missing"}, "Function not found: arn:aws:lambda:us-east-1:123456789012:function:missing"),
]  # fmt: skip


@pytest.mark.parametrize(("members", "text"), REFUSED)
async def test_f013_f014_f015_a_mapping_that_cannot_be_is_refused(cloud, functions, error_of, members, text):
    await orders(cloud)
    await functions.create()

    error = await error_of(map_queue(cloud, **members))

    assert text in error.message
    assert (await cloud("lambda", "ListEventSourceMappings"))["EventSourceMappings"] == []


async def test_f016_a_visibility_timeout_shorter_than_the_function_timeout_is_refused(
    cloud, functions, error_of
):
    await orders(cloud, VisibilityTimeout="60")
    await functions.create(Timeout=180)

    error = await error_of(map_queue(cloud))

    assert (error.code, error.message) == (
        "InvalidParameterValueException",
        "Queue visibility timeout: 60 seconds is less than Function timeout: 180 seconds",
    )


async def test_a_second_mapping_of_the_same_queue_and_function_is_refused(cloud, functions, error_of):
    await orders(cloud)
    await functions.create()
    made = await map_queue(cloud)

    error = await error_of(map_queue(cloud))

    assert (error.code, error.status or 409) == ("ResourceConflictException", 409)
    assert made["UUID"] in error.message


async def test_f017_the_messages_of_a_failed_batch_come_back_after_their_visibility_timeout(cloud, functions):
    url = await orders(cloud)
    await functions.create()
    start_ms, instants = cloud.clock.now_ms(), []

    def fail_twice(told):
        instants.append((cloud.clock.now_ms() - start_ms) // 1000)
        if len(instants) < 3:
            raise functions.Fails("boom")

    functions.script = fail_twice
    await map_queue(cloud)
    await send(cloud, url, "a", "b")
    await cloud.settle()
    assert await counts(cloud, url) == (0, 2)
    await cloud.clock.run_until_idle()

    assert instants == [0, 60, 120]
    received = [[r["attributes"]["ApproximateReceiveCount"] for r in e["Records"]] for e in functions.events]
    assert received == [["1", "1"], ["2", "2"], ["3", "3"]]
    assert await counts(cloud, url) == (0, 0)


async def test_f017_a_throttled_batch_is_tried_again_while_its_messages_are_hidden(cloud, functions):
    url = await orders(cloud)
    await functions.create()
    await cloud("lambda", "PutFunctionConcurrency", FunctionName="fn", ReservedConcurrentExecutions=0)
    await map_queue(cloud)

    await send(cloud, url, "a")
    await cloud.clock.advance(30_000)
    assert functions.told == []
    await cloud("lambda", "DeleteFunctionConcurrency", FunctionName="fn")
    await cloud.clock.advance(1_000)

    (record,) = functions.events[0]["Records"]
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert await counts(cloud, url) == (0, 0)


async def test_a_poison_message_ends_in_the_dead_letter_queue(cloud, functions, queue_of):
    dead = (await cloud("sqs", "CreateQueue", QueueName="dead"))["QueueUrl"]
    redrive = {"deadLetterTargetArn": "arn:aws:sqs:us-east-1:123456789012:dead", "maxReceiveCount": "2"}
    url = await orders(cloud, RedrivePolicy=json.dumps(redrive))
    await functions.create()

    def fail(told):
        raise functions.Fails("boom")

    functions.script = fail
    await map_queue(cloud)
    await send(cloud, url, "poison")
    await cloud.clock.run_until_idle()

    assert len(functions.told) == 2
    assert [message["Body"] for message in await queue_of(dead)] == ["poison"]


REPORTS = [
    ({"batchItemFailures": []}, set()),
    (None, set()),
    ({}, set()),
    ({"batchItemFailures": None}, set()),
    ({"batchItemFailures": [{"itemIdentifier": "b"}]}, {"b"}),
    ({"batchItemFailures": [{"itemIdentifier": ""}]}, {"a", "b"}),
    ({"batchItemFailures": [{"itemIdentifier": None}]}, {"a", "b"}),
    ({"batchItemFailures": [{"wrong": "b"}]}, {"a", "b"}),
    ({"batchItemFailures": [{"itemIdentifier": "unknown"}]}, {"a", "b"}),
]


@pytest.mark.parametrize(("report", "left"), REPORTS)
async def test_f018_only_what_is_reported_as_failed_comes_back(cloud, functions, report, left):
    url = await orders(cloud)
    await functions.create()
    await send(cloud, url, "a", "b")

    def answer(told):
        if len(functions.told) > 1:
            return None
        ids = {record["body"]: record["messageId"] for record in told["event"]["Records"]}
        text = json.dumps(report)
        return json.loads(text.replace('"b"', json.dumps(ids["b"])))

    functions.script = answer
    await map_queue(cloud, FunctionResponseTypes=["ReportBatchItemFailures"])
    await cloud.settle()
    assert sum(await counts(cloud, url)) == len(left)
    await cloud.clock.run_until_idle()

    assert {body for batch in bodies(functions)[1:] for body in batch} == left
    assert await counts(cloud, url) == (0, 0)


async def test_a_report_counts_only_where_the_mapping_asks_for_it(cloud, functions):
    url = await orders(cloud)
    await functions.create()
    functions.script = lambda told: {"batchItemFailures": [{"itemIdentifier": ""}]}
    await map_queue(cloud)

    await send(cloud, url, "a")
    await cloud.settle()

    assert await counts(cloud, url) == (0, 0)


FILTERS = [
    ('{"body": {"kind": ["order"]}}', ['{"kind":"order"}']),
    ('{"body": {"n": [{"numeric": [">", 5]}]}}', ['{"n":7}']),
    ('{"body": ["plain"]}', ["plain"]),
    ('{"attributes": {"ApproximateReceiveCount": ["1"]}}', ['{"kind":"order"}', '{"n":7}', "plain"]),
]


@pytest.mark.parametrize(("pattern", "passed"), FILTERS)
async def test_f019_messages_that_no_filter_matches_are_deleted(cloud, functions, pattern, passed):
    url = await orders(cloud)
    await functions.create()
    await send(cloud, url, '{"kind":"order"}', '{"n":7}', "plain")

    await map_queue(cloud, FilterCriteria={"Filters": [{"Pattern": pattern}]})
    await cloud.settle()

    assert [body for batch in bodies(functions) for body in batch] == passed
    assert await counts(cloud, url) == (0, 0)


async def test_f012_five_batches_run_at_first_and_more_with_time(cloud, functions):
    """https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html"""
    url = await orders(cloud)
    await functions.create()
    gate = functions.gate()
    await send(cloud, url, *map(str, range(8)))

    await start_mapping(cloud, BatchSize=1)
    await functions.until(5)
    busy = cloud.cloud.live("lambda").busy_count("123456789012", "us-east-1", "fn")
    gate.set()
    await cloud.settle()

    assert busy == 5
    assert len(functions.told) == 8


async def test_f013_maximum_concurrency_bounds_the_batches_at_once(cloud, functions):
    url = await orders(cloud)
    await functions.create()
    gate = functions.gate()
    await send(cloud, url, *map(str, range(6)))

    await start_mapping(cloud, BatchSize=1, ScalingConfig={"MaximumConcurrency": 2})
    await functions.until(2)
    busy = cloud.cloud.live("lambda").busy_count("123456789012", "us-east-1", "fn")
    gate.set()
    await cloud.settle()

    assert busy == 2
    assert functions.busy_max == 2
    assert len(functions.told) == 6


async def test_f020_the_order_of_each_group_is_kept_also_when_a_batch_fails(cloud, functions):
    fifo = await orders(cloud, "orders.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    await functions.create()
    failed = set()

    def fail_each_first(told):
        first = told["event"]["Records"][0]["body"]
        if first[0] == "a" and first not in failed:
            failed.add(first)
            raise functions.Fails("boom")

    functions.script = fail_each_first
    for body in ("a1", "b1", "a2", "b2", "a3"):
        await send(cloud, fifo, body, MessageGroupId=body[0])
    await map_queue(cloud, EventSourceArn=QUEUE_ARN + ".fifo", BatchSize=2)
    await cloud.clock.run_until_idle()

    handled = [
        b
        for told in functions.told
        if not told.get("failed")
        for b in [r["body"] for r in told["event"]["Records"]]
    ]
    assert [body for body in handled if body[0] == "a"] == ["a1", "a2", "a3"]
    assert [body for body in handled if body[0] == "b"] == ["b1", "b2"]
    assert await counts(cloud, fifo) == (0, 0)


async def test_a_disabled_mapping_receives_nothing_until_it_is_enabled(cloud, functions):
    url = await orders(cloud)
    await functions.create()
    made = await map_queue(cloud, Enabled=False)
    await send(cloud, url, "a")
    await cloud.settle()
    assert functions.told == []

    enabling = await cloud("lambda", "UpdateEventSourceMapping", UUID=made["UUID"], Enabled=True)
    await cloud.settle()
    disabling = await cloud("lambda", "UpdateEventSourceMapping", UUID=made["UUID"], Enabled=False)
    await send(cloud, url, "b")
    await cloud.settle()

    assert bodies(functions) == [["a"]]
    assert (enabling["State"], disabling["State"]) == ("Enabling", "Disabling")
    assert (await cloud("lambda", "GetEventSourceMapping", UUID=made["UUID"]))["State"] == "Disabled"
    assert await counts(cloud, url) == (1, 0)


async def test_a_deleted_mapping_receives_nothing_more(cloud, functions, error_of):
    url = await orders(cloud)
    await functions.create()
    made = await map_queue(cloud)
    deleted = await cloud("lambda", "DeleteEventSourceMapping", UUID=made["UUID"])

    await send(cloud, url, "a")
    await cloud.settle()

    assert deleted["State"] == "Deleting"
    assert functions.told == []
    error = await error_of(cloud("lambda", "GetEventSourceMapping", UUID=made["UUID"]))
    assert error.code == "ResourceNotFoundException"


async def test_a_changed_mapping_goes_on_with_the_new_batch_size(cloud, functions):
    url = await orders(cloud)
    await functions.create()
    made = await map_queue(cloud)
    await cloud("lambda", "UpdateEventSourceMapping", UUID=made["UUID"], BatchSize=1)

    await send(cloud, url, "a", "b")
    await cloud.settle()

    assert sorted(bodies(functions)) == [["a"], ["b"]]


async def test_an_idle_mapping_keeps_no_virtual_clock_busy(cloud, functions):
    await orders(cloud)
    await functions.create()
    await map_queue(cloud)

    await cloud.clock.run_until_idle()

    assert functions.told == []


async def test_a_function_that_is_gone_disables_its_mapping(cloud, functions):
    url = await orders(cloud)
    await functions.create()
    made = await map_queue(cloud)
    await cloud("lambda", "DeleteFunction", FunctionName="fn")

    await send(cloud, url, "a")
    await cloud.settle()

    found = await cloud("lambda", "GetEventSourceMapping", UUID=made["UUID"])
    assert (found["State"], found["LastProcessingResult"][:28]) == (
        "Disabled",
        "PROBLEM: Function not found:",
    )


@pytest.mark.parametrize("redriven", [False, True])
async def test_f009_a_loop_through_a_queue_is_stopped(cloud, functions, queue_of, redriven):
    dead = (await cloud("sqs", "CreateQueue", QueueName="dead"))["QueueUrl"]
    redrive = {"deadLetterTargetArn": "arn:aws:sqs:us-east-1:123456789012:dead", "maxReceiveCount": 1}
    url = await orders(cloud, **({"RedrivePolicy": json.dumps(redrive)} if redriven else {}))
    await functions.create()

    async def send_again(told):
        request = {"QueueUrl": url, "MessageBody": "x"}
        call = Call(
            "sqs", "SendMessage", request, "arn:aws:iam::123456789012:root", "123456789012", "us-east-1"
        )
        await cloud.cloud.call(msgspec.structs.replace(call, trace=Trace.parse(told["trace"])))

    functions.script = send_again
    await map_queue(cloud)
    await send(cloud, url, "x")
    await cloud.clock.run_until_idle()

    assert len(functions.told) == 16
    assert await counts(cloud, url) == (0, 0)
    assert len(await queue_of(dead)) == (1 if redriven else 0)


async def test_a_mapping_goes_on_after_a_restart(functions, zygote, tmp_path):
    def start():
        clock = VirtualClock(seed=0)
        settings = Settings(data_folder=str(tmp_path / "data"), scratch_folder=str(tmp_path))
        made = Cloud(SqliteStore(tmp_path / "store"), clock, SERVICES, settings)
        made._lives["lambda"] = Environments(made, zygote)
        functions.cloud = type(functions.cloud)(made, clock)
        return functions.cloud

    first = start()
    await first.cloud.start()
    url = await orders(first)
    await functions.create()
    await map_queue(first)
    await first.settle()
    await first.cloud.stop()
    second = start()
    await second.cloud.start()
    await send(second, url, "a")
    await second.settle()

    assert bodies(functions) == [["a"]]
    await second.cloud.stop()
