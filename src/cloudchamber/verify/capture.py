"""What an application has left behind, read through AWS's own calls; nothing changes by it.

It is done at rest, without a fault plan in force, and its calls leave tracks as all do: whoever needs the run's tracks takes them
first.
"""

from __future__ import annotations

import base64
import hashlib
import json
from decimal import Decimal
from typing import Any

from cloudchamber.aws import AwsError
from cloudchamber.aws.session import Session
from cloudchamber.verify.layout import Names, last_part, pages, survey
from cloudchamber.verify.normal import plain
from cloudchamber.verify.state import Layout, State

BODY_BYTES_MAX = 64 * 1024  # a longer body is a digest
_OWN_BUCKETS = "cloudchamber-artifacts-"
READS_PAUSE_MS = (
    1000  # https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html: 5 reads a second
)


async def capture(
    aws: Session,
    resources: list[dict[str, Any]],
    *,
    layout: Layout | None = None,
    http: dict[str, list[Any]] | None = None,
    began_at_ms: int | None = None,
) -> State:
    """The state of the account and region of `aws`.

    `resources`: the stack's summaries of ListStackResources, for the names. `layout`: what an earlier `survey` of the same
    application found; without it, one is made. `http`: calls that left the cloud, by URL. `began_at_ms`: when the run began
    (without it: when the first call could have been made, now).
    """
    layout = layout or await survey(aws, resources)
    reading = _Reading(aws, Names(layout.names))
    now_ms = aws.cloud.clock.now_ms()
    return State(
        tables=await reading.tables(),
        buckets=await reading.buckets(),
        queues=await reading.queues(),
        workflows=await reading.workflows(),
        http=http or {},
        streams=await reading.streams(),
        layout=layout,
        began_at_ms=now_ms if began_at_ms is None else began_at_ms,
        ended_at_ms=now_ms,
    )


class _Reading:
    def __init__(self, aws: Session, names: Names) -> None:
        self._aws, self._names = aws, names

    async def tables(self) -> dict[str, list[dict[str, Any]]]:
        made: dict[str, list[dict[str, Any]]] = {}
        for name in await pages(self._aws, "dynamodb", "ListTables", {}, "TableNames"):
            request = {"TableName": name, "ConsistentRead": True}
            items = await pages(self._aws, "dynamodb", "Scan", request, "Items")
            made[self._names.of("table", name)] = [
                {key: attribute_value(value) for key, value in item.items()} for item in items
            ]
        return made

    async def buckets(self) -> dict[str, dict[str, Any]]:
        made: dict[str, dict[str, Any]] = {}
        for bucket in (await self._aws.call("s3", "ListBuckets", {}))["Buckets"]:
            name = bucket["Name"]
            if name.startswith(_OWN_BUCKETS):
                continue
            objects = await pages(self._aws, "s3", "ListObjectsV2", {"Bucket": name}, "Contents")
            made[self._names.of("bucket", name)] = {
                entry["Key"]: await self._object(name, entry) for entry in objects
            }
        return made

    async def _object(self, bucket: str, entry: dict[str, Any]) -> Any:
        if entry["Size"] > BODY_BYTES_MAX:
            return f"<{entry['Size']} bytes, etag {entry['ETag'].strip(chr(34))}>"
        answer = await self._aws.call("s3", "GetObject", {"Bucket": bucket, "Key": entry["Key"]})
        return body_value(answer["Body"])

    async def queues(self) -> dict[str, list[Any]]:
        made: dict[str, list[Any]] = {}
        for url in await pages(self._aws, "sqs", "ListQueues", {"MaxResults": 1000}, "QueueUrls"):
            answer = await self._aws.call("sqs", "peek", {"QueueName": last_part(url)})
            made[self._names.of("queue", url)] = [_message(each) for each in answer["Messages"]]
        return made

    async def workflows(self) -> dict[str, list[Any]]:
        made: dict[str, list[Any]] = {}
        if "stepfunctions" not in self._aws.cloud.service_names:
            return made
        for machine in await pages(self._aws, "stepfunctions", "ListStateMachines", {}, "stateMachines"):
            if machine["type"] == "EXPRESS":
                continue  # AWS lists none of their executions
            arn = machine["stateMachineArn"]
            found = await pages(
                self._aws, "stepfunctions", "ListExecutions", {"stateMachineArn": arn}, "executions"
            )
            made[self._names.of("workflow", arn)] = [
                await self._execution(each["executionArn"]) for each in found
            ]
        return made

    async def _execution(self, arn: str) -> dict[str, Any]:
        whole = await self._aws.call("stepfunctions", "DescribeExecution", {"executionArn": arn})
        made: dict[str, Any] = {"name": whole.get("name", ""), "status": whole["status"]}
        for member in ("input", "output"):
            if whole.get(member) is not None:
                made[member] = text_value(whole[member])
        for member in ("error", "cause"):
            if whole.get(member):
                made[member] = whole[member]
        return made

    async def streams(self) -> dict[str, list[Any]]:
        made: dict[str, list[Any]] = {}
        for name in await pages(self._aws, "kinesis", "ListStreams", {}, "StreamNames"):
            shards = await pages(self._aws, "kinesis", "ListShards", {"StreamName": name}, "Shards")
            records = [each for shard in shards for each in await self._records(name, shard["ShardId"])]
            made[self._names.of("stream", name)] = records
        return made

    async def _records(self, stream: str, shard_id: str) -> list[Any]:
        request = {"StreamName": stream, "ShardId": shard_id, "ShardIteratorType": "TRIM_HORIZON"}
        iterator = (await self._aws.call("kinesis", "GetShardIterator", request)).get("ShardIterator")
        made: list[Any] = []
        while iterator:
            answer = await self._read(iterator)
            made += [
                {"key": each["PartitionKey"], "data": body_value(each["Data"])} for each in answer["Records"]
            ]
            iterator = answer.get("NextShardIterator") if answer["MillisBehindLatest"] else None
        return made

    async def _read(self, iterator: str) -> Any:
        """Records from there on; when a shard has been read too often this second, in the next."""
        while True:
            try:
                return await self._aws.call("kinesis", "GetRecords", {"ShardIterator": iterator})
            except AwsError as error:
                if error.code != "ProvisionedThroughputExceededException":
                    raise
            await self._pause()

    async def _pause(self) -> None:
        cloud = self._aws.cloud
        cloud.clock.hold()
        try:
            await cloud.signals.wait(until_ms=cloud.clock.now_ms() + READS_PAUSE_MS)
        finally:
            cloud.clock.release()


