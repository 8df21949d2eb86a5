"""Amazon Kinesis, DynamoDB Streams, Amazon DocumentDB, Amazon MSK and Apache Kafka."""

from __future__ import annotations

from typing import Any

from cloudchamber.languages.dynamodb_expression.sizes import item_size_bytes
from cloudchamber.sample_events.encodings import base64_of
from cloudchamber.sample_events.kinds import JsonObject, JsonTexts, SampleRefused, source
from cloudchamber.sample_events.origin import Origin

_SEQUENCE = 49_545_115_243_490_985_018_280_067_714_973_144_582_180_062_593_244_200_961
_SHARD = "shardId-000000000006"
_HELD = {"S": str, "N": str, "B": str, "BOOL": bool, "NULL": bool, "SS": list, "NS": list, "BS": list}
_KEYS = '{"Id": {"N": "101"}}'
_NEW = '{"Message": {"S": "New item!"}, "Id": {"N": "101"}}'
_OLD = '{"Message": {"S": "Old item!"}, "Id": {"N": "101"}}'


def get_records(
    origin: Origin,
    *,
    stream: str = "lambda-stream",
    data: str = "Hello, this is a test 123.",
    partition_key: str = "partitionKey-03",
    sequence: str = str(_SEQUENCE),
    count: int = 1,
) -> dict[str, Any]:
    """Records of a stream.

    https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html#services-kinesis-event-example
    """
    numbers = [str(int(sequence) + more) for more in range(count)]
    return {"Records": [_kinesis_record(origin, stream, data, partition_key, number) for number in numbers]}


def kinesis_tumbling_window(
    origin: Origin,
    *,
    stream: str = "lambda-stream",
    data: str = "Hello, this is a test 123.",
    state: JsonObject = '{"1": 282, "2": 715}',
    window_s: int = 120,
    final: bool = False,
    ended_early: bool = False,
) -> dict[str, Any]:
    """Records of a tumbling window, with the state so far.

    https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html
    """
    records = [] if final else [_kinesis_record(origin, stream, data, "partitionKey-03", str(_SEQUENCE))]
    window = _window(origin, state, window_s, final=final, ended_early=ended_early)
    return {"Records": records} | window | {"eventSourceARN": origin.arn("kinesis", f"stream/{stream}")}


def _kinesis_record(origin: Origin, stream: str, data: str, key: str, sequence: str) -> dict[str, Any]:
    return {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": key,
            "sequenceNumber": sequence,
            "data": base64_of(data),
            "approximateArrivalTimestamp": origin.at_ms / 1000,
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"{_SHARD}:{sequence}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": origin.global_arn("iam", "role/lambda-role"),
        "awsRegion": origin.region,
        "eventSourceARN": origin.arn("kinesis", f"stream/{stream}"),
    }


def _window(origin: Origin, state: Any, window_s: int, *, final: bool, ended_early: bool) -> dict[str, Any]:
    start_ms = origin.at_ms // (1000 * window_s) * 1000 * window_s - origin.at_ms
    return {
        "window": {"start": origin.second(start_ms), "end": origin.second(start_ms + 1000 * window_s)},
        "state": state,
        "shardId": _SHARD,
        "isFinalInvokeForWindow": final,
        "isWindowTerminatedEarly": ended_early,
    }


def update(
    origin: Origin,
    *,
    table: str = "ExampleTableWithStream",
    keys: JsonObject = _KEYS,
    new_image: JsonObject = _NEW,
    updated_image: JsonObject = '{"Message": {"S": "This item has changed"}, "Id": {"N": "101"}}',
) -> dict[str, Any]:
    """An item that is inserted, modified and removed.

    https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html#events-sample-dynamodb
    """
    changes = [
        ("INSERT", {"NewImage": new_image}),
        ("MODIFY", {"NewImage": updated_image, "OldImage": new_image}),
        ("REMOVE", {"OldImage": updated_image}),
    ]
    arn = _stream_arn(origin, table)
    records = [_change(origin, arn, name, keys, images) for name, images in changes]
    first = int(records[0]["dynamodb"]["SequenceNumber"])
    for position, record in enumerate(records):
        record["dynamodb"]["SequenceNumber"] = str(first + 100 * position)
    return {"Records": records}


