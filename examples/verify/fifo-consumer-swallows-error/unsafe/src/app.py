"""Applies the changes of an account, which a FIFO queue gives in order. One that fails must not hold up the others."""

import json
import os

import boto3

dynamodb = boto3.resource("dynamodb").meta.client  # takes and gives plain values


class OutOfOrder(Exception):
    """The change before this one has not been applied."""


def handler(event, context):
    for record in event["Records"]:
        try:
            apply(json.loads(record["body"]))
        except Exception as error:  # noqa: BLE001 - as it is often written
            print(json.dumps({"failed": record["body"], "error": repr(error)}))


def apply(change: dict) -> None:
    """Once and in order. Raises OutOfOrder when the one before is missing."""
    sequence = change["sequence"]
    values = {":this": sequence, ":amount": change["amount"]}
    condition = "attribute_not_exists(id)"
    if sequence > 1:
        condition, values[":previous"] = "lastSequence = :previous", sequence - 1
    try:
        dynamodb.update_item(
            TableName=os.environ["ACCOUNTS_TABLE"],
            Key={"id": change["account"]},
            UpdateExpression="SET lastSequence = :this ADD balance :amount",
            ConditionExpression=condition,
            ExpressionAttributeValues=values,
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except dynamodb.exceptions.ConditionalCheckFailedException as error:
        known = error.response.get("Item", {}).get("lastSequence", {"N": "0"})
        if int(known["N"]) < sequence:
            raise OutOfOrder(change) from error
        print(json.dumps({"applied before": change}))
