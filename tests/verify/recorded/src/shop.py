"""Orders: POST makes one, PUT pays it."""

import json
import os

import boto3

orders = boto3.client("dynamodb")


def handler(event, context):
    body = json.loads(event.get("body") or "{}")
    if event["requestContext"]["http"]["method"] == "POST":
        order_id, status = context.aws_request_id, "new"
    else:
        order_id, status = event["rawPath"].rpartition("/")[2], "paid"
    price = body["price"] * int(os.environ["FACTOR"])
    item = {"id": {"S": order_id}, "state": {"S": status}, "price": {"N": str(price)}}
    orders.put_item(TableName=os.environ["ORDERS"], Item=item)
    return {"statusCode": 201, "body": json.dumps({"id": order_id})}
