"""Shards, their slots and windows: https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html."""

import asyncio
import base64
import json

import pytest

from cloudchamber.app.services import SERVICES
from cloudchamber.aws import Cloud, Settings
from cloudchamber.clock import VirtualClock
from cloudchamber.kv import SqliteStore
from cloudchamber.services.lambda_.live import Environments

pytestmark = pytest.mark.asyncio(loop_scope="session")

STREAM_ARN = "arn:aws:kinesis:us-east-1:123456789012:stream/s"
SHARD_0 = "shardId-000000000000"


async def make_stream(cloud, shards=1):
    await cloud("kinesis", "CreateStream", StreamName="s", ShardCount=shards)


async def put(cloud, *texts, **members):
    """Records of one call: `a1` has the partition key `a`."""
    records = [{"Data": text.encode(), "PartitionKey": text[0], **members} for text in texts]
    await cloud.start("kinesis", "PutRecords", StreamName="s", Records=records)


async def map_stream(cloud, **members):
    request = {
        "EventSourceArn": STREAM_ARN,
        "FunctionName": "fn",
        "StartingPosition": "TRIM_HORIZON",
    } | members
    return await cloud.start("lambda", "CreateEventSourceMapping", **request)


async def update(cloud, made, **members):
    return await cloud.start("lambda", "UpdateEventSourceMapping", UUID=made["UUID"], **members)


async def result_of(cloud, made):
    found = await cloud.start("lambda", "GetEventSourceMapping", UUID=made["UUID"])
    return found["LastProcessingResult"]


async def go_on(cloud, made):
    """Let everything that is due do what it can while functions are held."""
    for _ in range(50):
        await cloud.start("lambda", "GetEventSourceMapping", UUID=made["UUID"])


def texts(event):
    return [base64.b64decode(record["kinesis"]["data"]).decode() for record in event["Records"]]


def batches(functions):
    return [texts(event) for event in functions.events]


def handled(functions):
    """The records of invocations that succeeded, in order."""
    return [text for told in functions.told if not told.get("failed") for text in texts(told["event"])]


# -- slots


async def test_f023_a_shard_has_as_many_batches_at_once_as_its_parallelization_factor(cloud, functions):
    await make_stream(cloud)
    await functions.create()
    gate = functions.gate()
    await put(cloud, *[f"{key}{n}" for n in range(3) for key in "abcdefghijkl"])
    await map_stream(cloud, ParallelizationFactor=3)
    await functions.until(3)
    gate.set()
    await cloud.settle()

    assert functions.busy_max == 3
    assert len(handled(functions)) == 36


@pytest.mark.parametrize("seed", range(6))
async def test_f023_the_order_of_each_key_is_kept_whatever_fails(cloud, functions, seed):
    chances = iter(range(seed, 10_000, seed + 3))
    due = {next(chances) for _ in range(40)}

    def script(told):
        if len(functions.told) in due:
            raise functions.Fails("boom")

    functions.script = script
    await make_stream(cloud, shards=2)
    await functions.create()
    await map_stream(
        cloud, ParallelizationFactor=1 + seed, BatchSize=3, BisectBatchOnFunctionError=seed % 2 == 1
    )
    put_texts = [f"{key}{n:02}" for n in range(12) for key in "abcde"]
    for start in range(0, 60, 7):
        await put(cloud, *put_texts[start : start + 7])
        await cloud.clock.advance(700)
    await cloud.clock.run_until_idle()

    done = handled(functions)
    for key in "abcde":
        assert [text for text in done if text[0] == key] == [f"{key}{n:02}" for n in range(12)]


async def test_f023_a_changed_factor_loses_nothing(cloud, functions):
    await make_stream(cloud)
    await functions.create()
    made = await map_stream(cloud, ParallelizationFactor=4, BatchSize=2)
    for factor in (2, 7, 1):
        await put(cloud, *[f"{key}{factor}" for key in "abcdefgh"])
        await cloud.settle()
        await update(cloud, made, ParallelizationFactor=factor)
        await cloud.clock.advance(1_000)

    assert set(handled(functions)) == {f"{key}{factor}" for key in "abcdefgh" for factor in (2, 7, 1)}


