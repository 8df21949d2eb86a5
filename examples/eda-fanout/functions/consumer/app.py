"""A consumer of orders, from its own queue: raw, or in the envelope of SNS."""

import json


def handler(event, context):
    failures = []
    for record in event["Records"]:
        try:
            consume(json.loads(record["body"]))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this record's alone
            print(f"cannot be consumed: {error!r}")
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def consume(body: dict) -> None:
    is_wrapped = body.get("Type") == "Notification"
    order = json.loads(body["Message"]) if is_wrapped else body
    print(json.dumps({"order": order["id"], "envelope": is_wrapped}))
