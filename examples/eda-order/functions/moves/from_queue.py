"""FIFO queue: after a failure the rest of that group waits; other groups go on."""

import json

from history import add


def handler(event, context):
    failures, stopped = [], set()
    for record in event["Records"]:
        group = record["attributes"]["MessageGroupId"]
        if group not in stopped:
            try:
                add("queue", json.loads(record["body"]))
                continue
            except Exception as error:  # noqa: BLE001 - whatever it is, its group waits
                print(f"failed: {error!r}")
                stopped.add(group)
        failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
