"""Refunds customers, many in a batch. What fails is reported by the id of its message; what comes again is paid once."""

import json
import os

import boto3

dynamodb = boto3.resource("dynamodb").meta.client  # takes and gives plain values


def handler(event, context):
    failed = []
    for record in event["Records"]:
        try:
            pay(json.loads(record["body"]))
        except Exception as error:  # noqa: BLE001 - only this message comes again
            print(json.dumps({"failed": record["messageId"], "error": repr(error)}))
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def pay(refund: dict) -> None:
    add = {
        "TableName": os.environ["CUSTOMERS_TABLE"],
        "Key": {"id": refund["customer"]},
        "UpdateExpression": "ADD refunded :amount",
        "ExpressionAttributeValues": {":amount": refund["amount"]},
    }
    mark = {
        "TableName": os.environ["REFUNDED_TABLE"],
        "Item": {"id": refund["id"]},
        "ConditionExpression": "attribute_not_exists(id)",
    }
    try:
        dynamodb.transact_write_items(TransactItems=[{"Put": mark}, {"Update": add}])
    except dynamodb.exceptions.TransactionCanceledException as error:
        if error.response["CancellationReasons"][0]["Code"] != "ConditionalCheckFailed":
            raise
