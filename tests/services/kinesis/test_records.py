"""Records go into shards by their hash keys, come out in order, and stay for the retention period."""

from __future__ import annotations

import hashlib
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudchamber.services.kinesis.model import Shard, Window
from cloudchamber.services.kinesis.rules.sequences import place_of, sequence_number
from cloudchamber.services.kinesis.rules.throughput import readable, written

MIB = 1_048_576


async def test_records_come_out_in_the_order_in_which_they_were_put(make):
    stream = await make()
    numbers = [(await stream.put(text))["SequenceNumber"] for text in "abc"]
    answer = await stream.get(await stream.iterator())
    assert [record["Data"] for record in answer["Records"]] == [b"a", b"b", b"c"]
    assert [record["SequenceNumber"] for record in answer["Records"]] == numbers
    assert answer["Records"][0]["PartitionKey"] == "k"
    assert answer["MillisBehindLatest"] == 0


async def test_sequence_numbers_have_56_digits_and_grow(make, cloud):
    stream = await make()
    numbers: list[str] = []
    for text in "abc":
        numbers.append((await stream.put(text))["SequenceNumber"])
        await cloud.clock.advance(1500)
    assert {len(number) for number in numbers} == {56}
    assert sorted(numbers, key=int) == numbers


async def test_the_md5_of_the_partition_key_chooses_the_shard(make):
    stream = await make(shards=4)
    for key in ("a", "b", "c", "user-17", "é"):
        answer = await stream.put("x", key)
        hash_key = int(hashlib.md5(key.encode()).hexdigest(), 16)
        ranges = {shard["ShardId"]: shard["HashKeyRange"] for shard in await stream.shards()}
        found = ranges[answer["ShardId"]]
        assert int(found["StartingHashKey"]) <= hash_key <= int(found["EndingHashKey"])


async def test_an_explicit_hash_key_overrides_the_partition_key(make, error_of):
    stream = await make(shards=2)
    assert (await stream.put("x", ExplicitHashKey="0"))["ShardId"].endswith("0")
    last = str(2**128 - 1)
    assert (await stream.put("x", ExplicitHashKey=last))["ShardId"].endswith("1")
    error = await error_of(stream.put("x", ExplicitHashKey=str(2**128)))
    assert error.code == "InvalidArgumentException"
    assert "must be in the range: [0, 2^128-1]" in error.message


async def test_a_number_for_ordering_must_have_been_given_out(make, error_of):
    stream = await make()
    first = (await stream.put("a"))["SequenceNumber"]
    second = (await stream.put("b", SequenceNumberForOrdering=first))["SequenceNumber"]
    assert int(second) > int(first)
    error = await error_of(stream.put("c", SequenceNumberForOrdering="17"))
    assert error.message == (
        "ExclusiveMinimumSequenceNumber 17 used in PutRecord on stream s under account 123456789012 is invalid."
    )


async def test_f070_a_shard_takes_a_thousand_records_a_second(make, cloud):
    # F070; the text: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html
    stream = await make()
    entries = [{"Data": b"x", "PartitionKey": "k"}] * 500
    for _ in range(2):
        assert (await stream.do("PutRecords", Records=entries))["FailedRecordCount"] == 0
    answer = await stream.do("PutRecords", Records=entries[:2])
    assert answer["FailedRecordCount"] == 2
    assert answer["Records"][0] == {
        "ErrorCode": "ProvisionedThroughputExceededException",
        "ErrorMessage": "Rate exceeded for shard shardId-000000000000 in stream s under account 123456789012.",
    }
    await cloud.clock.advance(1000)
    assert (await stream.do("PutRecords", Records=entries))["FailedRecordCount"] == 0


