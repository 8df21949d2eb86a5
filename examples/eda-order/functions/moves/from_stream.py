"""Stream: the shard is taken up again from the record that failed; all keys of the shard wait."""

import base64
import json

from history import add


def handler(event, context):
    for record in event["Records"]:
        try:
            add("stream", json.loads(base64.b64decode(record["kinesis"]["data"])))
        except Exception as error:  # noqa: BLE001 - whatever it is, the shard waits
            print(f"failed: {error!r}")
            return {"batchItemFailures": [{"itemIdentifier": record["kinesis"]["sequenceNumber"]}]}
    return {"batchItemFailures": []}
