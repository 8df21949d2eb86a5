"""Every kind of fault on calls, at the pipeline, on virtual time."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from cloudchamber.app.services import SERVICES
from cloudchamber.aws import AwsError, Call
from cloudchamber.aws.faults import DELIVERY, Fault, Faults, Point
from cloudchamber.aws.invocations import Origin
from cloudchamber.aws.striking import function_of
from cloudchamber.aws.struck import error_of

ACCOUNT, REGION = "123456789012", "us-east-1"
SEND = ("sqs", "SendMessage")


class Host:
    """An environment that only keeps what is done to it."""

    init_id = "init"
    waits_unseen = False

    def __init__(self) -> None:
        self.crashes_count = self.blocked_count = 0

    def blocked(self) -> None:
        self.blocked_count += 1

    def unblocked(self) -> None:
        self.blocked_count -= 1

    def crash(self) -> None:
        self.crashes_count += 1


class Function:
    """A running function that makes calls; `sdk_call` is the same for all attempts that its SDK makes at one."""

    def __init__(self, cloud, name="Charge") -> None:
        self.cloud, self.host = cloud, Host()
        self.invocation = cloud.cloud.invocations.begin(f"track-{name}", name)
        cloud.cloud.invocations.take(self.invocation, self.host)

    def start(self, service: str, operation: str, request: dict[str, Any], sdk_call: str = "") -> Any:
        call = Call(service, operation, request, f"arn:aws:iam::{ACCOUNT}:role/r", ACCOUNT, REGION)
        outcome = asyncio.get_running_loop().create_future()

        def done(answer: Any, error: AwsError | None) -> None:
            outcome.set_result(error or answer)

        self.cloud.cloud.submit(call, done, origin=Origin(self.invocation, sdk_call))
        return outcome

    async def send(self, body: str, sdk_call: str = "", queue: str = "orders") -> Any:
        """What the function hears: the answer, or the error."""
        request = {"QueueUrl": queue, "MessageBody": body}
        return await self.cloud.clock.run(self.start(*SEND, request, sdk_call))


@pytest.fixture
async def orders(cloud):
    """A queue."""
    await cloud("sqs", "CreateQueue", QueueName="orders")
    return "orders"


def plan(cloud, *faults: Fault, seed: int = 0) -> Faults:
    cloud.cloud.faults = made = Faults(list(faults), seed)
    return made


async def send(cloud, body="x", queue="orders", **members):
    return await cloud(*SEND, QueueUrl=queue, MessageBody=body, **members)


async def bodies(cloud, queue="orders"):
    """What lies in a queue, in the order of its arrival; nothing strikes the one who looks."""
    cloud.cloud.faults = None
    return [message["Body"] for message in (await cloud("sqs", "peek", QueueName=queue))["Messages"]]


# -- error, throttle, drop_answer


@pytest.mark.parametrize(
    ("service", "code", "status"),
    [
        ("dynamodb", "InternalServerError", 500), ("events", "InternalException", 500), ("kinesis", "InternalFailure", 500),
        ("lambda", "ServiceException", 500), ("s3", "InternalError", 500), ("sns", "InternalError", 500),
        ("sqs", "InternalFailure", 500), ("stepfunctions", "InternalFailure", 500), ("ssm", "InternalServerError", 500),
        ("scheduler", "InternalServerException", 500),
    ],
)  # fmt: skip
def test_an_error_is_the_services_own_internal_failure(service, code, status):
    error = error_of(Fault("error"), service)
    assert (error.code, error.status, error.message) == (code, status, "Injected fault")
    assert error.retryable


@pytest.mark.parametrize(
    ("service", "code", "status", "message"),
    [
        ("apigateway", "TooManyRequestsException", 429, "Too Many Requests"),
        ("cloudformation", "Throttling", 400, "Rate exceeded"),
        ("dynamodb", "ProvisionedThroughputExceededException", 400,
         "The level of configured provisioned throughput for the table was exceeded. "
         "Consider increasing your provisioning level with the UpdateTable API."),
        ("events", "ThrottlingException", 400, "Rate exceeded"),
        ("kinesis", "ProvisionedThroughputExceededException", 400,
         "Rate exceeded for shard shardId-000000000000 in stream clicks under account 123456789012."),
        ("lambda", "TooManyRequestsException", 429, "Rate Exceeded."),
        ("pipes", "ThrottlingException", 429, "Rate exceeded"),
        ("s3", "SlowDown", 503, "Please reduce your request rate."),
        ("scheduler", "ThrottlingException", 429, "Rate exceeded"),
        ("sns", "Throttled", 429, "Rate exceeded"),
        ("sqs", "RequestThrottled", 403, "The request was denied due to request throttling."),
        ("stepfunctions", "ThrottlingException", 400, "Rate exceeded"),
    ],
)  # fmt: skip
def test_a_throttle_is_in_the_services_own_words(service, code, status, message):
    error = error_of(Fault("throttle"), service, f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/clicks", ACCOUNT)
    assert (error.code, error.status, error.message) == (code, status, message)


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("kind", ["error", "throttle"])
def test_a_plan_may_say_another_error(service, kind):
    error = error_of(Fault(kind, code="Busy", message="Later", status=418), service)
    assert (error.code, error.status, error.message) == ("Busy", 418, "Later")


@pytest.mark.parametrize(
    ("kind", "code", "sent"),
    [("error", "InternalFailure", []), ("throttle", "RequestThrottled", []), ("drop_answer", "InternalFailure", ["x"])],
)  # fmt: skip
async def test_a_call_fails_with_its_effect_or_without(cloud, orders, error_of, kind, code, sent):
    plan(cloud, Fault(kind, *SEND))
    assert (await error_of(send(cloud))).code == code
    assert await bodies(cloud) == sent
    assert [t.note for t in cloud.cloud.tracks.latest() if t.operation == "SendMessage"] == [f"fault: {kind}"]


@pytest.mark.parametrize(
    ("kind", "attempts", "heard", "sent"),
    [
        ("error", "all", ["InternalFailure"] * 3, ["other"]),
        ("error", "one", ["InternalFailure", "", ""], ["x", "x", "other"]),
        ("throttle", "all", ["RequestThrottled"] * 3, ["other"]),
        ("throttle", "one", ["RequestThrottled", "", ""], ["x", "x", "other"]),
        ("drop_answer", "all", ["InternalFailure"] * 3, ["x", "other"]),
        ("drop_answer", "one", ["InternalFailure", "", ""], ["x", "x", "x", "other"]),
    ],
)  # fmt: skip
async def test_an_sdks_attempts_at_one_call_are_one_call(cloud, orders, kind, attempts, heard, sent):
    """All attempts carry the same `amz-sdk-invocation-id`: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html."""
    faults = plan(cloud, Fault(kind, *SEND, caller="Charge", nth=1, attempts=attempts))
    function = Function(cloud)
    answers = [await function.send("x", "call-1") for _ in range(3)]
    assert [getattr(answer, "code", "") for answer in answers] == heard
    assert "MessageId" in await function.send("other", "call-2")
    assert faults.struck == [1]
    assert await bodies(cloud) == sent
    assert function.host.blocked_count == 0


# -- delay, duplicate, swap, hang


async def test_a_delayed_call_begins_later(cloud, orders):
    plan(cloud, Fault("delay", *SEND, delay_ms=5_000, times=1))
    began_ms = cloud.clock.now_ms()
    await send(cloud, "late")
    assert cloud.clock.now_ms() - began_ms == 5_000
    await send(cloud, "next")
    assert cloud.clock.now_ms() - began_ms == 5_000
    assert await bodies(cloud) == ["late", "next"]


async def test_a_duplicate_is_made_twice_and_answered_once(cloud, orders):
    faults = plan(cloud, Fault("duplicate", *SEND, times=1))
    await send(cloud)
    await cloud.settle()
    assert faults.struck == [1]
    assert await bodies(cloud) == ["x", "x"]


async def test_a_swapped_call_comes_after_the_next_one_like_it(cloud, orders):
    await cloud("sqs", "CreateQueue", QueueName="others")
    plan(cloud, Fault("swap", *SEND, resource="orders", nth=1))
    first = asyncio.ensure_future(cloud.start(*SEND, QueueUrl="orders", MessageBody="first"))
    await cloud.settle()
    await send(cloud, "elsewhere", "others")
    assert not first.done()
    await send(cloud, "second")
    await cloud.clock.run(first)
    assert await bodies(cloud) == ["second", "first"]


@pytest.mark.parametrize(("delay_ms", "held_ms"), [(0, 60_000), (2_000, 2_000)])
async def test_a_swapped_call_goes_on_when_no_other_one_comes(cloud, orders, delay_ms, held_ms):
    plan(cloud, Fault("swap", *SEND, delay_ms=delay_ms))
    began_ms = cloud.clock.now_ms()
    await send(cloud)
    assert cloud.clock.now_ms() - began_ms == held_ms


@pytest.mark.parametrize(("effect", "sent"), [("before", []), ("after", ["x"])])
async def test_a_call_from_outside_hangs_for_a_minute(cloud, orders, error_of, effect, sent):
    plan(cloud, Fault("hang", *SEND, effect=effect))
    began_ms = cloud.clock.now_ms()
    assert (await error_of(send(cloud))).status == 500
    assert cloud.clock.now_ms() - began_ms == 60_000
    assert await bodies(cloud) == sent


@pytest.mark.parametrize(("effect", "sent"), [("before", []), ("after", ["x"])])
async def test_a_functions_call_hangs_until_the_function_ends(cloud, orders, effect, sent):
    plan(cloud, Fault("hang", *SEND, caller="Charge", effect=effect))
    function = Function(cloud)
    answer = function.start(*SEND, {"QueueUrl": "orders", "MessageBody": "x"})
    await cloud.clock.advance(600_000)
    assert (answer.done(), function.host.crashes_count, function.host.blocked_count) == (False, 0, 1)
    cloud.cloud.invocations.end(function.invocation)
    await cloud.settle()
    assert isinstance(answer.result(), AwsError)
    assert await bodies(cloud) == sent


# -- kill


@pytest.mark.parametrize(("effect", "sent"), [("before", []), ("after", ["x"])])
async def test_a_function_is_killed_at_a_call_and_never_hears_of_it(cloud, orders, effect, sent):
    plan(cloud, Fault("kill", *SEND, caller="Charge", nth=2, effect=effect))
    other, function = Function(cloud, "Other"), Function(cloud)
    for _ in range(2):
        await other.send("other")
    await function.send("first")
    answer = function.start(*SEND, {"QueueUrl": "orders", "MessageBody": "x"})
    await cloud.settle()
    assert (answer.done(), function.host.crashes_count, other.host.crashes_count) == (False, 1, 0)
    cloud.cloud.invocations.end(function.invocation)
    await cloud.settle()
    assert await bodies(cloud) == ["other", "other", "first", *sent]


async def test_nobody_is_killed_by_a_call_that_no_function_makes(cloud, orders):
    faults = plan(cloud, Fault("kill", *SEND, caller="*"))
    await send(cloud)
    assert faults.struck == [0]
    assert await bodies(cloud) == ["x"]


# -- restart


async def test_a_restart_is_asked_for_once_the_call_is_answered(cloud, orders):
    asked: list[list[str]] = []
    cloud.cloud.on_restart = lambda: asked.append([t.operation for t in cloud.cloud.tracks.latest(1)])
    plan(cloud, Fault("restart", *SEND, nth=1))
    await send(cloud)
    await send(cloud, "next")
    assert asked == [["SendMessage"]]
    assert await bodies(cloud) == ["x", "next"]


# -- poison


POISON = '{"poison":'


async def test_poison_comes_before_a_message(cloud, orders):
    plan(cloud, Fault("poison", *SEND, nth=2))
    for body in ("first", "second"):
        await send(cloud, body)
    assert await bodies(cloud) == ["first", POISON, "second"]


@pytest.mark.parametrize("by_content", [True, False])
async def test_poison_comes_into_the_group_of_its_message_each_time(cloud, by_content):
    attributes = {"FifoQueue": "true", "ContentBasedDeduplication": str(by_content).lower()}
    await cloud("sqs", "CreateQueue", QueueName="orders.fifo", Attributes=attributes)
    plan(cloud, Fault("poison", *SEND))
    for n in range(2):
        token = {} if by_content else {"MessageDeduplicationId": "t" * 127 + str(n)}
        await send(cloud, f"m{n}", "orders.fifo", MessageGroupId="g", **token)
    cloud.cloud.faults = None
    names = {"MessageSystemAttributeNames": ["MessageGroupId"], "MaxNumberOfMessages": 10}
    messages = (await cloud("sqs", "ReceiveMessage", QueueUrl="orders.fifo", **names))["Messages"]
    assert [message["Body"] for message in messages] == [POISON, "m0", POISON, "m1"]
    assert {message["Attributes"]["MessageGroupId"] for message in messages} == {"g"}


async def test_poison_comes_before_a_batch_of_messages(cloud, orders):
    plan(cloud, Fault("poison", "sqs", "SendMessageBatch"))
    entries = [{"Id": f"i{n}", "MessageBody": f"b{n}"} for n in range(2)]
    answer = await cloud("sqs", "SendMessageBatch", QueueUrl="orders", Entries=entries)
    assert [entry["Id"] for entry in answer["Successful"]] == ["i0", "i1"]
    assert await bodies(cloud) == [POISON, "b0", "b1"]


@pytest.mark.parametrize("is_batch", [False, True])
async def test_poison_comes_into_the_shard_of_its_record(cloud, is_batch):
    await cloud("kinesis", "CreateStream", StreamName="clicks", ShardCount=2)
    await cloud.clock.advance(60_000)
    plan(cloud, Fault("poison", "kinesis", "PutRecords" if is_batch else "PutRecord"))
    record = {"Data": b"x", "PartitionKey": "k"}
    if is_batch:
        (put,) = (await cloud("kinesis", "PutRecords", StreamName="clicks", Records=[record]))["Records"]
    else:
        put = await cloud("kinesis", "PutRecord", StreamName="clicks", **record)
    cloud.cloud.faults = None
    where = {"StreamName": "clicks", "ShardId": put["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    iterator = (await cloud("kinesis", "GetShardIterator", **where))["ShardIterator"]
    records = (await cloud("kinesis", "GetRecords", ShardIterator=iterator))["Records"]
    assert [record["Data"] for record in records] == [POISON.encode(), b"x"]


# -- partial


INTERNAL = {"Code": "InternalError", "Message": "Internal error.", "SenderFault": False}


@pytest.mark.parametrize("count", [1, 3])
async def test_one_message_of_a_batch_is_not_sent(cloud, orders, count):
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_BatchResultErrorEntry.html"""
    plan(cloud, Fault("partial", "sqs", "SendMessageBatch"))
    entries = [{"Id": f"i{n}", "MessageBody": f"b{n}"} for n in range(count)]
    answer = await cloud("sqs", "SendMessageBatch", QueueUrl="orders", Entries=entries)
    assert [entry["Id"] for entry in answer["Successful"]] == [f"i{n}" for n in range(count - 1)]
    assert answer["Failed"] == [{"Id": f"i{count - 1}", **INTERNAL}]
    assert await bodies(cloud) == [f"b{n}" for n in range(count - 1)]