async def test_a_failing_slot_does_not_hold_up_another(cloud, functions):
    await make_stream(cloud)
    await functions.create()

    def script(told):
        if "a1" in texts(told["event"]):
            raise functions.Fails("boom")

    functions.script = script
    await map_stream(cloud, ParallelizationFactor=10)
    await put(cloud, "a1", *[f"{key}1" for key in "bcdefghijklm"])
    await cloud.clock.advance(10_000)

    assert len(handled(functions)) > 6
    assert "a1" not in handled(functions)


# -- resharding


async def test_children_are_read_after_their_parents(cloud, functions):
    await make_stream(cloud)
    await functions.create()
    failures = []

    def fail_twice(told):
        if "a1" in texts(told["event"]) and len(failures) < 2:
            failures.append(1)
            raise functions.Fails("boom")

    functions.script = fail_twice
    await map_stream(cloud, BatchSize=1)
    await put(cloud, "a1", "b1")
    split = {"StreamName": "s", "ShardToSplit": SHARD_0, "NewStartingHashKey": str(2**127)}
    await cloud.start("kinesis", "SplitShard", **split)
    await put(cloud, "a2", "b2")
    await cloud.settle()
    assert handled(functions) == []
    await cloud.clock.run_until_idle()
    merge = {"ShardToMerge": "shardId-000000000001", "AdjacentShardToMerge": "shardId-000000000002"}
    await cloud.start("kinesis", "MergeShards", StreamName="s", **merge)
    await put(cloud, "a3", "b3")
    await cloud.clock.advance(1_000)

    done = handled(functions)
    assert done[:2] == ["a1", "b1"]
    assert sorted(done[2:4]) == ["a2", "b2"]
    assert sorted(done[4:]) == ["a3", "b3"]


async def test_children_of_a_latest_position_are_read_from_their_beginning(cloud, functions):
    await make_stream(cloud)
    await functions.create()
    await put(cloud, "a0")
    made = await map_stream(cloud, StartingPosition="LATEST", Enabled=False)
    split = {"StreamName": "s", "ShardToSplit": SHARD_0, "NewStartingHashKey": str(2**127)}
    await cloud.start("kinesis", "SplitShard", **split)
    await put(cloud, "a1", "b1")
    await update(cloud, made, Enabled=True)
    await cloud.settle()

    assert sorted(handled(functions)) == ["a1", "b1"]


async def test_a_consumer_of_enhanced_fan_out_is_a_source(cloud, functions):
    """https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html#services-kinesis-configure"""
    await make_stream(cloud)
    await functions.create()
    answer = await cloud("kinesis", "RegisterStreamConsumer", StreamARN=STREAM_ARN, ConsumerName="c")
    await map_stream(cloud, EventSourceArn=answer["Consumer"]["ConsumerARN"])
    await put(cloud, "a1")
    await cloud.settle()

    assert batches(functions) == [["a1"]]


# -- while traffic runs


async def test_a_disabled_mapping_goes_on_where_it_was(cloud, functions):
    await make_stream(cloud)
    await functions.create()
    made = await map_stream(cloud)
    await put(cloud, "a1")
    await cloud.settle()
    disabling = await update(cloud, made, Enabled=False)
    await put(cloud, "a2")
    await cloud.clock.advance(5_000)
    assert handled(functions) == ["a1"]
    enabling = await update(cloud, made, Enabled=True)
    await cloud.settle()

    assert handled(functions) == ["a1", "a2"]
    assert (disabling["State"], enabling["State"]) == ("Disabling", "Enabling")


async def test_a_mapping_that_changes_while_its_function_runs_reads_nothing_twice(cloud, functions):
    await make_stream(cloud)
    await functions.create()
    gate = functions.gate()
    made = await map_stream(cloud, BatchSize=1)
    await put(cloud, "a1", "a2")
    await functions.until(1)
    await update(cloud, made, BatchSize=10)
    await put(cloud, "a3")
    await go_on(cloud, made)
    gate.set()
    await cloud.clock.advance(1_000)

    assert batches(functions) == [["a1"], ["a2", "a3"]]
    assert functions.busy_max == 1


