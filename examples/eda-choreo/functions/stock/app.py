"""Stock: reserves what was paid for, or says that there is not enough.

The reservation and the article change in one transaction: an order reserves once, and never what is not there.
"""

import os

import boto3
from bus import tell

dynamodb = boto3.client("dynamodb")
TABLE = os.environ["TABLE_NAME"]


def handler(event, context):
    order = event["detail"]
    tell("shop.stock", "StockReserved" if reserve(order) else "StockRejected", order)


def reserve(order: dict) -> bool:
    """Whether the order has its stock, now or since an earlier time."""
    quantity = {":quantity": {"N": str(order["quantity"])}}
    reservation = {"id": {"S": f"reservation#{order['orderId']}"}}
    take = {
        "TableName": TABLE,
        "Key": {"id": {"S": order["article"]}},
        "UpdateExpression": "SET available = available - :quantity",
        "ConditionExpression": "available >= :quantity",
        "ExpressionAttributeValues": quantity,
    }
    keep = {"TableName": TABLE, "Item": reservation, "ConditionExpression": "attribute_not_exists(id)"}
    try:
        dynamodb.transact_write_items(TransactItems=[{"Put": keep}, {"Update": take}])
    except dynamodb.exceptions.TransactionCanceledException as error:
        reasons = [reason["Code"] for reason in error.response["CancellationReasons"]]
        if "ConditionalCheckFailed" not in reasons:
            raise
        return reasons[0] == "ConditionalCheckFailed"  # reserved before
    return True
