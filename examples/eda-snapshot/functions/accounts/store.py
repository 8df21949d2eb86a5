"""An event store on DynamoDB: one stream per thing, versions without gaps, an optimistic lock."""

import os
import time

import boto3
from boto3.dynamodb.conditions import Key

table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])


class Conflict(Exception):
    """Somebody else has appended meanwhile: read again, decide again."""


def append(stream: str, expected_version: int, kind: str, data: dict) -> int:
    """Append an event after `expected_version`; its version. Raises Conflict."""
    version = expected_version + 1
    try:
        table.put_item(
            Item={"streamId": stream, "version": version, "type": kind, "data": data, "at": int(time.time())},
            ConditionExpression="attribute_not_exists(streamId)",
        )
    except table.meta.client.exceptions.ConditionalCheckFailedException:
        raise Conflict(f"{stream} is beyond version {expected_version}.") from None
    return version


def read(stream: str, after: int = 0):
    """The events of a stream after a version, in order."""
    query = {
        "KeyConditionExpression": Key("streamId").eq(stream) & Key("version").gt(after),
        "ConsistentRead": True,
    }
    while True:
        page = table.query(**query)
        yield from page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        query["ExclusiveStartKey"] = page["LastEvaluatedKey"]