@pytest.mark.parametrize("operation", ["DeleteMessageBatch", "ChangeMessageVisibilityBatch"])
async def test_one_message_of_a_batch_is_not_changed(cloud, orders, operation):
    for n in range(2):
        await send(cloud, f"b{n}")
    received = await cloud("sqs", "ReceiveMessage", QueueUrl="orders", MaxNumberOfMessages=10)
    entries = [{"Id": m["Body"], "ReceiptHandle": m["ReceiptHandle"]} for m in received["Messages"]]
    if operation.startswith("Change"):
        entries = [entry | {"VisibilityTimeout": 0} for entry in entries]
    plan(cloud, Fault("partial", "sqs", operation))
    answer = await cloud("sqs", operation, QueueUrl="orders", Entries=entries)
    assert answer["Successful"] == [{"Id": entries[0]["Id"]}]
    assert answer["Failed"] == [{"Id": entries[1]["Id"], **INTERNAL}]


async def test_one_message_of_a_batch_is_not_published(cloud, orders):
    """https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html"""
    topic = (await cloud("sns", "CreateTopic", Name="news"))["TopicArn"]
    plan(cloud, Fault("partial", "sns", "PublishBatch"))
    entries = [{"Id": f"i{n}", "Message": f"b{n}"} for n in range(2)]
    answer = await cloud("sns", "PublishBatch", TopicArn=topic, PublishBatchRequestEntries=entries)
    assert [entry["Id"] for entry in answer["Successful"]] == ["i0"]
    assert answer["Failed"] == [{"Id": "i1", **INTERNAL}]