async def test_what_a_change_interrupts_in_one_slot_is_not_lost_when_another_one_ends(cloud, functions):
    await make_stream(cloud)
    await functions.create()
    gate = asyncio.Event()

    async def script(told):
        if "a1" in texts(told["event"]) and len(functions.told) < 3:
            raise functions.Fails("boom")
        if "d1" in texts(told["event"]):
            await gate.wait()

    functions.script = script
    failed = asyncio.Event()
    cloud.cloud.tracks.listen(lambda track: "Unhandled" in track.note and failed.set())
    made = await map_stream(cloud, ParallelizationFactor=2)
    await put(cloud, "a1", "d1")
    await functions.until(2)
    await failed.wait()
    while (await result_of(cloud, made)) != "PROBLEM: Function call failed":
        await go_on(cloud, made)
    await update(cloud, made, BatchSize=10)
    await go_on(cloud, made)
    gate.set()
    await cloud.clock.advance(5_000)

    assert sorted(handled(functions)) == ["a1", "d1"]
    assert len(functions.told) == 3


async def test_an_update_frees_a_blocked_shard(cloud, functions):
    await make_stream(cloud)
    await functions.create()

    def script(told):
        if "a1" in texts(told["event"]):
            raise functions.Fails("boom")

    functions.script = script
    made = await map_stream(cloud, BatchSize=1)
    await put(cloud, "a1", "a2")
    await cloud.clock.advance(600_000)
    assert handled(functions) == []
    updating = await update(cloud, made, MaximumRetryAttempts=0)
    await cloud.settle()

    assert handled(functions) == ["a2"]
    assert (updating["State"], updating["MaximumRetryAttempts"]) == ("Updating", 0)


async def test_a_deleted_mapping_reads_nothing_more(cloud, functions):
    await make_stream(cloud)
    await functions.create()
    made = await map_stream(cloud)
    await cloud.start("lambda", "DeleteEventSourceMapping", UUID=made["UUID"])
    await put(cloud, "a1")
    await cloud.clock.advance(1_000)
    assert functions.told == []
    await map_stream(cloud)
    await cloud.settle()

    assert handled(functions) == ["a1"]


async def test_a_throttled_batch_is_tried_again_and_uses_up_no_retries(cloud, functions):
    """https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html"""
    await make_stream(cloud)
    await functions.create()
    await cloud("lambda", "PutFunctionConcurrency", FunctionName="fn", ReservedConcurrentExecutions=0)
    await map_stream(cloud, MaximumRetryAttempts=0)
    await put(cloud, "a1")
    await cloud.clock.advance(30_000)
    assert functions.told == []
    await cloud("lambda", "DeleteFunctionConcurrency", FunctionName="fn")
    await cloud.clock.advance(60_000)

    assert handled(functions) == ["a1"]


async def test_a_throttled_read_is_tried_again(cloud, functions):
    await make_stream(cloud)
    await functions.create()
    await map_stream(cloud)
    answer = await cloud(
        "kinesis", "GetShardIterator", StreamName="s", ShardId=SHARD_0, ShardIteratorType="LATEST"
    )
    for _ in range(4):
        await cloud.start("kinesis", "GetRecords", ShardIterator=answer["ShardIterator"])
    await put(cloud, "a1")
    await cloud.clock.advance(2_000)

    assert handled(functions) == ["a1"]


async def test_an_idle_mapping_keeps_no_virtual_clock_busy(cloud, functions):
    await make_stream(cloud)
    await functions.create()
    await map_stream(cloud, MaximumBatchingWindowInSeconds=5, TumblingWindowInSeconds=60)
    await cloud.clock.run_until_idle()
    idle_ms = cloud.clock.now_ms()
    await put(cloud, "a1")
    await cloud.clock.run_until_idle()

    assert cloud.clock.now_ms() - idle_ms <= 60_000
    assert handled(functions) == ["a1"]


