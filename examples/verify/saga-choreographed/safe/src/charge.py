"""Charges an order whose stock is reserved: up to a limit. The answer is the same however often it is asked."""

import os

import boto3
from bus import publish

dynamodb = boto3.resource("dynamodb").meta.client  # takes and gives plain values
LIMIT = 100


def handler(event, context):
    order = event["detail"]
    state = "ACCEPTED" if order["total"] <= LIMIT else "DECLINED"
    payment = {"id": order["id"], "total": order["total"], "state": state}
    dynamodb.put_item(TableName=os.environ["PAYMENTS_TABLE"], Item=payment)
    if state == "DECLINED":
        publish("shop.payments", "PaymentDeclined", order)