async def test_one_event_of_a_batch_is_not_put(cloud):
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html"""
    plan(cloud, Fault("partial", "events", "PutEvents"))
    entry = {"Source": "s", "DetailType": "t", "Detail": "{}"}
    answer = await cloud("events", "PutEvents", Entries=[entry, entry])
    assert answer["FailedEntryCount"] == 1
    assert list(answer["Entries"][0]) == ["EventId"]
    assert answer["Entries"][1] == {
        "ErrorCode": "InternalFailure",
        "ErrorMessage": "Internal service failure.",
    }


async def test_one_record_of_a_batch_is_not_put(cloud):
    """https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html"""
    await cloud("kinesis", "CreateStream", StreamName="clicks", ShardCount=1)
    await cloud.clock.advance(60_000)
    plan(cloud, Fault("partial", "kinesis", "PutRecords"))
    records = [{"Data": b"x", "PartitionKey": "k"}] * 2
    answer = await cloud("kinesis", "PutRecords", StreamName="clicks", Records=records)
    assert answer["FailedRecordCount"] == 1
    assert answer["Records"][0]["ShardId"] == "shardId-000000000000"
    assert answer["Records"][1] == {
        "ErrorCode": "InternalFailure",
        "ErrorMessage": "Internal service failure.",
    }


@pytest.mark.parametrize("count", [1, 2])
async def test_one_item_of_a_batch_is_unprocessed(cloud, count):
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html"""
    for table in ("one", "two")[:count]:
        await cloud(
            "dynamodb", "CreateTable", TableName=f"{table}-table", BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
        )  # fmt: skip
    await cloud.clock.advance(60_000)
    plan(cloud, Fault("partial", "dynamodb", "BatchWriteItem"))
    wanted = {
        f"{table}-table": [{"PutRequest": {"Item": {"k": {"S": f"{table}{n}"}}}} for n in range(2)]
        for table in ("one", "two")[:count]
    }
    answer = await cloud("dynamodb", "BatchWriteItem", RequestItems=wanted)
    last = list(wanted)[-1]
    assert answer["UnprocessedItems"] == {last: wanted[last][1:]}
    cloud.cloud.faults = None
    found = await cloud("dynamodb", "Scan", TableName=last)
    assert [item["k"]["S"] for item in found["Items"]] == [wanted[last][0]["PutRequest"]["Item"]["k"]["S"]]


