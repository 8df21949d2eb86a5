"""Streams: made, described, changed, listed, deleted."""

from __future__ import annotations


async def test_a_stream_is_described(make):
    stream = await make("orders", shards=2, Tags={"team": "a"})
    described = (await stream.do("DescribeStream", Limit=1))["StreamDescription"]
    assert described["StreamARN"] == stream.arn
    assert described["StreamStatus"] == "ACTIVE"
    assert described["RetentionPeriodHours"] == 24
    assert described["StreamModeDetails"] == {"StreamMode": "PROVISIONED"}
    assert described["HasMoreShards"] is True
    assert described["Shards"][0]["HashKeyRange"] == {
        "StartingHashKey": "0",
        "EndingHashKey": "170141183460469231731687303715884105727",
    }
    behind = await stream.do("DescribeStream", ExclusiveStartShardId="shardId-000000000000")
    assert [s["ShardId"] for s in behind["StreamDescription"]["Shards"]] == ["shardId-000000000001"]
    assert (await stream.do("ListTagsForStream"))["Tags"] == [{"Key": "team", "Value": "a"}]


async def test_a_stream_is_found_by_its_arn_from_another_account(make, cloud):
    stream = await make()
    answer = await cloud(
        "kinesis", "PutRecord", account="222222222222", StreamARN=stream.arn, Data=b"x", PartitionKey="k"
    )
    assert answer["ShardId"] == "shardId-000000000000"
    assert await stream.read() == [b"x"]


async def test_a_name_is_used_once(make, error_of):
    stream = await make()
    error = await error_of(stream.do("CreateStream", ShardCount=1))
    assert error.code == "ResourceInUseException"
    assert error.message == "Stream s under account 123456789012 already exists."


async def test_what_does_not_exist_is_named(cloud, make, error_of):
    error = await error_of(cloud("kinesis", "DescribeStream", StreamName="none"))
    assert (error.code, error.message) == (
        "ResourceNotFoundException",
        "Stream none under account 123456789012 not found.",
    )
    stream = await make()
    error = await error_of(stream.iterator(shard="shardId-000000000009"))
    assert error.message == (
        "Shard shardId-000000000009 in stream s under account 123456789012 does not exist"
    )


async def test_a_deleted_stream_takes_its_records_along(make, cloud, error_of):
    stream = await make()
    await stream.put("a")
    iterator = await stream.iterator()
    await stream.do("DeleteStream")
    assert (await error_of(stream.get(iterator))).code == "ResourceNotFoundException"
    stream = await make()
    assert await stream.read() == []
    assert (await error_of(stream.get(iterator))).code == "ResourceNotFoundException"


async def test_a_stream_with_consumers_is_deleted_only_when_told(make, cloud, error_of):
    stream = await make()
    await cloud("kinesis", "RegisterStreamConsumer", StreamARN=stream.arn, ConsumerName="c")
    assert (await error_of(stream.do("DeleteStream"))).code == "ResourceInUseException"
    await stream.do("DeleteStream", EnforceConsumerDeletion=True)
    stream = await make()
    assert (await stream.summary())["ConsumerCount"] == 0


async def test_streams_are_listed_in_pages(make, cloud):
    for name in ("a", "b", "c"):
        await make(name)
    page = await cloud("kinesis", "ListStreams", Limit=2)
    assert (page["StreamNames"], page["HasMoreStreams"]) == (["a", "b"], True)
    page = await cloud("kinesis", "ListStreams", NextToken=page["NextToken"])
    assert (page["StreamNames"], page["HasMoreStreams"]) == (["c"], False)
    page = await cloud("kinesis", "ListStreams", ExclusiveStartStreamName="a")
    assert [each["StreamARN"][-1] for each in page["StreamSummaries"]] == ["b", "c"]


async def test_an_on_demand_stream_has_four_shards_and_is_not_resharded(make, cloud, error_of):
    stream = await make(shards=None)
    summary = await stream.summary()
    assert (summary["OpenShardCount"], summary["StreamModeDetails"]["StreamMode"]) == (4, "ON_DEMAND")
    error = await error_of(stream.do("UpdateShardCount", TargetShardCount=8, ScalingType="UNIFORM_SCALING"))
    assert error.code == "ValidationException"
    assert error.message == "Request is invalid. Stream s under account 123456789012 is in On-Demand mode."
    mode = {"StreamARN": stream.arn, "StreamModeDetails": {"StreamMode": "PROVISIONED"}}
    await cloud("kinesis", "UpdateStreamMode", **mode)
    await stream.do("UpdateShardCount", TargetShardCount=8, ScalingType="UNIFORM_SCALING")
    assert (await stream.summary())["OpenShardCount"] == 8


