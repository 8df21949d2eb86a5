"""Streams: which changes they record, in which order and shape, and how they are read.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
"""

import pytest

VIEWS = {
    "KEYS_ONLY": (False, False),
    "NEW_IMAGE": (True, False),
    "OLD_IMAGE": (False, True),
    "NEW_AND_OLD_IMAGES": (True, True),
}


@pytest.fixture
def streamed(table):
    async def make(view):
        wanted = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": view}}
        return await table("orders", id="S", request=wanted)

    return make


@pytest.fixture
def reader(cloud):
    """Reads all there is: `await reader("TRIM_HORIZON")`."""

    async def start(kind="TRIM_HORIZON", **more):
        arn = (await cloud("dynamodbstreams", "ListStreams", TableName="orders"))["Streams"][-1]["StreamArn"]
        shown = (await cloud("dynamodbstreams", "DescribeStream", StreamArn=arn))["StreamDescription"]
        shard = shown["Shards"][0]["ShardId"]
        return (
            await cloud(
                "dynamodbstreams",
                "GetShardIterator",
                StreamArn=arn,
                ShardId=shard,
                ShardIteratorType=kind,
                **more,
            )
        )["ShardIterator"]

    async def read(iterator=None, **more):
        iterator = iterator or await start()
        return await cloud("dynamodbstreams", "GetRecords", ShardIterator=iterator, **more)

    read.start = start
    return read


def item(id_, **more):
    return {"id": {"S": id_}} | {name: {"N": str(value)} for name, value in more.items()}


@pytest.mark.parametrize("view", VIEWS)
async def test_each_view_type_shows_its_images_in_order(streamed, reader, view):
    orders = await streamed(view)
    await orders("PutItem", Item=item("1", n=1))
    await orders("UpdateItem", Key=item("1"), UpdateExpression="SET n = n + n")
    await orders("PutItem", Item=item("1", n=2))  # changes nothing: no record
    await orders("DeleteItem", Key=item("1"))
    await orders("DeleteItem", Key=item("1"))
    found = (await reader())["Records"]
    assert [record["eventName"] for record in found] == ["INSERT", "MODIFY", "REMOVE"]
    new, old = VIEWS[view]
    images = [(None, item("1", n=1)), (item("1", n=1), item("1", n=2)), (item("1", n=2), None)]
    for record, (before, after) in zip(found, images, strict=True):
        change = record["dynamodb"]
        assert change["Keys"] == item("1")
        assert change.get("NewImage") == (after if new else None)
        assert change.get("OldImage") == (before if old else None)
        assert change["StreamViewType"] == view
    numbers = [record["dynamodb"]["SequenceNumber"] for record in found]
    assert numbers == sorted(numbers, key=int)
    assert all(21 <= len(number) <= 40 for number in numbers)


async def test_a_failed_write_leaves_no_record(cloud, streamed, reader, error_of):
    orders = await streamed("KEYS_ONLY")
    put = {"Put": {"TableName": "orders", "Item": item("1")}}
    check = {
        "ConditionCheck": {
            "TableName": "orders",
            "Key": item("2"),
            "ConditionExpression": "attribute_exists(id)",
        }
    }
    await error_of(cloud("dynamodb", "TransactWriteItems", TransactItems=[put, check]))
    await error_of(orders("PutItem", Item=item("1"), ConditionExpression="attribute_exists(id)"))
    assert (await reader())["Records"] == []


async def test_an_expired_item_is_removed_by_the_service(cloud, streamed, reader):
    """F067. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html"""
    orders = await streamed("OLD_IMAGE")
    await orders("UpdateTimeToLive", TimeToLiveSpecification={"AttributeName": "end", "Enabled": True})
    await orders("PutItem", Item=item("1", end=cloud.clock.now_ms() // 1000 + 1))
    await cloud.clock.advance(1000)
    removed = (await reader())["Records"][-1]
    assert removed["eventName"] == "REMOVE"
    assert removed["userIdentity"] == {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}


async def test_iterators_start_where_they_are_told(streamed, reader):
    orders = await streamed("KEYS_ONLY")
    for number in "abc":
        await orders("PutItem", Item=item(number))
    found = (await reader())["Records"]

    async def ids(*words, **more):
        read = await reader(await reader.start(*words, **more))
        return [record["dynamodb"]["Keys"]["id"]["S"] for record in read["Records"]]

    second = {"SequenceNumber": found[1]["dynamodb"]["SequenceNumber"]}
    assert await ids("AT_SEQUENCE_NUMBER", **second) == ["b", "c"]
    assert await ids("AFTER_SEQUENCE_NUMBER", **second) == ["c"]
    assert await ids("LATEST") == []
    first = await reader(Limit=2)
    assert len(first["Records"]) == 2
    rest = await reader(first["NextShardIterator"])
    assert [record["dynamodb"]["Keys"]["id"]["S"] for record in rest["Records"]] == ["c"]
    await orders("PutItem", Item=item("d"))
    assert len((await reader(rest["NextShardIterator"]))["Records"]) == 1


async def test_f068_an_iterator_is_good_for_15_minutes_and_a_record_for_a_day(
    cloud, streamed, reader, error_of
):
    """F068. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html"""
    orders = await streamed("KEYS_ONLY")
    await orders("PutItem", Item=item("a"))
    iterator = await reader.start()
    number = (await reader(iterator))["Records"][0]["dynamodb"]["SequenceNumber"]
    await cloud.clock.advance(15 * 60 * 1000 + 1)
    assert (await error_of(reader(iterator))).code == "ExpiredIteratorException"
    assert len((await reader())["Records"]) == 1
    await cloud.clock.advance(24 * 60 * 60 * 1000)
    assert (await reader())["Records"] == []
    error = await error_of(reader.start("AT_SEQUENCE_NUMBER", SequenceNumber=number))
    assert error.code == "TrimmedDataAccessException"


async def test_a_closed_stream_is_read_to_its_end_and_then_gone(cloud, streamed, reader):
    orders = await streamed("KEYS_ONLY")
    await orders("PutItem", Item=item("a"))
    await orders("UpdateTable", StreamSpecification={"StreamEnabled": False})
    await orders("PutItem", Item=item("b"))
    read = await reader()
    assert len(read["Records"]) == 1
    assert "NextShardIterator" not in read
    table = (await orders("DescribeTable"))["Table"]
    assert "StreamSpecification" not in table
    assert table["LatestStreamArn"].endswith("/stream/2026-01-01T00:00:00.000")
    await cloud.clock.advance(50 * 60 * 60 * 1000)
    assert await cloud("dynamodbstreams", "ListStreams", TableName="orders") == {"Streams": []}


async def test_a_commit_with_records_wakes_who_waits_for_the_stream(cloud, streamed):
    orders = await streamed("KEYS_ONLY")
    fired = cloud.cloud.signals.fired_count
    name = ("123456789012", "us-east-1", "dynamodb", "stream", "orders")
    await orders("DeleteItem", Key=item("nothing"))
    assert not cloud.cloud.signals.fired_since(fired, [name])
    await orders("PutItem", Item=item("a"))
    assert cloud.cloud.signals.fired_since(fired, [name])
