"""BatchGetItem and BatchWriteItem: their limits, and what comes back as unprocessed."""

import pytest


@pytest.fixture
async def users(table):
    return await table("users", id="S")


def keys(*ids):
    return [{"id": {"S": str(each)}} for each in ids]


def puts(*ids, **more):
    return [{"PutRequest": {"Item": {"id": {"S": str(each)}} | more}} for each in ids]


async def test_a_batch_writes_and_gets_items_of_several_tables(cloud, users, music):
    song = {"Artist": {"S": "a"}, "SongTitle": {"S": "b"}}
    answer = await cloud(
        "dynamodb",
        "BatchWriteItem",
        RequestItems={"users": puts(1, 2), "Music": [{"PutRequest": {"Item": song}}]},
    )
    assert answer == {"UnprocessedItems": {}}
    got = await cloud(
        "dynamodb",
        "BatchGetItem",
        RequestItems={"users": {"Keys": keys(1, 2, 3)}, "Music": {"Keys": [song], "ConsistentRead": True}},
        ReturnConsumedCapacity="TOTAL",
    )
    assert got == {
        "Responses": {"users": keys(1, 2), "Music": [song]},
        "UnprocessedKeys": {},
        "ConsumedCapacity": [
            {"TableName": "users", "CapacityUnits": 1.5},
            {"TableName": "Music", "CapacityUnits": 1.0},
        ],
    }
    gone = [{"DeleteRequest": {"Key": keys(1)[0]}}, *puts(3)]
    await cloud("dynamodb", "BatchWriteItem", RequestItems={"users": gone})
    assert sorted(item["id"]["S"] for item in (await users("Scan"))["Items"]) == ["2", "3"]


async def test_a_batch_gets_at_most_16_mb_and_hands_back_the_other_keys(cloud, users):
    """F065. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html"""
    large = {"x": {"S": "x" * 400_000}}
    for number in range(45):
        await users("PutItem", Item=keys(number)[0] | large)
    wanted = {"Keys": keys(*range(45)), "ProjectionExpression": "id"}
    got = await cloud("dynamodb", "BatchGetItem", RequestItems={"users": wanted})
    assert got["Responses"]["users"] == keys(*range(41))
    assert got["UnprocessedKeys"] == {"users": wanted | {"Keys": keys(*range(41, 45))}}


@pytest.mark.parametrize(
    ("operation", "entries", "message"),
    [
        ("BatchGetItem", {"Keys": keys(1, 1)}, "Provided list of item keys contains duplicates"),
        ("BatchWriteItem", puts(1, 1), "Provided list of item keys contains duplicates"),
        (
            "BatchWriteItem",
            [*puts(1), {"DeleteRequest": {"Key": keys(1)[0]}}],
            "Provided list of item keys contains duplicates",
        ),
        (
            "BatchWriteItem",
            puts(1, x={"S": "x" * 410_000}),
            "Item size has exceeded the maximum allowed size",
        ),
        (
            "BatchWriteItem",
            [*puts(1), {"PutRequest": {"Item": {"x": {"S": "y"}}}}],
            "One or more parameter values were invalid: Missing the key id in the item",
        ),
    ],
)
async def test_a_bad_batch_is_refused_and_changes_nothing(
    cloud, users, error_of, operation, entries, message
):
    error = await error_of(cloud("dynamodb", operation, RequestItems={"users": entries}))
    assert (error.code, error.message) == ("ValidationException", message)
    assert (await users("Scan"))["Count"] == 0


async def test_a_batch_holds_at_most_25_writes_over_all_tables(cloud, users, music, error_of):
    songs = [{"PutRequest": {"Item": {"Artist": {"S": str(n)}, "SongTitle": {"S": "s"}}}} for n in range(13)]
    entries = {"users": puts(*range(13)), "Music": songs}
    error = await error_of(cloud("dynamodb", "BatchWriteItem", RequestItems=entries))
    assert error.message == "Too many items requested for the BatchWriteItem call"
    halves = {
        "users": {"Keys": keys(*range(60))},
        "Music": {"Keys": [s["PutRequest"]["Item"] for s in songs] * 4},
    }
    error = await error_of(cloud("dynamodb", "BatchGetItem", RequestItems=halves))
    assert error.message == "Too many items requested for the BatchGetItem call"
