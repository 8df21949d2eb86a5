"""Places an order: the order and its event are written together, or neither is. Nothing is published here."""

import json
import os
import time

import boto3

DAY = 24 * 60 * 60
dynamodb = boto3.client("dynamodb")


def handler(order, context):
    placed = {
        "TableName": os.environ["ORDERS_TABLE"],
        "Item": {"id": {"S": order["id"]}, "total": {"N": str(order["total"])}},
        "ConditionExpression": "attribute_not_exists(id)",
    }
    event = {
        "TableName": os.environ["OUTBOX_TABLE"],
        "Item": {
            "id": {"S": f"OrderPlaced#{order['id']}"},
            "type": {"S": "OrderPlaced"},
            "detail": {"S": json.dumps(order)},
            "expiresAt": {"N": str(int(time.time()) + 7 * DAY)},
        },
        "ConditionExpression": "attribute_not_exists(id)",
    }
    try:
        dynamodb.transact_write_items(TransactItems=[{"Put": placed}, {"Put": event}])
    except dynamodb.exceptions.TransactionCanceledException as error:
        reasons = [reason["Code"] for reason in error.response["CancellationReasons"]]
        if "ConditionalCheckFailed" not in reasons:
            raise
        return {"id": order["id"], "placed": "before"}
    return {"id": order["id"], "placed": "now"}
