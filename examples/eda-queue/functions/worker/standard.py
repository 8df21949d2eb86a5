"""Standard queue: what fails is reported alone; the rest of the batch is done and deleted."""

from work import do


def handler(event, context):
    failures = []
    for record in event["Records"]:
        try:
            do(record)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this record's alone
            print(f"failed: {error!r}")
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
