"""Shards are split, merged and spread; closed ones stay readable, and lead to their children."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudchamber.services.kinesis.model import Stream
from cloudchamber.services.kinesis.rules.shards import (
    HASH_KEYS,
    even_starts,
    first_shards,
    merge,
    split,
    spread,
)

MIDDLE = str(2**127)


async def ids(stream, **more):
    return [shard["ShardId"][-1] for shard in await stream.shards(**more)]


async def test_a_split_closes_the_parent_and_opens_two_children(make):
    stream = await make()
    before = (await stream.put("a"))["SequenceNumber"]
    await stream.do("SplitShard", ShardToSplit="shardId-000000000000", NewStartingHashKey=MIDDLE)
    parent, low, high = await stream.shards()
    end = int(parent["SequenceNumberRange"]["EndingSequenceNumber"])
    assert int(before) < end
    assert low["ParentShardId"] == high["ParentShardId"] == parent["ShardId"]
    assert low["HashKeyRange"] == {"StartingHashKey": "0", "EndingHashKey": str(2**127 - 1)}
    assert high["HashKeyRange"] == {"StartingHashKey": MIDDLE, "EndingHashKey": str(2**128 - 1)}
    for child in (low, high):
        assert "EndingSequenceNumber" not in child["SequenceNumberRange"]
        assert int(child["SequenceNumberRange"]["StartingSequenceNumber"]) > end
    after = await stream.put("b", ExplicitHashKey="0")
    assert after["ShardId"] == low["ShardId"]
    assert int(after["SequenceNumber"]) > end


async def test_a_closed_shard_is_read_to_its_end_and_names_its_children(make):
    stream = await make()
    await stream.put("a")
    await stream.put("b")
    await stream.do("SplitShard", ShardToSplit="shardId-000000000000", NewStartingHashKey=MIDDLE)
    page = await stream.get(await stream.iterator(), Limit=1)
    assert "ChildShards" not in page
    page = await stream.get(page["NextShardIterator"])
    assert [record["Data"] for record in page["Records"]] == [b"b"]
    assert "NextShardIterator" not in page
    assert [(c["ShardId"], c["ParentShards"]) for c in page["ChildShards"]] == [
        ("shardId-000000000001", ["shardId-000000000000"]),
        ("shardId-000000000002", ["shardId-000000000000"]),
    ]


async def test_neighbours_merge_into_one_child_with_two_parents(make, error_of):
    stream = await make(shards=3)
    names = [f"shardId-00000000000{index}" for index in range(3)]
    apart = await error_of(stream.do("MergeShards", ShardToMerge=names[0], AdjacentShardToMerge=names[2]))
    assert apart.code == "InvalidArgumentException"
    assert "are not an adjacent pair of shards eligible for merging" in apart.message
    await stream.do("MergeShards", ShardToMerge=names[1], AdjacentShardToMerge=names[0])
    child = (await stream.shards())[3]
    assert child["ParentShardId"] == names[1]
    assert child["AdjacentParentShardId"] == names[0]
    again = await error_of(stream.do("SplitShard", ShardToSplit=names[0], NewStartingHashKey="17"))
    assert again.code == "ResourceInUseException"
    assert again.message.endswith(
        "has already been merged or split, and thus is not eligible for merging or splitting."
    )


@pytest.mark.parametrize("key", ["0", "1", str(2**128 - 1)])
async def test_a_split_leaves_something_on_both_sides(make, error_of, key):
    stream = await make()
    error = await error_of(
        stream.do("SplitShard", ShardToSplit="shardId-000000000000", NewStartingHashKey=key)
    )
    assert error.code == "InvalidArgumentException"
    assert "is not both greater than one plus the shard's StartingHashKey 0" in error.message
    assert len(await stream.shards()) == 1


async def test_the_count_of_shards_is_doubled_or_halved_at_most(make, error_of):
    stream = await make(shards=4)
    change = {"ScalingType": "UNIFORM_SCALING"}
    for count in (9, 1):
        error = await error_of(stream.do("UpdateShardCount", TargetShardCount=count, **change))
        assert error.code == "InvalidArgumentException"
    answer = await stream.do("UpdateShardCount", TargetShardCount=6, **change)
    assert (answer["CurrentShardCount"], answer["TargetShardCount"]) == (4, 6)
    assert (await stream.summary())["OpenShardCount"] == 6


async def test_scaling_ten_times_a_day_is_enough(make, cloud, error_of):
    # https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html
    stream = await make(shards=2)
    for index in range(10):
        await stream.do("UpdateShardCount", TargetShardCount=2 + index % 2, ScalingType="UNIFORM_SCALING")
    again = {"TargetShardCount": 4, "ScalingType": "UNIFORM_SCALING"}
    assert (await error_of(stream.do("UpdateShardCount", **again))).code == "LimitExceededException"
    await cloud.clock.advance(86_400_000)
    await stream.do("UpdateShardCount", **again)


async def test_shards_are_listed_by_filter(make, cloud):
    stream = await make(shards=2)
    start_s = cloud.clock.now_ms() / 1000
    await cloud.clock.advance(3_600_000)
    await stream.do(
        "MergeShards", ShardToMerge="shardId-000000000000", AdjacentShardToMerge="shardId-000000000001"
    )
    split_s = cloud.clock.now_ms() / 1000
    await cloud.clock.advance(3_600_000)
    assert await ids(stream) == ["0", "1", "2"]
    assert await ids(stream, ShardFilter={"Type": "AT_LATEST"}) == ["2"]
    assert await ids(stream, ShardFilter={"Type": "AT_TRIM_HORIZON"}) == ["0", "1"]
    assert await ids(stream, ShardFilter={"Type": "FROM_TRIM_HORIZON"}) == ["0", "1", "2"]
    assert await ids(stream, ShardFilter={"Type": "AT_TIMESTAMP", "Timestamp": start_s}) == ["0", "1"]
    assert await ids(stream, ShardFilter={"Type": "AT_TIMESTAMP", "Timestamp": split_s}) == ["2"]
    assert await ids(stream, ShardFilter={"Type": "FROM_TIMESTAMP", "Timestamp": split_s + 1}) == ["2"]
    after = {"Type": "AFTER_SHARD_ID", "ShardId": "shardId-000000000000"}
    assert await ids(stream, ShardFilter=after) == ["1", "2"]


async def test_a_closed_shard_is_gone_after_the_retention_period(make, cloud):
    stream = await make()
    await stream.do("SplitShard", ShardToSplit="shardId-000000000000", NewStartingHashKey=MIDDLE)
    await cloud.clock.advance(26 * 3_600_000)
    assert await ids(stream) == ["1", "2"]


async def test_a_page_of_shards_leads_to_the_next_for_five_minutes(make, cloud, error_of):
    stream = await make(shards=5)
    page = await stream.do("ListShards", MaxResults=3)
    token = page["NextToken"]
    rest = await cloud("kinesis", "ListShards", NextToken=token)
    assert [shard["ShardId"][-1] for shard in rest["Shards"]] == ["3", "4"]
    assert "NextToken" not in rest
    both = await error_of(stream.do("ListShards", NextToken=token))
    assert both.message == "NextToken and StreamName cannot be provided together."
    await cloud.clock.advance(300_001)
    late = await error_of(cloud("kinesis", "ListShards", NextToken=token))
    assert late.code == "ExpiredNextTokenException"


def stream_of(count):
    return Stream("s", 1, 0, first_shards(count, 5000), next_index=count)


def is_whole(stream):
    ends = -1
    for shard in stream.open_shards:
        low, high = shard.span
        if low != ends + 1 or high < low:
            return False
        ends = high
    return ends == HASH_KEYS - 1


@given(st.integers(1, 12), st.lists(st.integers(1, 12), max_size=4))
def test_spreading_gives_even_shards_without_gaps(count, targets):
    stream = stream_of(count)
    for target in targets:
        stream = spread(stream, target, 9000)
        assert [shard.span[0] for shard in stream.open_shards] == even_starts(target)
        assert is_whole(stream)


@given(st.integers(1, 4), st.lists(st.tuples(st.booleans(), st.integers(0, 10**6)), max_size=12))
def test_resharding_keeps_the_ranges_whole_and_children_behind_their_parents(count, steps):
    stream = stream_of(count)
    for is_split, draw in steps:
        shards = stream.open_shards
        shard = shards[draw % len(shards)]
        low, high = shard.span
        if is_split and high - low > 4:
            stream = split(stream, shard, low + 2 + draw % (high - low - 2), 5000)
        elif shard is not shards[-1]:
            stream = merge(stream, shard, shards[shards.index(shard) + 1], 5000)
    assert is_whole(stream)
    epochs = {shard.index: shard.epoch_s for shard in stream.shards}
    for shard in stream.shards:
        assert all(shard.epoch_s > epochs[p] for p in (shard.parent, shard.adjacent) if p >= 0)
