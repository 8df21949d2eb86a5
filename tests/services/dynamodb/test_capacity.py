"""Capacity units. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/capacity-units.html"""

import pytest


@pytest.fixture
async def docs(table):
    return await table(
        "docs",
        id="S",
        sk="S",
        others={"g": "S", "l": "S"},
        glob=[("byg", "g"), ("keys", "g", None, "KEYS_ONLY")],
        local=[("byl", "id", "l")],
    )


def item(size_bytes=0, **more):
    return {"id": {"S": "a"}, "sk": {"S": "b"}, "x": {"S": "x" * size_bytes}} | {
        name: {"S": value} for name, value in more.items()
    }


KEY = {"id": {"S": "a"}, "sk": {"S": "b"}}


@pytest.mark.parametrize(
    ("size_bytes", "consistent", "units"),
    [(0, False, 0.5), (0, True, 1.0), (4096, True, 2.0), (4096, False, 1.0), (9_000, False, 1.5)],
)
async def test_a_read_takes_a_unit_for_4_kb_or_half_of_one(docs, size_bytes, consistent, units):
    await docs("PutItem", Item=item(size_bytes))
    got = await docs("GetItem", Key=KEY, ConsistentRead=consistent, ReturnConsumedCapacity="TOTAL")
    assert got["ConsumedCapacity"] == {"TableName": "docs", "CapacityUnits": units}


async def test_reading_what_is_not_there_takes_the_least(docs):
    got = await docs("GetItem", Key=KEY, ReturnConsumedCapacity="INDEXES")
    assert got["ConsumedCapacity"] == {
        "TableName": "docs",
        "CapacityUnits": 0.5,
        "Table": {"CapacityUnits": 0.5},
    }


async def test_a_write_takes_a_unit_for_1_kb_in_the_table_and_in_each_index_it_changes(docs):
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations.Writes"""

    async def units(**request):
        answer = await docs("PutItem", ReturnConsumedCapacity="INDEXES", **request)
        used = answer["ConsumedCapacity"]
        parts = [used["Table"], *used.get("GlobalSecondaryIndexes", {}).values()]
        parts += used.get("LocalSecondaryIndexes", {}).values()
        assert used["CapacityUnits"] == sum(part["CapacityUnits"] for part in parts)
        return [part["CapacityUnits"] for part in parts]

    assert await units(Item=item()) == [1.0]
    assert await units(Item=item(1_500, g="g", l="l")) == [2.0, 2.0, 1.0, 2.0]
    assert await units(Item=item(1_500, g="g", l="l")) == [2.0]  # nothing changes in an index
    assert await units(Item=item(1_500, g="h", l="l")) == [2.0, 4.0, 2.0, 2.0]  # a key that moves: two writes
    assert await units(Item=item(100)) == [2.0, 2.0, 1.0, 2.0]  # the larger of before and after


async def test_item_collection_metrics_come_with_a_local_index(docs, music):
    answer = await docs("PutItem", Item=item(), ReturnItemCollectionMetrics="SIZE")
    assert answer["ItemCollectionMetrics"] == {
        "ItemCollectionKey": {"id": {"S": "a"}},
        "SizeEstimateRangeGB": [0.0, 1.0],
    }
    song = {"Artist": {"S": "a"}, "SongTitle": {"S": "b"}}
    assert await music("PutItem", Item=song, ReturnItemCollectionMetrics="SIZE") == {}
