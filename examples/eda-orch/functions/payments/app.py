"""Payments: takes the money of an order once, and gives it back once."""

import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])
LIMIT = 1000  # what this card lets through


class CardDeclined(Exception):
    """The saga catches it by this name."""


def handler(event, context):
    order = event["order"]
    if event["action"] == "take":
        take(order)
    else:
        give_back(order)


def take(order: dict) -> None:
    if order["total"] > LIMIT:
        raise CardDeclined(order["orderId"])
    payment = {"id": order["orderId"], "amount": order["total"], "status": "TAKEN"}
    try:
        table.put_item(Item=payment, ConditionExpression="attribute_not_exists(id)")
    except table.meta.client.exceptions.ConditionalCheckFailedException:
        print("taken before")


def give_back(order: dict) -> None:
    table.update_item(
        Key={"id": order["orderId"]},
        UpdateExpression="SET #status = :refunded",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":refunded": "REFUNDED"},
    )
