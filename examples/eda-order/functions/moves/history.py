"""The history of each thing: moves in the order of their numbers, none twice, none left out."""

import json
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])


class OutOfOrder(Exception):
    """A move came before the one that it follows."""


def add(source: str, move: dict) -> None:
    """Add a move to its history; one that is there already is left alone. Raises OutOfOrder."""
    key = {"id": f"{source}#{move['key']}"}
    try:
        table.update_item(
            Key=key,
            UpdateExpression="SET moves = list_append(if_not_exists(moves, :none), :move), latest = :n",
            ConditionExpression="latest = :before OR (attribute_not_exists(latest) AND :n = :first)",
            ExpressionAttributeValues={
                ":none": [],
                ":move": [move["n"]],
                ":n": move["n"],
                ":before": move["n"] - 1,
                ":first": 1,
            },
        )
    except table.meta.client.exceptions.ConditionalCheckFailedException:
        latest = table.get_item(Key=key, ConsistentRead=True).get("Item", {}).get("latest", 0)
        if move["n"] > latest:
            print(json.dumps({"outOfOrder": move, "latest": int(latest)}))
            raise OutOfOrder(f"{move['key']}: {move['n']} came after {latest}") from None
