"""Notes which pictures came and went."""

import json
from urllib.parse import unquote_plus


def handler(event, context):
    for record in event["Records"]:
        key = unquote_plus(record["s3"]["object"]["key"])
        print(json.dumps({"event": record["eventName"], "key": key}))
