"""Payments: takes the money for a placed order, gives it back when there is no stock.

The payment's item decides what happened; events follow from it. So a duplicate tells the same again and moves no money.
"""

import os

import boto3
from bus import tell

table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])
LIMIT = 1000  # what this card lets through


def handler(event, context):
    order = event["detail"]
    if event["detail-type"] == "OrderPlaced":
        status = take(order)
        tell("shop.payments", "PaymentTaken" if status != "FAILED" else "PaymentFailed", order)
    else:
        give_back(order)
        tell("shop.payments", "PaymentRefunded", order)


def take(order: dict) -> str:
    """Take the money once; the payment's status."""
    status = "TAKEN" if order["total"] <= LIMIT else "FAILED"
    try:
        table.put_item(
            Item={"id": order["orderId"], "amount": order["total"], "status": status},
            ConditionExpression="attribute_not_exists(id)",
        )
    except table.meta.client.exceptions.ConditionalCheckFailedException:
        return table.get_item(Key={"id": order["orderId"]}, ConsistentRead=True)["Item"]["status"]
    return status


def give_back(order: dict) -> None:
    """The compensation: undo the payment once."""
    try:
        table.update_item(
            Key={"id": order["orderId"]},
            UpdateExpression="SET #status = :refunded ADD refunds :one",
            ConditionExpression="#status = :taken",
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues={":refunded": "REFUNDED", ":taken": "TAKEN", ":one": 1},
        )
    except table.meta.client.exceptions.ConditionalCheckFailedException:
        print("given back before")