async def test_a_mapping_goes_on_after_an_hour_without_records(cloud, functions):
    """Iterators expire after five minutes: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetShardIterator.html"""
    await make_stream(cloud)
    await functions.create()
    await map_stream(cloud)
    await cloud.clock.advance(3_600_000)
    await put(cloud, "a1")
    await cloud.clock.advance(1_000)

    assert handled(functions) == ["a1"]


async def test_a_function_that_is_gone_disables_its_mapping(cloud, functions):
    await make_stream(cloud)
    await functions.create()
    made = await map_stream(cloud)
    await cloud("lambda", "DeleteFunction", FunctionName="fn")
    await put(cloud, "a1")
    await cloud.clock.advance(1_000)

    found = await cloud("lambda", "GetEventSourceMapping", UUID=made["UUID"])
    assert found["State"] == "Disabled"
    await functions.create()
    await update(cloud, made, Enabled=True)
    await cloud.clock.advance(1_000)
    assert handled(functions) == ["a1"]


async def test_a_stream_that_is_made_anew_is_read_from_its_beginning(cloud, functions):
    await make_stream(cloud)
    await functions.create()
    made = await map_stream(cloud, StartingPosition="LATEST")
    await put(cloud, "a1")
    await cloud.settle()
    await cloud.start("kinesis", "DeleteStream", StreamName="s")
    await cloud.clock.advance(1_000)
    assert await result_of(cloud, made) == "PROBLEM: Stream s under account 123456789012 not found."
    await cloud.clock.run_until_idle()
    await make_stream(cloud, shards=2)
    await put(cloud, "a2", "b2")
    await cloud.clock.advance(1_000)

    assert sorted(handled(functions)) == ["a1", "a2", "b2"]
    assert await result_of(cloud, made) == "OK"


async def test_a_stream_that_is_replaced_at_once_is_read_from_its_beginning(cloud, functions):
    await make_stream(cloud)
    await functions.create()
    await map_stream(cloud)
    await put(cloud, "a1")
    await cloud.clock.advance(1_000)
    await cloud.start("kinesis", "DeleteStream", StreamName="s")
    await cloud.start("kinesis", "CreateStream", StreamName="s", ShardCount=1)
    await put(cloud, "a2")
    await cloud.clock.advance(2_000)

    assert handled(functions) == ["a1", "a2"]


# -- tumbling windows


def summing(functions):
    def script(told):
        event = told["event"]
        total = event["state"].get("n", 0) + len(event["Records"])
        return {"state": {"n": total}}

    functions.script = script


def windows(functions):
    return [
        (texts(e), e["state"], e["window"]["start"][11:19], e["isFinalInvokeForWindow"])
        for e in functions.events
    ]


async def test_f024_a_tumbling_window_carries_its_state_and_ends(cloud, functions):
    """https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html"""
    await make_stream(cloud)
    await functions.create()
    summing(functions)
    await map_stream(cloud, TumblingWindowInSeconds=120)
    await put(cloud, "a1", "a2")
    await cloud.clock.advance(60_000)
    await put(cloud, "a3")
    await cloud.clock.advance(59_999)
    assert len(functions.told) == 2
    await cloud.clock.advance(1)
    await put(cloud, "a4")
    await cloud.clock.run_until_idle()

    assert windows(functions) == [
        (["a1", "a2"], {}, "00:00:00", False),
        (["a3"], {"n": 2}, "00:00:00", False),
        ([], {"n": 3}, "00:00:00", True),
        (["a4"], {}, "00:02:00", False),
        ([], {"n": 1}, "00:02:00", True),
    ]
    first = {k: v for k, v in functions.events[0].items() if k not in ("Records", "state")}
    assert first == {
        "window": {"start": "2026-01-01T00:00:00Z", "end": "2026-01-01T00:02:00Z"},
        "shardId": SHARD_0,
        "eventSourceARN": STREAM_ARN,
        "isFinalInvokeForWindow": False,
        "isWindowTerminatedEarly": False,
    }


