"""Gives a customer points for an order, once: the mark and the points are one transaction."""

import json
import os

import boto3

dynamodb = boto3.resource("dynamodb").meta.client  # takes and gives plain values


def handler(event, context):
    order = event["detail"]
    seen = {
        "TableName": os.environ["SEEN_TABLE"],
        "Item": {"id": order["id"]},
        "ConditionExpression": "attribute_not_exists(id)",
    }
    award = {
        "TableName": os.environ["CUSTOMERS_TABLE"],
        "Key": {"id": order["customer"]},
        "UpdateExpression": "ADD points :points",
        "ExpressionAttributeValues": {":points": order["total"] // 10},
    }
    try:
        dynamodb.transact_write_items(TransactItems=[{"Put": seen}, {"Update": award}])
    except dynamodb.exceptions.TransactionCanceledException as error:
        if error.response["CancellationReasons"][0]["Code"] != "ConditionalCheckFailed":
            raise
        print(json.dumps({"duplicate": order["id"]}))
