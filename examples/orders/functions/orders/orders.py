"""Orders: how one is placed and how they are read."""

import os
from datetime import UTC, datetime
from decimal import Decimal
from uuid import NAMESPACE_URL, uuid4, uuid5

import boto3
from boto3.dynamodb.conditions import Key
from botocore.exceptions import ClientError

table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])


class InvalidOrder(ValueError):
    """An order that cannot be taken; the message says why."""


def place(item: str, quantity: int, price: float, key: str | None = None) -> dict:
    """Store an order, and return it. Who places it again under the same `key` gets the one that there is.

    The table's stream tells the bus (`announcing.py`): a second write here could be lost after the first.
    """
    if not item or quantity < 1 or price < 0:
        raise InvalidOrder("An order needs an item, a quantity of 1 or more and a price.")
    order = {
        "id": str(uuid5(NAMESPACE_URL, key) if key else uuid4()),
        "item": item,
        "quantity": quantity,
        "total": Decimal(str(round(quantity * price, 2))),
        "status": "placed",
        "placedAt": datetime.now(UTC).isoformat(),
    }
    try:
        table.put_item(Item=order, ConditionExpression="attribute_not_exists(id)")
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return find(order["id"])
    return plain(order)


def find(order_id: str) -> dict | None:
    """The order of that id, or None."""
    item = table.get_item(Key={"id": order_id}, ConsistentRead=True).get("Item")
    return plain(item) if item else None


def with_status(status: str) -> list[dict]:
    """All orders of a status, oldest first."""
    found = table.query(IndexName="byStatus", KeyConditionExpression=Key("status").eq(status))
    return [plain(item) for item in found["Items"]]


def plain(item: dict) -> dict:
    """An order as JSON can say it."""
    return {name: float(value) if isinstance(value, Decimal) else value for name, value in item.items()}
