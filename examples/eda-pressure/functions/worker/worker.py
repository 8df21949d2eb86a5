"""Writes each message into the ledger, and tells the breaker how that went."""

import json
import time

import breaker
import ledger
from botocore.exceptions import ClientError


def handler(event, context):
    failures = []
    for record in event["Records"]:
        entry, began = json.loads(record["body"]), time.time()
        try:
            ledger.write(entry["id"], entry.get("seconds", 0))
        except ClientError as error:
            print(f"failed: {error}")
            failures.append({"itemIdentifier": record["messageId"]})
            breaker.failed(context.function_name)
        else:
            breaker.succeeded()
            print(json.dumps({"id": entry["id"], "from": began, "to": time.time()}))
    return {"batchItemFailures": failures}
