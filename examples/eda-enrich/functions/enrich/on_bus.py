"""Takes an order from the bus, and publishes it again with its customer."""

import json
import os

import boto3
from customers import enriched

events = boto3.client("events")


def handler(event, context):
    entry = {
        "EventBusName": os.environ["BUS_NAME"],
        "Source": "shop.enricher",
        "DetailType": "OrderEnriched",
        "Detail": json.dumps(enriched(event["detail"])),
    }
    answer = events.put_events(Entries=[entry])
    if answer["FailedEntryCount"]:
        raise RuntimeError(answer["Entries"][0]["ErrorMessage"])
