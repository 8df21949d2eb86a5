"""Computes the view from scratch, from all orders: what the projection must equal once it has caught up."""

import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["ORDERS_TABLE"])


def handler(event, context):
    view = {}
    request = {"ConsistentRead": True}
    while True:
        page = table.scan(**request)
        for order in page["Items"]:
            line = view.setdefault(order["customer"], {"orders": 0, "amount": 0})
            line["orders"] += 1
            line["amount"] += int(order["total"])
        if "LastEvaluatedKey" not in page:
            return view
        request["ExclusiveStartKey"] = page["LastEvaluatedKey"]