async def test_f024_a_batch_has_records_of_one_window_only(cloud, functions):
    await make_stream(cloud)
    await functions.create()
    summing(functions)
    for text in ("a1", "a2", "a3", "a4"):
        await put(cloud, text)
        await cloud.clock.advance(30_000)
    await map_stream(cloud, TumblingWindowInSeconds=60)
    await cloud.clock.run_until_idle()

    assert windows(functions) == [
        (["a1", "a2"], {}, "00:00:00", False),
        ([], {"n": 2}, "00:00:00", True),
        (["a3", "a4"], {}, "00:01:00", False),
        ([], {"n": 2}, "00:01:00", True),
    ]


@pytest.mark.parametrize("answer", [None, {}, {"batchItemFailures": []}, {"state": None}, "text"])
async def test_f024_a_response_without_state_is_a_failed_invocation(cloud, functions, answer):
    await make_stream(cloud)
    await functions.create()
    functions.script = lambda told: answer if len(functions.told) < 3 else {"state": {"ok": 1}}
    made = await map_stream(cloud, TumblingWindowInSeconds=900)
    await put(cloud, "a1")
    await cloud.settle()
    problem = (await cloud.start("lambda", "GetEventSourceMapping", UUID=made["UUID"]))[
        "LastProcessingResult"
    ]
    await cloud.clock.advance(10_000)

    assert batches(functions) == [["a1"]] * 3
    assert problem == "PROBLEM: Function call failed"


async def test_f024_a_state_of_more_than_a_megabyte_ends_the_window_early(cloud, functions):
    await make_stream(cloud)
    await functions.create()

    def script(told):
        final = told["event"]["isFinalInvokeForWindow"]
        return {"state": "x" * (1 if len(functions.told) > 2 else 1_100_000)} if not final else None

    functions.script = script
    await map_stream(cloud, TumblingWindowInSeconds=900)
    await put(cloud, "a1")
    await cloud.settle()
    await put(cloud, "a2")
    await cloud.clock.advance(1_000)

    told = [(e["isFinalInvokeForWindow"], e["isWindowTerminatedEarly"]) for e in functions.events]
    assert told == [(False, False), (True, True), (False, False)]
    assert functions.events[2]["state"] == {}


async def test_f024_the_end_of_a_shard_ends_its_window(cloud, functions):
    await make_stream(cloud)
    await functions.create()
    summing(functions)
    await map_stream(cloud, TumblingWindowInSeconds=900)
    await put(cloud, "a1")
    await cloud.settle()
    split = {"StreamName": "s", "ShardToSplit": SHARD_0, "NewStartingHashKey": str(2**127)}
    await cloud.start("kinesis", "SplitShard", **split)
    await cloud.clock.advance(1_000)
    await put(cloud, "a2")
    await cloud.clock.advance(1_000)

    assert [(t, state, final) for t, state, _, final in windows(functions)] == [
        (["a1"], {}, False),
        ([], {"n": 1}, True),
        (["a2"], {}, False),
    ]
    assert functions.events[2]["shardId"] != SHARD_0


# -- restarts


def restartable(functions, zygote, tmp_path):
    def start():
        clock = VirtualClock(seed=0)
        settings = Settings(data_folder=str(tmp_path / "data"), scratch_folder=str(tmp_path))
        made = Cloud(SqliteStore(tmp_path / "store"), clock, SERVICES, settings)
        made._lives["lambda"] = Environments(made, zygote)
        functions.cloud = type(functions.cloud)(made, clock)
        return functions.cloud

    return start


