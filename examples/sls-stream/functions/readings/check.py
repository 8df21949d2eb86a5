"""Checks whole batches."""

import json

from records import readings


def handler(event, context):
    print(json.dumps({"checked": [reading["id"] for reading in readings(event)]}))
