"""Pays a claim out."""

import json


def handler(event, context):
    print(json.dumps({"paid": event["id"], "total": event["total"]}))
    return {"receipt": f"receipt-{event['id']}"}
