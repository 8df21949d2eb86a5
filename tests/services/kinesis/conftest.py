"""A stream to talk to: `stream = await make("s", shards=2)`, then `await stream.put("a")`."""

from __future__ import annotations

from typing import Any

import pytest

SHARD_0 = "shardId-000000000000"


class S:
    """One stream, by short names."""

    def __init__(self, cloud: Any, name: str) -> None:
        self.cloud, self.name = cloud, name
        self.arn = f"arn:aws:kinesis:us-east-1:123456789012:stream/{name}"

    async def do(self, operation: str, **request: Any) -> Any:
        return await self.cloud("kinesis", operation, StreamName=self.name, **request)

    async def put(self, data: bytes | str, key: str = "k", **more: Any) -> Any:
        data = data.encode() if isinstance(data, str) else data
        return await self.do("PutRecord", Data=data, PartitionKey=key, **more)

    async def iterator(self, kind: str = "TRIM_HORIZON", shard: str = SHARD_0, **more: Any) -> str:
        answer = await self.do("GetShardIterator", ShardId=shard, ShardIteratorType=kind, **more)
        return answer["ShardIterator"]

    async def get(self, iterator: str, **more: Any) -> Any:
        return await self.cloud("kinesis", "GetRecords", ShardIterator=iterator, **more)

    async def read(self, kind: str = "TRIM_HORIZON", shard: str = SHARD_0, **more: Any) -> list[bytes]:
        answer = await self.get(await self.iterator(kind, shard, **more))
        return [record["Data"] for record in answer["Records"]]

    async def shards(self, **more: Any) -> list[dict[str, Any]]:
        return (await self.do("ListShards", **more))["Shards"]

    async def summary(self) -> dict[str, Any]:
        return (await self.do("DescribeStreamSummary"))["StreamDescriptionSummary"]


@pytest.fixture
def make(cloud):
    async def make(name: str = "s", shards: int | None = 1, **more: Any) -> S:
        if shards is None:
            more["StreamModeDetails"] = {"StreamMode": "ON_DEMAND"}
        else:
            more["ShardCount"] = shards
        await cloud("kinesis", "CreateStream", StreamName=name, **more)
        return S(cloud, name)

    return make
