"""Gathers the results of an order's steps, and tells once that all are in.

The event that completes an order claims it, tells, and marks it as told. When it fails in between, Lambda's retry of the same
event holds the claim still and goes on; a duplicate finds the mark and does nothing.
"""

import json
import os
import time

import boto3

DAY = 24 * 60 * 60
STEPS = set(os.environ["STEPS"].split(","))
table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])
events = boto3.client("events")
NotMine = table.meta.client.exceptions.ConditionalCheckFailedException


def handler(event, context):
    order_id, step, result = (event["detail"][name] for name in ("orderId", "step", "result"))
    results = gather(order_id, step, result)
    if results.keys() >= STEPS and claim(order_id, event["id"]):
        tell(order_id, results)


def gather(order_id: str, step: str, result: str) -> dict:
    """Keep the first result of each step; all results so far."""
    order = table.update_item(
        Key={"orderId": order_id},
        UpdateExpression="SET #step = if_not_exists(#step, :result), expiresAt = :expires",
        ExpressionAttributeNames={"#step": f"step:{step}"},
        ExpressionAttributeValues={":result": result, ":expires": int(time.time()) + 7 * DAY},
        ReturnValues="ALL_NEW",
    )["Attributes"]
    return {name[5:]: value for name, value in order.items() if name.startswith("step:")}


def claim(order_id: str, event_id: str) -> bool:
    """Whether it is for this event to tell."""
    try:
        table.update_item(
            Key={"orderId": order_id},
            UpdateExpression="SET claimedBy = :event",
            ConditionExpression="attribute_not_exists(told) AND (attribute_not_exists(claimedBy) OR claimedBy = :event)",
            ExpressionAttributeValues={":event": event_id},
        )
    except NotMine:
        return False
    return True


def tell(order_id: str, results: dict) -> None:
    entry = {
        "EventBusName": os.environ["BUS_NAME"],
        "Source": "aggregator",
        "DetailType": "OrderReady",
        "Detail": json.dumps({"orderId": order_id, "results": results}),
    }
    answer = events.put_events(Entries=[entry])
    if answer["FailedEntryCount"]:
        raise RuntimeError(answer["Entries"][0]["ErrorMessage"])
    table.update_item(
        Key={"orderId": order_id},
        UpdateExpression="SET told = :true",
        ExpressionAttributeValues={":true": True},
    )
