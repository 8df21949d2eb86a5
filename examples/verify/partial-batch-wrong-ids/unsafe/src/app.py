"""Refunds customers, many in a batch. What fails is reported, so that only that comes again."""

import json
import os

import boto3
from botocore.exceptions import ClientError

dynamodb = boto3.resource("dynamodb").meta.client  # takes and gives plain values


def handler(event, context):
    failed = []
    for record in event["Records"]:
        refund = json.loads(record["body"])
        try:
            pay(refund)
        except ClientError as error:
            print(json.dumps({"failed": refund["id"], "error": repr(error)}))
            failed.append({"itemIdentifier": refund["id"]})
    return {"batchItemFailures": failed}


def pay(refund: dict) -> None:
    dynamodb.update_item(
        TableName=os.environ["CUSTOMERS_TABLE"],
        Key={"id": refund["customer"]},
        UpdateExpression="ADD refunded :amount",
        ExpressionAttributeValues={":amount": refund["amount"]},
    )
