"""Orders: placed by an invocation, then confirmed or cancelled by what the others say."""

import os

import boto3
from bus import tell

table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])
OUTCOMES = {"StockReserved": "CONFIRMED", "PaymentFailed": "CANCELLED", "PaymentRefunded": "CANCELLED"}


def handler(event, context):
    if "detail-type" in event:
        end(event["detail"]["orderId"], OUTCOMES[event["detail-type"]])
    else:
        place(event)


def place(order: dict) -> None:
    """Keep the order, then tell. Placing it again tells again: all who hear it bear duplicates."""
    try:
        table.put_item(
            Item={"id": order["orderId"], "status": "PENDING"}, ConditionExpression="attribute_not_exists(id)"
        )
    except table.meta.client.exceptions.ConditionalCheckFailedException:
        print("placed before")
    tell("shop.orders", "OrderPlaced", order)


def end(order_id: str, status: str) -> None:
    """A pending order comes to its end once; what comes later does not change it."""
    try:
        table.update_item(
            Key={"id": order_id},
            UpdateExpression="SET #status = :status",
            ConditionExpression="#status = :pending",
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues={":status": status, ":pending": "PENDING"},
        )
    except table.meta.client.exceptions.ConditionalCheckFailedException:
        print("ended before")
