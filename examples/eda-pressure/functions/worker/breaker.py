"""The circuit breaker: after so many failures in a row the event source mapping is disabled, and messages wait in the queue.

Nothing is received while it is open, so no message uses up its receives. A probe closes it again.
"""

import os
from contextlib import suppress

import boto3

table = boto3.resource("dynamodb").Table(os.environ["BREAKER_TABLE"])
functions = boto3.client("lambda")
KEY = {"id": "ledger"}


def succeeded() -> None:
    try:
        table.update_item(
            Key=KEY,
            UpdateExpression="SET failures = :none",
            ConditionExpression="failures > :none AND is_open = :no",
            ExpressionAttributeValues={":none": 0, ":no": False},
        )
    except table.meta.client.exceptions.ConditionalCheckFailedException:
        return  # all was well before, or the breaker is open: closing it is the probe's business


def failed(function_name: str) -> None:
    """Count a failure; the one that makes it too many opens the circuit."""
    failures = table.update_item(
        Key=KEY,
        UpdateExpression="SET is_open = if_not_exists(is_open, :no) ADD failures :one",
        ExpressionAttributeValues={":one": 1, ":no": False},
        ReturnValues="UPDATED_NEW",
    )["Attributes"]["failures"]
    if failures >= int(os.environ["FAILURES_TO_OPEN"]):
        turn(is_open=True)
        for mapping in mappings(FunctionName=function_name):
            with suppress(functions.exceptions.ResourceInUseException):  # another worker is at it
                functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)


def is_open() -> bool:
    return table.get_item(Key=KEY, ConsistentRead=True).get("Item", {}).get("is_open", False)


def close(queue_arn: str) -> None:
    for mapping in mappings(EventSourceArn=queue_arn):
        functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)
    turn(is_open=False)


def turn(is_open: bool) -> None:
    table.update_item(
        Key=KEY,
        UpdateExpression="SET is_open = :is_open, failures = :none",
        ExpressionAttributeValues={":is_open": is_open, ":none": 0},
    )


def mappings(**of: str) -> list:
    return functions.list_event_source_mappings(**of)["EventSourceMappings"]
