"""AWS::Kinesis::Stream and StreamConsumer, as CloudFormation makes, updates and deletes them."""

from __future__ import annotations

import pytest

from cloudchamber.aws import Call, Context, Logical, Trace
from cloudchamber.services.kinesis import SERVICE

LOGICAL = Logical(
    "shop", "arn:aws:cloudformation:us-east-1:123456789012:stack/shop/1", "Stream", "ABCDEFGHIJKL"
)


@pytest.fixture
def made(cloud):
    """Runs a function of a resource type as CloudFormation does: `await made("AWS::...", "create", ...)`."""

    async def run(type_name, step, *words):
        call = Call(
            "cloudformation", "CreateStack", {}, "arn:aws:iam::123456789012:root", "123456789012", "us-east-1"
        )
        ctx = Context(cloud.cloud, call, Trace("root", "parent"), "request")
        cloud.clock.hold()
        try:
            return await getattr(SERVICE.resources[type_name], step)(ctx, *words)
        finally:
            cloud.clock.release()

    return run


async def test_a_stream_is_made_changed_and_deleted(cloud, made):
    old = {
        "ShardCount": "2",
        "RetentionPeriodHours": 48,
        "StreamEncryption": {"EncryptionType": "KMS", "KeyId": "alias/aws/kinesis"},
        "Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}],
    }
    stream = await made("AWS::Kinesis::Stream", "create", old, LOGICAL)
    name = stream.physical_id
    assert name == "shop-Stream-ABCDEFGHIJKL"
    assert stream.attributes == {"Arn": f"arn:aws:kinesis:us-east-1:123456789012:stream/{name}"}

    async def summary():
        answer = await cloud("kinesis", "DescribeStreamSummary", StreamName=name)
        found = answer["StreamDescriptionSummary"]
        return found["OpenShardCount"], found["RetentionPeriodHours"], found["EncryptionType"]

    assert await summary() == (2, 48, "KMS")
    new = {"ShardCount": 3, "Tags": [{"Key": "a", "Value": "3"}], "DesiredShardLevelMetrics": ["ALL"]}
    await made("AWS::Kinesis::Stream", "update", name, new, old)
    assert await summary() == (3, 24, "NONE")
    tags = await cloud("kinesis", "ListTagsForStream", StreamName=name)
    assert tags["Tags"] == [{"Key": "a", "Value": "3"}]
    await made("AWS::Kinesis::Stream", "update", name, {"MaxRecordSizeInKiB": 2048}, new)
    answer = await cloud("kinesis", "DescribeStreamSummary", StreamName=name)
    found = answer["StreamDescriptionSummary"]
    assert found["StreamModeDetails"] == {"StreamMode": "ON_DEMAND"}
    assert found["MaxRecordSizeInKiB"] == 2048
    for _ in range(2):
        await made("AWS::Kinesis::Stream", "delete", name, new)
    assert (await cloud("kinesis", "ListStreams"))["StreamNames"] == []


async def test_a_consumer_is_known_by_its_arn(cloud, made):
    stream = await made("AWS::Kinesis::Stream", "create", {"Name": "s", "ShardCount": 1}, LOGICAL)
    properties = {"ConsumerName": "c", "StreamARN": stream.attributes["Arn"]}
    consumer = await made("AWS::Kinesis::StreamConsumer", "create", properties, LOGICAL)
    assert consumer.physical_id == f"{stream.attributes['Arn']}/consumer/c:1767225600"
    assert consumer.attributes["ConsumerARN"] == consumer.physical_id
    assert consumer.attributes["ConsumerStatus"] == "ACTIVE"
    for _ in range(2):
        await made("AWS::Kinesis::StreamConsumer", "delete", consumer.physical_id, properties)
    await made("AWS::Kinesis::Stream", "delete", "s", {})