async def test_a_call_that_is_no_batch_is_left_alone(cloud, orders):
    plan(cloud, Fault("partial"))
    await send(cloud)
    assert await bodies(cloud) == ["x"]


# -- which calls


def struck(fault: Fault, *points: Point, seed: int = 0) -> list[int]:
    """Which of the calls are struck, by their place from 0."""
    faults = Faults([fault], seed)
    return [place for place, point in enumerate(points) if faults.draw(point)]


QUEUE = Point("sqs", "SendMessage", "http://localhost:4566/123456789012/orders", "Charge", ACCOUNT)
DELIVERED = Point("lambda", "invoke_event", "Charge", "events.amazonaws.com", ACCOUNT, is_delivery=True)


@pytest.mark.parametrize(
    ("wanted", "place"),
    [
        ({}, [0, 1]),
        ({"service": "sqs"}, [0]),
        ({"service": "sns"}, []),
        ({"operation": "SendMessage"}, [0]),
        ({"operation": "Send*"}, []),
        ({"operation": DELIVERY}, [1]),
        ({"service": "lambda", "operation": DELIVERY}, [1]),
        ({"service": "sqs", "operation": DELIVERY}, []),
        ({"operation": "invoke_event"}, [1]),
        ({"resource": "orders"}, [0]),
        ({"resource": "*/orders"}, [0]),
        ({"resource": "*ord*"}, [0]),
        ({"resource": "rders"}, []),
        ({"resource": "Char*"}, [1]),
        ({"resource": "*"}, [0, 1]),
        ({"caller": "Charge"}, [0]),
        ({"caller": "Ch*e"}, [0]),
        ({"caller": "*.amazonaws.com"}, [1]),
        ({"caller": "charge"}, []),
        ({"account": ACCOUNT}, [0, 1]),
        ({"account": "999999999999"}, []),
    ],
    ids=str,
)
def test_a_fault_strikes_the_calls_that_match_all_it_says(wanted, place):
    assert struck(Fault("error", **wanted), QUEUE, DELIVERED) == place