async def test_a_mapping_goes_on_behind_what_was_dealt_with_after_a_restart(functions, zygote, tmp_path):
    start = restartable(functions, zygote, tmp_path)
    first = start()
    await first.cloud.start()
    await make_stream(first)
    await functions.create()
    held = asyncio.Event()

    async def hold_the_third(told):
        if texts(told["event"]) == ["c1"]:
            await held.wait()

    functions.script = hold_the_third
    await put(first, "a1", "b1", "c1", "d1")
    await map_stream(first, BatchSize=1)
    await functions.until(3)
    stopping = asyncio.ensure_future(first.cloud.stop())
    await asyncio.wait([stopping], timeout=0)
    held.set()
    await stopping
    functions.told.clear()
    second = start()
    await second.cloud.start()
    await put(second, "e1")
    await second.clock.advance(1_000)

    assert handled(functions) == ["c1", "d1", "e1"]
    await second.cloud.stop()


async def test_f024_the_state_of_a_window_survives_a_restart(functions, zygote, tmp_path):
    start = restartable(functions, zygote, tmp_path)
    first = start()
    await first.cloud.start()
    await make_stream(first)
    await functions.create()
    summing(functions)
    await put(first, "a1", "b1")
    await map_stream(first, TumblingWindowInSeconds=900)
    await first.settle()
    await first.cloud.stop()
    second = start()
    await second.cloud.start()
    await put(second, "c1")
    await second.clock.advance(1_000)

    assert [(t, state) for t, state, _, _ in windows(functions)] == [(["a1", "b1"], {}), (["c1"], {"n": 2})]
    await second.cloud.stop()


async def test_a_template_makes_a_mapping_of_a_stream_with_all_its_properties(cloud, functions):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html"""
    await functions.create()
    properties = {
        "BatchSize": 50,
        "BisectBatchOnFunctionError": True,
        "DestinationConfig": {"OnFailure": {"Destination": {"Fn::GetAtt": ["Dead", "Arn"]}}},
        "EventSourceArn": {"Fn::GetAtt": ["Stream", "Arn"]},
        "FilterCriteria": {"Filters": [{"Pattern": '{"partitionKey":["a"]}'}]},
        "FunctionName": "fn",
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "MaximumBatchingWindowInSeconds": 1,
        "MaximumRecordAgeInSeconds": "60",
        "MaximumRetryAttempts": 2,
        "ParallelizationFactor": 4,
        "StartingPosition": "TRIM_HORIZON",
        "TumblingWindowInSeconds": 30,
    }
    template = {
        "Resources": {
            "Stream": {"Type": "AWS::Kinesis::Stream", "Properties": {"Name": "s", "ShardCount": 1}},
            "Dead": {"Type": "AWS::SQS::Queue"},
            "Mapping": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": properties},
        }
    }
    await cloud("cloudformation", "CreateStack", StackName="app", TemplateBody=json.dumps(template))
    await cloud.settle()
    (made,) = (await cloud("lambda", "ListEventSourceMappings"))["EventSourceMappings"]
    for member in ("FunctionName", "DestinationConfig", "EventSourceArn", "MaximumRecordAgeInSeconds"):
        del properties[member]

    assert {member: made[member] for member in properties} == properties
    assert made["MaximumRecordAgeInSeconds"] == 60
    assert ":app-Dead-" in made["DestinationConfig"]["OnFailure"]["Destination"]
    for member in (
        "BatchSize",
        "BisectBatchOnFunctionError",
        "ParallelizationFactor",
        "TumblingWindowInSeconds",
    ):
        del properties[member]
    template["Resources"]["Mapping"]["Properties"] = properties | {
        "FunctionName": "fn",
        "EventSourceArn": {"Fn::GetAtt": ["Stream", "Arn"]},
    }
    await cloud("cloudformation", "UpdateStack", StackName="app", TemplateBody=json.dumps(template))
    await cloud.settle()
    (changed,) = (await cloud("lambda", "ListEventSourceMappings"))["EventSourceMappings"]

    assert changed["UUID"] == made["UUID"]
    names = ("BatchSize", "BisectBatchOnFunctionError", "ParallelizationFactor", "TumblingWindowInSeconds")
    assert [changed[name] for name in names] == [100, False, 1, 0]
    assert (changed["MaximumRecordAgeInSeconds"], changed["DestinationConfig"]) == (-1, {"OnFailure": {}})
