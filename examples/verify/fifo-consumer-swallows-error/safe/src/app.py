"""Applies the changes of an account, which a FIFO queue gives in order. One that fails is given again, before the next."""

import json
import os

import boto3

dynamodb = boto3.resource("dynamodb").meta.client  # takes and gives plain values


class OutOfOrder(Exception):
    """The change before this one has not been applied."""


def handler(event, context):
    for record in event["Records"]:
        apply(json.loads(record["body"]))


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
