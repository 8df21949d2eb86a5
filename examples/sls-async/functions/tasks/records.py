"""Partial batch responses: each record by itself."""

import json
from collections.abc import Callable


def each(event: dict, work: Callable[[dict], None]) -> dict:
    """Do the work for each body; what fails is delivered again, alone."""
    failures = []
    for record in event["Records"]:
        try:
            work(json.loads(record["body"]))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this record's alone
            print(f"failed: {error!r}")
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