def insert(
    origin: Origin,
    *,
    table: str = "ExampleTableWithStream",
    keys: JsonObject = _KEYS,
    new_image: JsonObject = _NEW,
) -> dict[str, Any]:
    """An item that is inserted.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html
    """
    return _one_change(origin, table, "INSERT", keys, {"NewImage": new_image})


def modify(
    origin: Origin,
    *,
    table: str = "ExampleTableWithStream",
    keys: JsonObject = _KEYS,
    new_image: JsonObject = _NEW,
    old_image: JsonObject = _OLD,
) -> dict[str, Any]:
    """An item that is modified.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html
    """
    return _one_change(origin, table, "MODIFY", keys, {"NewImage": new_image, "OldImage": old_image})


def remove(
    origin: Origin,
    *,
    table: str = "ExampleTableWithStream",
    keys: JsonObject = _KEYS,
    old_image: JsonObject = _OLD,
) -> dict[str, Any]:
    """An item that is removed.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html
    """
    return _one_change(origin, table, "REMOVE", keys, {"OldImage": old_image})


def expire(
    origin: Origin,
    *,
    table: str = "ExampleTableWithStream",
    keys: JsonObject = _KEYS,
    old_image: JsonObject = _OLD,
) -> dict[str, Any]:
    """An item that Time to Live removes: the service itself is the user.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html
    """
    event = _one_change(origin, table, "REMOVE", keys, {"OldImage": old_image})
    event["Records"][0]["userIdentity"] = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
    return event


def dynamodb_tumbling_window(
    origin: Origin,
    *,
    table: str = "ExampleTableWithStream",
    new_image: JsonObject = _NEW,
    state: JsonObject = '{"1": "state1"}',
    window_s: int = 300,
    final: bool = False,
    ended_early: bool = False,
) -> dict[str, Any]:
    """Changes of a tumbling window, with the state so far.

    https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-windows.html
    """
    arn = _stream_arn(origin, table)
    keys = {"Id": new_image["Id"]} if "Id" in new_image else new_image
    records = [] if final else [_change(origin, arn, "INSERT", keys, {"NewImage": new_image})]
    window = _window(origin, state, window_s, final=final, ended_early=ended_early)
    return {"Records": records} | window | {"eventSourceARN": arn}


def _one_change(origin: Origin, table: str, name: str, keys: Any, images: dict[str, Any]) -> dict[str, Any]:
    return {"Records": [_change(origin, _stream_arn(origin, table), name, keys, images)]}


def _stream_arn(origin: Origin, table: str) -> str:
    return origin.arn(
        "dynamodb", f"table/{table}/stream/{origin.shown('%Y-%m-%dT%H:%M:%S.000', -86_400_000)}"
    )


