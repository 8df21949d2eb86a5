"""Books each booking once: the booking's own item and the total change in one transaction, on condition that it is new."""

import json
import os

import boto3

dynamodb = boto3.client("dynamodb")
TABLE = os.environ["TABLE_NAME"]


def handler(event, context):
    failures = []
    for record in event["Records"]:
        try:
            booking = json.loads(record["body"])
            print(json.dumps({"id": booking["id"], "new": book(booking)}))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this record's alone
            print(f"failed: {error!r}")
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def book(booking: dict) -> bool:
    """Whether the booking was new."""
    own = {
        "TableName": TABLE,
        "Item": {"id": {"S": f"booking#{booking['id']}"}, "amount": {"N": str(booking["amount"])}},
        "ConditionExpression": "attribute_not_exists(id)",
    }
    total = {
        "TableName": TABLE,
        "Key": {"id": {"S": "total"}},
        "UpdateExpression": "ADD amount :amount",
        "ExpressionAttributeValues": {":amount": {"N": str(booking["amount"])}},
    }
    try:
        dynamodb.transact_write_items(TransactItems=[{"Put": own}, {"Update": total}])
    except dynamodb.exceptions.TransactionCanceledException as error:
        if error.response["CancellationReasons"][0]["Code"] == "ConditionalCheckFailed":
            return False
        raise
    return True
