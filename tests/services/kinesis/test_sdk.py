"""Kinesis as boto3 and the SDKs that speak CBOR see it, over a socket."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from tests.sdk.conftest import start, stop

from cloudchamber.wire import cbor

pytestmark = pytest.mark.sdk
SHARD_0 = "shardId-000000000000"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    running = start()
    yield running.endpoint
    stop(running)


@pytest.fixture
def client(endpoint):
    return boto3.client(
        "kinesis",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )


def test_boto3_puts_gets_and_subscribes(client):
    client.create_stream(StreamName="s", ShardCount=1)
    client.get_waiter("stream_exists").wait(StreamName="s")
    put = client.put_record(StreamName="s", Data=b"\x00\xff", PartitionKey="k")
    iterator = client.get_shard_iterator(
        StreamName="s", ShardId=put["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )
    records = client.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
    assert [record["Data"] for record in records] == [b"\x00\xff"]
    arn = client.describe_stream_summary(StreamName="s")["StreamDescriptionSummary"]["StreamARN"]
    consumer = client.register_stream_consumer(StreamARN=arn, ConsumerName="c")["Consumer"]
    subscription = client.subscribe_to_shard(
        ConsumerARN=consumer["ConsumerARN"],
        ShardId=SHARD_0,
        StartingPosition={"Type": "TRIM_HORIZON"},
    )
    events = iter(subscription["EventStream"])
    assert [r["Data"] for r in next(events)["SubscribeToShardEvent"]["Records"]] == [b"\x00\xff"]
    client.put_record(StreamName="s", Data=b"pushed", PartitionKey="k")
    assert [r["Data"] for r in next(events)["SubscribeToShardEvent"]["Records"]] == [b"pushed"]
    subscription["EventStream"].close()
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.put_record(StreamName="none", Data=b"", PartitionKey="k")


def test_records_travel_in_cbor(client, endpoint):
    client.create_stream(StreamName="cbor", ShardCount=1)

    def call(operation: str, **members: Any) -> Any:
        headers = {
            "Content-Type": "application/x-amz-cbor-1.1",
            "X-Amz-Target": f"Kinesis_20131202.{operation}",
        }
        asked = urllib.request.Request(endpoint, cbor.encode(members), headers, method="POST")
        with urllib.request.urlopen(asked) as answer:
            return cbor.decode(answer.read())

    put = call("PutRecord", StreamName="cbor", Data=b"\x00\xff", PartitionKey="k")
    at = call("GetShardIterator", StreamName="cbor", ShardId=put["ShardId"], ShardIteratorType="TRIM_HORIZON")
    (record,) = call("GetRecords", ShardIterator=at["ShardIterator"])["Records"]
    assert record["Data"] == b"\x00\xff"
    assert record["ApproximateArrivalTimestamp"] > 1_700_000_000_000
