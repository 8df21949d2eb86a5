"""A job: it says which one it is, and for when it was meant."""

import json


def handler(event, context):
    print(json.dumps(event))
