"""Compensates: the payment was declined, so the reserved stock is put back."""

import os

import boto3

dynamodb = boto3.resource("dynamodb").meta.client  # takes and gives plain values


def handler(event, context):
    order = event["detail"]
    dynamodb.update_item(
        TableName=os.environ["STOCK_TABLE"],
        Key={"id": order["item"]},
        UpdateExpression="SET quantity = quantity + :quantity",
        ExpressionAttributeValues={":quantity": order["quantity"]},
    )
    dynamodb.update_item(
        TableName=os.environ["RESERVATIONS_TABLE"],
        Key={"id": order["id"]},
        UpdateExpression="SET #state = :released",
        ExpressionAttributeNames={"#state": "state"},
        ExpressionAttributeValues={":released": "RELEASED"},
    )