async def test_the_mode_changes_twice_a_day(make, cloud, error_of):
    # https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateStreamMode.html
    stream = await make()

    def change(mode):
        details = {"StreamMode": mode}
        return cloud("kinesis", "UpdateStreamMode", StreamARN=stream.arn, StreamModeDetails=details)

    await change("ON_DEMAND")
    await change("PROVISIONED")
    assert (await error_of(change("ON_DEMAND"))).code == "LimitExceededException"
    await cloud.clock.advance(86_400_000)
    await change("ON_DEMAND")


async def test_retention_grows_and_shrinks(make, cloud, error_of):
    stream = await make()
    await stream.do("IncreaseStreamRetentionPeriod", RetentionPeriodHours=48)
    await stream.put("old")
    await cloud.clock.advance(47 * 3_600_000)
    assert await stream.read() == [b"old"]
    error = await error_of(stream.do("IncreaseStreamRetentionPeriod", RetentionPeriodHours=47))
    assert error.message == (
        "Requested retention period (47 hours) for stream s can not be shorter than existing retention period "
        "(48 hours). Use DecreaseRetentionPeriod API."
    )
    await stream.do("DecreaseStreamRetentionPeriod", RetentionPeriodHours=24)
    assert await stream.read() == []
    await stream.do("IncreaseStreamRetentionPeriod", RetentionPeriodHours=48)
    assert await stream.read() == []
    short = await error_of(stream.do("DecreaseStreamRetentionPeriod", RetentionPeriodHours=23))
    assert short.message.startswith("Minimum allowed retention period is 24 hours.")
    long = await error_of(stream.do("IncreaseStreamRetentionPeriod", RetentionPeriodHours=8761))
    assert long.message == (
        "Maximum allowed retention period is 8760 hours. Requested retention period (8761 hours) is too long."
    )


async def test_encryption_shows_in_the_answers_but_not_on_older_records(make):
    stream = await make()
    await stream.put("a")
    await stream.do("StartStreamEncryption", EncryptionType="KMS", KeyId="alias/aws/kinesis")
    assert (await stream.put("b"))["EncryptionType"] == "KMS"
    assert (await stream.summary())["KeyId"] == "alias/aws/kinesis"
    records = (await stream.get(await stream.iterator()))["Records"]
    assert [record.get("EncryptionType") for record in records] == [None, "KMS"]
    await stream.do("StopStreamEncryption", EncryptionType="KMS", KeyId="alias/aws/kinesis")
    assert (await stream.summary())["EncryptionType"] == "NONE"


async def test_shard_metrics_are_switched_one_by_one(make):
    stream = await make()
    answer = await stream.do("EnableEnhancedMonitoring", ShardLevelMetrics=["ALL"])
    assert (answer["CurrentShardLevelMetrics"], len(answer["DesiredShardLevelMetrics"])) == ([], 7)
    answer = await stream.do("DisableEnhancedMonitoring", ShardLevelMetrics=["IncomingBytes"])
    assert len(answer["DesiredShardLevelMetrics"]) == 6
    assert (await stream.summary())["EnhancedMonitoring"] == [
        {"ShardLevelMetrics": answer["DesiredShardLevelMetrics"]}
    ]


async def test_a_stream_has_fifty_tags_at_most(make, cloud, error_of):
    stream = await make()
    await stream.do("AddTagsToStream", Tags={f"t{index:02}": "x" for index in range(50)})
    error = await error_of(cloud("kinesis", "TagResource", ResourceARN=stream.arn, Tags={"more": ""}))
    assert error.message == (
        "Failed to add tags to stream s under account 123456789012 because a given stream cannot have more than 50 "
        "tags associated with it."
    )
    page = await stream.do("ListTagsForStream", ExclusiveStartTagKey="t46", Limit=2)
    assert ([tag["Key"] for tag in page["Tags"]], page["HasMoreTags"]) == (["t47", "t48"], True)
    await stream.do("RemoveTagsFromStream", TagKeys=[f"t{index:02}" for index in range(1, 50)])
    found = await cloud("kinesis", "ListTagsForResource", ResourceARN=stream.arn)
    assert found["Tags"] == [{"Key": "t00", "Value": "x"}]


async def test_a_resource_policy_is_kept(make, cloud, error_of):
    stream = await make()
    resource = {"ResourceARN": stream.arn}
    await cloud("kinesis", "PutResourcePolicy", **resource, Policy='{"Statement":[]}')
    assert (await cloud("kinesis", "GetResourcePolicy", **resource))["Policy"] == '{"Statement":[]}'
    await cloud("kinesis", "DeleteResourcePolicy", **resource)
    error = await error_of(cloud("kinesis", "DeleteResourcePolicy", **resource))
    assert error.code == "ResourceNotFoundException"


async def test_limits_count_open_shards(make, cloud):
    await make("a", shards=3)
    await make("b", shards=None)
    found = await cloud("kinesis", "DescribeLimits")
    assert (found["OpenShardCount"], found["OnDemandStreamCount"]) == (7, 1)
