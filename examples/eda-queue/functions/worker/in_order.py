"""FIFO queue: after a failure the rest of its group is reported too, undone, so that nothing overtakes.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

from work import do


def handler(event, context):
    failures, stopped = [], set()
    for record in event["Records"]:
        group = record["attributes"]["MessageGroupId"]
        if group not in stopped:
            try:
                do(record)
                continue
            except Exception as error:  # noqa: BLE001 - whatever it is, it is this record's alone
                print(f"failed: {error!r}")
                stopped.add(group)
        failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
