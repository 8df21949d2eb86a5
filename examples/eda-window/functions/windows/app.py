"""Counts readings per window, by the time when they happened and by the time when they came.

When a reading came is when its message was sent (`SentTimestamp`), not when this code happens to run: so a retry gives the same
windows.
"""

import json
import os
from datetime import UTC, datetime

import boto3

dynamodb, sqs = boto3.client("dynamodb"), boto3.client("sqs")
TABLE = os.environ["TABLE_NAME"]
WINDOW, LATENESS = int(os.environ["WINDOW_SECONDS"]), int(os.environ["LATENESS_SECONDS"])


def handler(event, context):
    failures = []
    for record in event["Records"]:
        try:
            take(json.loads(record["body"]), int(record["attributes"]["SentTimestamp"]) // 1000)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this record's alone
            print(f"failed: {error!r}")
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def take(reading: dict, came_at: int) -> None:
    happened_at = int(datetime.fromisoformat(reading["at"]).timestamp())
    start = happened_at - happened_at % WINDOW
    if came_at >= start + WINDOW + LATENESS:
        sqs.send_message(QueueUrl=os.environ["TOO_LATE_URL"], MessageBody=json.dumps(reading))
        return
    add(reading, [f"happened#{name(start)}", f"came#{name(came_at - came_at % WINDOW)}"])


def name(start: int) -> str:
    return datetime.fromtimestamp(start, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def add(reading: dict, windows: list[str]) -> None:
    """Count a reading in its windows, once however often it comes."""
    seen = {
        "TableName": TABLE,
        "Item": {"id": {"S": f"seen#{reading['id']}"}},
        "ConditionExpression": "attribute_not_exists(id)",
    }
    updates = [
        {
            "Update": {
                "TableName": TABLE,
                "Key": {"id": {"S": window}},
                "UpdateExpression": "ADD readings :one, amount :value",
                "ExpressionAttributeValues": {":one": {"N": "1"}, ":value": {"N": str(reading["value"])}},
            }
        }
        for window in windows
    ]
    try:
        dynamodb.transact_write_items(TransactItems=[{"Put": seen}, *updates])
    except dynamodb.exceptions.TransactionCanceledException as error:
        if error.response["CancellationReasons"][0]["Code"] != "ConditionalCheckFailed":
            raise
