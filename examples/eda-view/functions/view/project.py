"""Keeps the view: for each customer the number of orders and their sum.

Each change is applied as the difference between its images, in one transaction with its number, which is kept per order. Streams
deliver at least once and in order per item: a change that is not newer than the order's last one has been applied before.
"""

import json
import os

import boto3

dynamodb = boto3.client("dynamodb")
VIEW = os.environ["VIEW_TABLE"]


def handler(event, context):
    for record in event["Records"]:
        try:
            apply(record["dynamodb"])
        except Exception as error:  # noqa: BLE001 - the batch is taken up again from here
            print(json.dumps({"failed": repr(error)}))
            return {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]}
    return {"batchItemFailures": []}


def apply(change: dict) -> None:
    deltas: dict[str, list[int]] = {}
    for image, sign in (("OldImage", -1), ("NewImage", 1)):
        if image in change:
            delta = deltas.setdefault(change[image]["customer"]["S"], [0, 0])
            delta[0] += sign
            delta[1] += sign * int(change[image]["total"]["N"])
    order_id = change["Keys"]["id"]["S"]
    number = change["SequenceNumber"].zfill(40)
    applied = {
        "TableName": VIEW,
        "Item": {"customer": {"S": f"applied#{order_id}"}, "number": {"S": number}},
        "ConditionExpression": "attribute_not_exists(customer) OR #number < :number",
        "ExpressionAttributeNames": {"#number": "number"},
        "ExpressionAttributeValues": {":number": {"S": number}},
    }
    updates = [{"Update": update(*each)} for each in deltas.items()]
    try:
        dynamodb.transact_write_items(TransactItems=[{"Put": applied}, *updates])
    except dynamodb.exceptions.TransactionCanceledException as error:
        if error.response["CancellationReasons"][0]["Code"] != "ConditionalCheckFailed":
            raise


def update(customer: str, delta: list[int]) -> dict:
    return {
        "TableName": VIEW,
        "Key": {"customer": {"S": customer}},
        "UpdateExpression": "ADD orders :orders, amount :amount",
        "ExpressionAttributeValues": {":orders": {"N": str(delta[0])}, ":amount": {"N": str(delta[1])}},
    }
