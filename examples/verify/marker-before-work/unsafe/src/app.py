"""Gives a customer points for an order, once: the order is marked as seen first, so that a duplicate stops there."""

import json
import os

import boto3

dynamodb = boto3.resource("dynamodb").meta.client  # takes and gives plain values


def handler(event, context):
    order = event["detail"]
    if not first_time(order["id"]):
        print(json.dumps({"duplicate": order["id"]}))
        return
    award(order)


def first_time(order_id: str) -> bool:
    try:
        dynamodb.put_item(
            TableName=os.environ["SEEN_TABLE"],
            Item={"id": order_id},
            ConditionExpression="attribute_not_exists(id)",
        )
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return False
    return True


def award(order: dict) -> None:
    dynamodb.update_item(
        TableName=os.environ["CUSTOMERS_TABLE"],
        Key={"id": order["customer"]},
        UpdateExpression="ADD points :points",
        ExpressionAttributeValues={":points": order["total"] // 10},
    )