@pytest.mark.parametrize(
    ("wanted", "places"),
    [
        ({"nth": 1}, [0]),
        ({"nth": 3}, [4]),
        ({"nth": 4}, []),
        ({"times": 2}, [0, 2]),
        ({"times": 5}, [0, 2, 4]),
        ({"nth": 2, "times": 1}, [2]),
        ({"chance": 0.0}, []),
        ({"chance": 1.0}, [0, 2, 4]),
        ({}, [0, 2, 4]),
    ],
    ids=str,
)
def test_calls_that_do_not_match_are_not_counted(wanted, places):
    points = [QUEUE, DELIVERED] * 3
    assert struck(Fault("error", "sqs", **wanted), *points) == places


@pytest.mark.parametrize("seed", range(5))
def test_chances_come_from_the_seed(seed):
    points = [QUEUE] * 400
    first = struck(Fault("error", chance=0.25), *points, seed=seed)
    assert first == struck(Fault("error", chance=0.25), *points, seed=seed)
    assert first != struck(Fault("error", chance=0.25), *points, seed=seed + 1)
    assert 60 <= len(first) <= 140


def test_the_first_fault_of_a_plan_that_matches_strikes():
    faults = Faults([Fault("delay", nth=2), Fault("error", "sqs"), Fault("throttle")], 0)
    kinds = [faults.draw(point) for point in (QUEUE, QUEUE, DELIVERED)]
    assert [fault and fault.kind for fault in kinds] == ["error", "delay", "throttle"]
    assert faults.struck == [1, 1, 1]


