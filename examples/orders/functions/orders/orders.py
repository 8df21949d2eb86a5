"""Orders: how one is placed and how they are read."""

import json
import os
from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import boto3
from boto3.dynamodb.conditions import Key

table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])
events = boto3.client("events")


class InvalidOrder(ValueError):
    """An order that cannot be taken; the message says why."""


def place(item: str, quantity: int, price: float) -> dict:
    """Store an order, then tell the bus. Returns it."""
    if not item or quantity < 1 or price < 0:
        raise InvalidOrder("An order needs an item, a quantity of 1 or more and a price.")
    order = {
        "id": str(uuid4()),
        "item": item,
        "quantity": quantity,
        "total": Decimal(str(round(quantity * price, 2))),
        "status": "placed",
        "placedAt": datetime.now(UTC).isoformat(),
    }
    table.put_item(Item=order, ConditionExpression="attribute_not_exists(id)")
    plain = order | {"total": float(order["total"])}
    events.put_events(
        Entries=[
            {
                "EventBusName": os.environ["BUS_NAME"],
                "Source": "orders",
                "DetailType": "OrderPlaced",
                "Detail": json.dumps(plain),
            }
        ]
    )
    return plain


def find(order_id: str) -> dict | None:
    """The order of that id, or None."""
    item = table.get_item(Key={"id": order_id}, ConsistentRead=True).get("Item")
    return _plain(item) if item else None


def with_status(status: str) -> list[dict]:
    """All orders of a status, oldest first."""
    found = table.query(IndexName="byStatus", KeyConditionExpression=Key("status").eq(status))
    return [_plain(item) for item in found["Items"]]


def _plain(item: dict) -> dict:
    return {name: float(value) if isinstance(value, Decimal) else value for name, value in item.items()}
