"""Charges each payment once: an attempt locks it by a conditional write, then charges and stores the result as one."""

import json
import os
import time
import uuid

import boto3

dynamodb = boto3.resource("dynamodb").meta.client  # takes and gives plain values
PAYMENTS, ACCOUNTS = os.environ["PAYMENTS_TABLE"], os.environ["ACCOUNTS_TABLE"]


class InProgress(Exception):
    """Another attempt holds this payment: the message comes again when that one's time is over."""


def handler(event, context):
    for record in event["Records"]:
        payment, attempt = json.loads(record["body"]), str(uuid.uuid4())
        now_ms = int(time.time() * 1000)
        if begin(payment["id"], attempt, now_ms, now_ms + context.get_remaining_time_in_millis()):
            charge(payment, attempt)


def begin(payment_id: str, attempt: str, now_ms: int, until_ms: int) -> bool:
    """Lock the payment; False when it has been charged. Raises InProgress."""
    try:
        dynamodb.put_item(
            TableName=PAYMENTS,
            Item={"id": payment_id, "state": "IN_PROGRESS", "attempt": attempt, "lockedUntilMs": until_ms},
            ConditionExpression="attribute_not_exists(id) OR attempt = :attempt OR lockedUntilMs < :now",
            ExpressionAttributeValues={":attempt": attempt, ":now": now_ms},
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except dynamodb.exceptions.ConditionalCheckFailedException as error:
        if error.response["Item"]["state"]["S"] == "COMPLETED":
            return False
        raise InProgress(payment_id) from error
    return True


def charge(payment: dict, attempt: str) -> None:
    """Both or neither, and only while the lock is this attempt's."""
    debit = {
        "TableName": ACCOUNTS,
        "Key": {"id": payment["account"]},
        "UpdateExpression": "ADD charged :amount",
        "ExpressionAttributeValues": {":amount": payment["amount"]},
    }
    result = {"charged": payment["amount"], "account": payment["account"]}
    completed = {
        "TableName": PAYMENTS,
        "Item": {"id": payment["id"], "state": "COMPLETED", "result": result},
        "ConditionExpression": "attempt = :attempt",
        "ExpressionAttributeValues": {":attempt": attempt},
    }
    dynamodb.transact_write_items(TransactItems=[{"Update": debit}, {"Put": completed}])
