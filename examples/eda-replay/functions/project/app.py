"""Keeps the list of sales. A replayed event writes the same item again, so a replay repairs and never doubles."""

import json
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])


def handler(event, context):
    sale = event["detail"]
    table.put_item(Item={"id": sale["id"], "article": sale["article"], "soldAt": event["time"]})
    print(json.dumps({"sale": sale["id"], "replay": event.get("replay-name")}))
