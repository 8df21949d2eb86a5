"""Records of streams as consumers inside AWS are given them: event source mappings and pipes.

https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html#services-kinesis-event-example
https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html#events-sample-dynamodb
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-kinesis.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-dynamodb.html
"""

from __future__ import annotations

import base64
from typing import Any

from cloudchamber.aws.arn import Arn


def data_record(record: dict[str, Any]) -> dict[str, Any]:
    """What a record of a data stream is itself."""
    return {
        "kinesisSchemaVersion": "1.0",
        "partitionKey": record["PartitionKey"],
        "sequenceNumber": record["SequenceNumber"],
        "data": base64.b64encode(record["Data"]).decode(),
        "approximateArrivalTimestamp": record["ApproximateArrivalTimestamp"],
    }


def data_origin(record: dict[str, Any], shard_id: str, source: Arn, role_arn: str) -> dict[str, Any]:
    """What is said of a record's origin: mappings say it around the record, pipes in it."""
    return {
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"{shard_id}:{record['SequenceNumber']}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": role_arn,
        "awsRegion": source.region,
        "eventSourceARN": str(source),
    }


def change_record(record: dict[str, Any], source: Arn) -> dict[str, Any]:
    """A change of a table, as its stream gives it, as a record of `source`."""
    told = record | {"eventSourceARN": str(source)}
    identity = record.get("userIdentity")
    if identity:
        told["userIdentity"] = {"type": identity["Type"], "principalId": identity["PrincipalId"]}
    return told
