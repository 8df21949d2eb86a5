"""Counts the views of each page. ADD is atomic: no view is lost when many are counted at once."""

import json
import os

import boto3

dynamodb = boto3.resource("dynamodb").meta.client  # takes and gives plain values


def handler(event, context):
    failed = []
    for record in event["Records"]:
        try:
            count(json.loads(record["body"]))
        except Exception as error:  # noqa: BLE001 - only this message comes again
            print(json.dumps({"failed": record["messageId"], "error": repr(error)}))
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def count(view: dict) -> None:
    dynamodb.update_item(
        TableName=os.environ["PAGES_TABLE"],
        Key={"id": view["page"]},
        UpdateExpression="ADD viewCount :one",
        ExpressionAttributeValues={":one": 1},
    )