async def test_only_the_records_of_a_full_shard_fail(make, error_of):
    stream = await make(shards=2)
    full = {"Data": b"x" * (MIB - 1), "PartitionKey": "k", "ExplicitHashKey": "0"}
    other = {"Data": b"y", "PartitionKey": "k", "ExplicitHashKey": str(2**128 - 1)}
    answer = await stream.do("PutRecords", Records=[full, full, other])
    assert answer["FailedRecordCount"] == 1
    assert ["ErrorCode" in result for result in answer["Records"]] == [False, True, False]
    error = await error_of(stream.put("z", ExplicitHashKey="0"))
    assert error.code == "ProvisionedThroughputExceededException"
    assert error.message.startswith("Rate exceeded for shard shardId-000000000000 in stream s")


async def test_a_record_counts_its_data_and_its_key(make, error_of):
    stream = await make()
    error = await error_of(stream.put(b"x" * MIB, "k"))
    assert error.code == "InvalidArgumentException"
    await stream.put(b"x" * (MIB - 1), "k")


async def test_a_large_record_empties_the_tank_of_its_shard(make, cloud, error_of):
    # https://docs.aws.amazon.com/streams/latest/dev/large-records.html
    stream = await make(MaxRecordSizeInKiB=10_240)
    await stream.put(b"x" * (4 * MIB - 1))
    await cloud.clock.advance(3999)
    assert (await error_of(stream.put("y"))).code == "ProvisionedThroughputExceededException"
    await cloud.clock.advance(1)
    await stream.put("y")


