"""Reserves stock for a placed order, once, and says so, at least once."""

import os

import boto3
from bus import publish

dynamodb = boto3.resource("dynamodb").meta.client  # takes and gives plain values


def handler(event, context):
    order = event["detail"]
    take = {
        "TableName": os.environ["STOCK_TABLE"],
        "Key": {"id": order["item"]},
        "UpdateExpression": "SET quantity = quantity - :quantity",
        "ConditionExpression": "quantity >= :quantity",
        "ExpressionAttributeValues": {":quantity": order["quantity"]},
    }
    reservation = {
        "TableName": os.environ["RESERVATIONS_TABLE"],
        "Item": {
            "id": order["id"],
            "item": order["item"],
            "quantity": order["quantity"],
            "state": "RESERVED",
        },
        "ConditionExpression": "attribute_not_exists(id)",
    }
    try:
        dynamodb.transact_write_items(TransactItems=[{"Put": reservation}, {"Update": take}])
    except dynamodb.exceptions.TransactionCanceledException as error:
        if error.response["CancellationReasons"][0]["Code"] != "ConditionalCheckFailed":
            raise
    publish("shop.stock", "StockReserved", order)