def test_arns_and_names_are_one():
    arn = Point("dynamodb", "PutItem", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/Orders")
    assert struck(Fault("error", resource="Orders"), arn) == [0]
    assert struck(Fault("error", resource=arn.resource), arn) == [0]
    assert struck(Fault("error", resource="arn:aws:dynamodb:*:table/Orders"), arn) == [0]


@pytest.mark.parametrize("prefix", ["", "function:", f"{ACCOUNT}:", f"{ACCOUNT}:function:", f"{REGION}:{ACCOUNT}:function:",
                                    f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:"])  # fmt: skip
@pytest.mark.parametrize("qualifier", ["", ":$LATEST", ":live", ":12"])
def test_a_function_is_known_by_every_form_of_its_name(prefix, qualifier):
    assert function_of(f"{prefix}my-function_1{qualifier}") == "my-function_1"


async def test_a_service_is_struck_by_the_principal_it_calls_as(cloud, orders, error_of):
    topic = (await cloud("sns", "CreateTopic", Name="news"))["TopicArn"]
    endpoint = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"
    await cloud(
        "sns",
        "Subscribe",
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=endpoint,
        Attributes={"RawMessageDelivery": "true"},
    )
    faults = plan(cloud, Fault("error", *SEND, caller="sns.amazonaws.com", times=2))
    await send(cloud, "by a client")
    await cloud("sns", "Publish", TopicArn=topic, Message="by a topic")
    await cloud.clock.run_until_idle()
    assert faults.struck == [2]
    assert await bodies(cloud) == ["by a client", "by a topic"]