async def test_five_iterators_begin_where_they_say(make, cloud, error_of):
    stream = await make()
    first = (await stream.put("a"))["SequenceNumber"]
    await cloud.clock.advance(1000)
    at_s = cloud.clock.now_ms() / 1000
    await stream.put("b")
    await stream.put("c")
    latest = await stream.iterator("LATEST")
    await stream.put("d")
    assert await stream.read("TRIM_HORIZON") == [b"a", b"b", b"c", b"d"]
    assert await stream.read("AT_SEQUENCE_NUMBER", StartingSequenceNumber=first) == [b"a", b"b", b"c", b"d"]
    assert await stream.read("AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=first) == [b"b", b"c", b"d"]
    assert await stream.read("AT_TIMESTAMP", Timestamp=at_s) == [b"b", b"c", b"d"]
    assert [r["Data"] for r in (await stream.get(latest))["Records"]] == [b"d"]
    late = await error_of(stream.iterator("AT_TIMESTAMP", Timestamp=at_s + 1))
    assert late.message.startswith("The timestampInMillis parameter cannot be greater than")
    for kind in ("AT_SEQUENCE_NUMBER", "AT_TIMESTAMP"):
        assert (await error_of(stream.iterator(kind))).code == "InvalidArgumentException"


async def test_a_sequence_number_belongs_to_one_shard(make, error_of):
    stream = await make(shards=2)
    number = (await stream.put("x", ExplicitHashKey=str(2**128 - 1)))["SequenceNumber"]
    error = await error_of(stream.iterator("AT_SEQUENCE_NUMBER", StartingSequenceNumber=number))
    assert error.message == (
        "Invalid StartingSequenceNumber. It encodes shardId-000000000001, "
        "while it was used in a call to a shard with shardId-000000000000"
    )


async def test_an_iterator_goes_on_where_the_last_read_ended(make, cloud):
    stream = await make()
    for text in "abcde":
        await stream.put(text)
    await cloud.clock.advance(700)
    page = await stream.get(await stream.iterator(), Limit=2)
    assert page["MillisBehindLatest"] == 700
    page = await stream.get(page["NextShardIterator"], Limit=2)
    assert [record["Data"] for record in page["Records"]] == [b"c", b"d"]
    page = await stream.get(page["NextShardIterator"])
    assert [record["Data"] for record in page["Records"]] == [b"e"]
    await stream.put("f")
    page = await stream.get(page["NextShardIterator"])
    assert [record["Data"] for record in page["Records"]] == [b"f"]


async def test_an_iterator_expires_after_five_minutes(make, cloud, error_of):
    stream = await make()
    iterator = await stream.iterator()
    await cloud.clock.advance(300_000)
    iterator = (await stream.get(iterator))["NextShardIterator"]
    await cloud.clock.advance(300_001)
    error = await error_of(stream.get(iterator))
    assert error.code == "ExpiredIteratorException"
    assert "tolerated delay of 300000 milliseconds" in error.message
    assert "Thu Jan 01 00:05:00 UTC 2026" in error.message
    assert (await error_of(stream.get("AAAA"))).message == "Invalid ShardIterator."


async def test_a_shard_is_read_five_times_a_second(make, cloud, error_of):
    stream = await make()
    iterator = await stream.iterator()
    for _ in range(5):
        await stream.get(iterator)
    error = await error_of(stream.get(iterator))
    assert error.code == "ProvisionedThroughputExceededException"
    await cloud.clock.advance(1000)
    await stream.get(iterator)


async def test_a_read_of_ten_mebibytes_is_followed_by_a_pause_of_five_seconds(make, cloud, error_of):
    # https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html
    stream = await make()
    for _ in range(11):
        await stream.put(b"x" * (MIB - 1))
        await cloud.clock.advance(1000)
    answer = await stream.get(await stream.iterator())
    assert len(answer["Records"]) == 10
    await cloud.clock.advance(4999)
    assert (await error_of(stream.get(answer["NextShardIterator"]))).code.startswith("Provisioned")
    await cloud.clock.advance(1)
    assert len((await stream.get(answer["NextShardIterator"]))["Records"]) == 1


async def test_records_are_gone_after_the_retention_period(make, cloud):
    stream = await make()
    await stream.put("old")
    await cloud.clock.advance(12 * 3_600_000)
    await stream.put("new")
    await cloud.clock.advance(12 * 3_600_000 - 1)
    assert await stream.read() == [b"old", b"new"]
    await cloud.clock.advance(1)
    assert await stream.read() == [b"new"]
    await cloud.clock.advance(14 * 3_600_000)
    assert await stream.read() == []
    await stream.put("next")
    assert await stream.read() == [b"next"]


async def test_a_dry_run_puts_nothing(make, error_of):
    stream = await make()
    assert (await error_of(stream.put("a", DryRun=True))).code == "DryRunOperationException"
    assert await stream.read() == []


@given(st.integers(0, 2**31), st.integers(0, 2**60), st.integers(0, 2**35), st.integers(0, 10**6))
def test_a_sequence_number_tells_its_place(epoch_s, serial, at_s, index):
    shard = Shard(index, "0", "1", epoch_s, 0)
    number = sequence_number(shard, serial, at_s * 1000)
    assert place_of(number) == (epoch_s, serial, at_s, index)
    assert int(sequence_number(shard, serial + 1, 0)) > int(number)
    assert len(number) == 56


@given(st.lists(st.tuples(st.integers(0, 700), st.integers(1, MIB)), max_size=40))
def test_no_second_takes_more_than_a_mebibyte(puts):
    window, now_ms, taken = Window(), 10_000, dict[int, int]()
    for wait_ms, size_bytes in puts:
        now_ms += wait_ms
        following = written(window, now_ms, size_bytes)
        if following is not None:
            window = following
            taken[window.at_ms] = taken.get(window.at_ms, 0) + size_bytes
    assert all(total_bytes <= MIB for total_bytes in taken.values())
    starts = sorted(taken)
    assert all(later - earlier >= 1000 for earlier, later in itertools.pairwise(starts))


@pytest.mark.parametrize(
    ("window", "now_ms", "allowed"),
    [
        (Window(0, 5, 0), 999, False),
        (Window(0, 5, 0), 1000, True),
        (Window(0, 1, 2 * MIB), 999, False),
        (Window(0, 1, 10 * MIB), 4999, False),
        (Window(0, 1, 10 * MIB), 5000, True),
    ],
)
def test_reads_wait_for_their_window(window, now_ms, allowed):
    assert (readable(window, now_ms) is not None) is allowed