def _message(message: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"body": text_value(message["Body"])}
    attributes = {name: _attribute(value) for name, value in (message["MessageAttributes"] or {}).items()}
    if attributes:
        made["attributes"] = attributes
    if message["MessageGroupId"]:
        made["group"] = message["MessageGroupId"]
    return made


def _attribute(value: dict[str, Any]) -> Any:
    text = value.get("StringValue")
    return text if text is not None else body_value(value.get("BinaryValue") or b"")


def attribute_value(value: dict[str, Any]) -> Any:
    """An attribute value of DynamoDB as a plain one; sets are lists in order. Numbers keep all their digits.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
    """
    ((kind, content),) = value.items()
    match kind:
        case "N":
            return plain(Decimal(content))
        case "B":
            return body_value(content)
        case "SS":
            return sorted(content)
        case "NS":
            return sorted((plain(Decimal(each)) for each in content), key=Decimal)
        case "BS":
            return sorted(base64.b64encode(bytes(each)).decode() for each in content)
        case "M":
            return {key: attribute_value(each) for key, each in content.items()}
        case "L":
            return [attribute_value(each) for each in content]
        case "NULL":
            return None
        case _:
            return content


def text_value(text: str) -> Any:
    """A body: parsed when it is a JSON object or list, a digest when it is long."""
    if text[:1] in ("{", "["):
        try:
            return json.loads(text, parse_float=Decimal)
        except ValueError:
            pass
    return text if len(text) <= BODY_BYTES_MAX else _digest(text.encode())


def body_value(body: bytes | str) -> Any:
    """Bytes as a text where they are one, else as a digest."""
    if isinstance(body, str):
        return text_value(body)
    try:
        return text_value(bytes(body).decode())
    except UnicodeDecodeError:
        return _digest(bytes(body))


def _digest(body: bytes) -> str:
    return f"<{len(body)} bytes, sha256 {hashlib.sha256(body).hexdigest()}>"
