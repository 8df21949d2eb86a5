"""Places an order: the order and what shipping must be told are written together, or neither is. Nothing is sent here."""

import json
import os

import boto3

dynamodb = boto3.resource("dynamodb").meta.client  # takes and gives plain values


def handler(event, context):
    for record in event["Records"]:
        place(json.loads(record["body"]))


def place(order: dict) -> None:
    placed = {
        "TableName": os.environ["ORDERS_TABLE"],
        "Item": order,
        "ConditionExpression": "attribute_not_exists(id)",
    }
    message = json.dumps({"type": "OrderPlaced", **order})
    outbox = {
        "TableName": os.environ["OUTBOX_TABLE"],
        "Item": {"id": f"OrderPlaced-{order['id']}", "group": order["id"], "message": message},
    }
    try:
        dynamodb.transact_write_items(TransactItems=[{"Put": placed}, {"Put": outbox}])
    except dynamodb.exceptions.TransactionCanceledException as error:
        if error.response["CancellationReasons"][0]["Code"] != "ConditionalCheckFailed":
            raise
        print(json.dumps({"placed before": order["id"]}))
