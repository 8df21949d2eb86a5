"""Runs work once per id, and keeps its result for a while.

A record is IN_PROGRESS while the work runs, at most until the invocation's own end, so that a crash does not lock an id for ever;
then COMPLETED, with the result. Work that fails leaves no record, and may be tried again.
"""

import json
import os
import time
from collections.abc import Callable

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])
REMEMBER_SECONDS = int(os.environ["REMEMBER_SECONDS"])


class InProgress(Exception):
    """The same work is running now: come again later."""


class PayloadChanged(Exception):
    """This id belongs to another payload."""


def once(request_id: str, payload: dict, context, work: Callable[[dict], dict]) -> dict:
    """The result of `work`, from now or from before. Raises InProgress and PayloadChanged."""
    text = json.dumps(payload, sort_keys=True)
    found = begin(request_id, text, time.time() + context.get_remaining_time_in_millis() / 1000)
    if found:
        if found["payload"] != text:
            raise PayloadChanged(request_id)
        if found["status"] == "IN_PROGRESS":
            raise InProgress(request_id)
        return json.loads(found["result"])
    try:
        result = work(payload)
    except Exception:
        table.delete_item(Key={"id": request_id})
        raise
    complete(request_id, text, result)
    return result


def begin(request_id: str, text: str, locked_until: float) -> dict | None:
    """Lock the id; what is known of it already when it cannot be locked."""
    now = time.time()
    try:
        table.put_item(
            Item={
                "id": request_id,
                "status": "IN_PROGRESS",
                "payload": text,
                "lockedUntilMs": int(locked_until * 1000),
                "expiresAt": int(now) + REMEMBER_SECONDS,
            },
            ConditionExpression="attribute_not_exists(id) OR expiresAt <= :now"
            " OR (#status = :running AND lockedUntilMs < :nowMs)",
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues={
                ":now": int(now),
                ":nowMs": int(now * 1000),
                ":running": "IN_PROGRESS",
            },
        )
    except table.meta.client.exceptions.ConditionalCheckFailedException:
        return table.get_item(Key={"id": request_id}, ConsistentRead=True)["Item"]
    return None


def complete(request_id: str, text: str, result: dict) -> None:
    item = {"id": request_id, "status": "COMPLETED", "payload": text, "result": json.dumps(result)}
    table.put_item(Item={**item, "expiresAt": int(time.time()) + REMEMBER_SECONDS})