def _change(
    origin: Origin, arn: str, name: str, keys: dict[str, Any], images: dict[str, Any]
) -> dict[str, Any]:
    return {
        "eventID": origin.hex(32),
        "eventName": name,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": origin.region,
        "dynamodb": {
            "ApproximateCreationDateTime": origin.at_ms // 1000,
            "Keys": keys,
            **images,
            "SequenceNumber": f"4421584500000000{origin.digits(9)}",
            "SizeBytes": sum(_item_bytes(item) for item in (keys, *images.values())),
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
        "eventSourceARN": arn,
    }


def _item_bytes(item: dict[str, Any]) -> int:
    for name, value in item.items():
        if not _is_typed(value):
            shown = '{"Id": {"N": "101"}}'
            raise SampleRefused(f"{name} is not written as DynamoDB writes attributes, such as {shown}.")
    return item_size_bytes(item)


def _is_typed(value: Any) -> bool:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html"""
    if not isinstance(value, dict) or len(value) != 1:
        return False
    kind, held = next(iter(value.items()))
    if kind == "M":
        return isinstance(held, dict) and all(map(_is_typed, held.values()))
    if kind == "L":
        return isinstance(held, list) and all(map(_is_typed, held))
    return isinstance(held, _HELD.get(kind, ()))


def document_change(
    origin: Origin,
    *,
    cluster: str = "canaryclusterb2a659a2-qo5tcmqkcl03",
    database: str = "test_database",
    collection: str = "test_collection",
    operation: str = "insert",
    document: JsonObject = '{"anyField": "sampleValue"}',
) -> dict[str, Any]:
    """A change of a document.

    https://docs.aws.amazon.com/lambda/latest/dg/with-documentdb.html#docdb-sample-event
    """
    seconds = origin.at_ms // 1000
    event_id = origin.hex(66)
    change: dict[str, Any] = {
        "_id": {"_data": event_id},
        "clusterTime": {"$timestamp": {"t": seconds, "i": 9}},
        "documentKey": {"_id": {"$oid": origin.hex(24)}},
    }
    if operation != "delete":
        change["fullDocument"] = change["documentKey"] | document
    change |= {"ns": {"db": database, "coll": collection}, "operationType": operation}
    arn = origin.arn("rds", f"cluster:{cluster}")
    return {"eventSourceArn": arn, "events": [{"event": change}], "eventSource": "aws:docdb"}


def msk(
    origin: Origin,
    *,
    cluster: str = "vpc-2priv-2pub",
    topic: str = "mytopic",
    key: str = "recordKey",
    value: str = "Hello, this is a test.",
    headers: JsonTexts = '{"headerKey": "headerValue"}',
) -> dict[str, Any]:
    """Records of a topic of Amazon MSK.

    https://docs.aws.amazon.com/lambda/latest/dg/with-msk.html#msk-sample-event
    """
    name = f"demo-cluster-1.{origin.letters(6)}.c1.kafka.{origin.region}.{origin.domain}:9092"
    return {
        "eventSource": "aws:kafka",
        "eventSourceArn": origin.arn("kafka", f"cluster/{cluster}/{origin.uuid()}-2"),
        "bootstrapServers": f"b-2.{name},b-1.{name}",
        "records": _kafka_records(origin, topic, key, value, headers),
    }


def self_managed(
    origin: Origin,
    *,
    bootstrap_servers: str = "abc.xyz.com:9092",
    topic: str = "mytopic",
    key: str = "recordKey",
    value: str = "Hello, this is a test.",
    headers: JsonTexts = '{"headerKey": "headerValue"}',
) -> dict[str, Any]:
    """Records of a topic of an Apache Kafka cluster of one's own.

    https://docs.aws.amazon.com/lambda/latest/dg/with-kafka.html#smaa-sample-event
    """
    return {
        "eventSource": "SelfManagedKafka",
        "bootstrapServers": bootstrap_servers,
        "records": _kafka_records(origin, topic, key, value, headers),
    }


def _kafka_records(
    origin: Origin, topic: str, key: str, value: str, headers: dict[str, str]
) -> dict[str, list[dict[str, Any]]]:
    record = {
        "topic": topic,
        "partition": 0,
        "offset": 15,
        "timestamp": origin.at_ms,
        "timestampType": "CREATE_TIME",
        "key": base64_of(key),
        "value": base64_of(value),
        "headers": [{name: list(text.encode())} for name, text in headers.items()],
    }
    return {f"{topic}-0": [record]}


DYNAMODB = source(
    "dynamodb",
    "Amazon DynamoDB Streams",
    {
        "update": update,
        "insert": insert,
        "modify": modify,
        "remove": remove,
        "expire": expire,
        "tumbling-window": dynamodb_tumbling_window,
    },
)
DOCUMENTDB = source("documentdb", "Amazon DocumentDB", {"change": document_change})
MSK = source("msk", "Amazon MSK", {"records": msk})
KAFKA = source("kafka", "Apache Kafka, self-managed", {"records": self_managed})
