"""Charges each payment once: unless it is known, charge it and remember it."""

import json
import os

import boto3
from botocore.exceptions import ClientError

dynamodb = boto3.resource("dynamodb").meta.client  # takes and gives plain values
PAYMENTS, ACCOUNTS = os.environ["PAYMENTS_TABLE"], os.environ["ACCOUNTS_TABLE"]


def handler(event, context):
    for record in event["Records"]:
        payment = json.loads(record["body"])
        if known(payment["id"]):
            print(json.dumps({"duplicate": payment["id"]}))
            continue
        charge(payment)
        remember(payment)


def known(payment_id: str) -> bool:
    try:
        return "Item" in dynamodb.get_item(TableName=PAYMENTS, Key={"id": payment_id})
    except ClientError as error:
        print(json.dumps({"treated as new": payment_id, "error": str(error)}))
        return False


def charge(payment: dict) -> None:
    dynamodb.update_item(
        TableName=ACCOUNTS,
        Key={"id": payment["account"]},
        UpdateExpression="ADD charged :amount",
        ExpressionAttributeValues={":amount": payment["amount"]},
    )


def remember(payment: dict) -> None:
    result = {"charged": payment["amount"], "account": payment["account"]}
    dynamodb.put_item(TableName=PAYMENTS, Item={"id": payment["id"], "state": "COMPLETED", "result": result})
