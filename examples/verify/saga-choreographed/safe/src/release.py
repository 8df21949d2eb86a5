"""Compensates: the payment was declined, so the stock is put back, if its reservation stands."""

import json
import os

import boto3

dynamodb = boto3.resource("dynamodb").meta.client  # takes and gives plain values


def handler(event, context):
    order = event["detail"]
    put_back = {
        "TableName": os.environ["STOCK_TABLE"],
        "Key": {"id": order["item"]},
        "UpdateExpression": "SET quantity = quantity + :quantity",
        "ExpressionAttributeValues": {":quantity": order["quantity"]},
    }
    release = {
        "TableName": os.environ["RESERVATIONS_TABLE"],
        "Key": {"id": order["id"]},
        "UpdateExpression": "SET #state = :released",
        "ConditionExpression": "#state = :reserved",
        "ExpressionAttributeNames": {"#state": "state"},
        "ExpressionAttributeValues": {":released": "RELEASED", ":reserved": "RESERVED"},
    }
    try:
        dynamodb.transact_write_items(TransactItems=[{"Update": release}, {"Update": put_back}])
    except dynamodb.exceptions.TransactionCanceledException as error:
        if error.response["CancellationReasons"][0]["Code"] != "ConditionalCheckFailed":
            raise
        print(json.dumps({"released before": order["id"]}))
