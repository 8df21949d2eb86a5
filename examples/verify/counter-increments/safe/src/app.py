"""Counts the views of each page. ADD and the mark of the view are one transaction: a view is counted once."""

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
    add = {
        "TableName": os.environ["PAGES_TABLE"],
        "Key": {"id": view["page"]},
        "UpdateExpression": "ADD viewCount :one",
        "ExpressionAttributeValues": {":one": 1},
    }
    mark = {
        "TableName": os.environ["COUNTED_TABLE"],
        "Item": {"id": view["id"]},
        "ConditionExpression": "attribute_not_exists(id)",
    }
    try:
        dynamodb.transact_write_items(TransactItems=[{"Put": mark}, {"Update": add}])
    except dynamodb.exceptions.TransactionCanceledException as error:
        if error.response["CancellationReasons"][0]["Code"] != "ConditionalCheckFailed":
            raise
