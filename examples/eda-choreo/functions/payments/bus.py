"""Telling the bus. Each service has its own copy: services share events, not code."""

import json
import os

import boto3

events = boto3.client("events")


def tell(source: str, detail_type: str, detail: dict) -> None:
    """Publish one event. Raises RuntimeError when the bus does not take it, so that Lambda tries again."""
    entry = {
        "EventBusName": os.environ["BUS_NAME"],
        "Source": source,
        "DetailType": detail_type,
        "Detail": json.dumps(detail),
    }
    answer = events.put_events(Entries=[entry])
    if answer["FailedEntryCount"]:
        raise RuntimeError(answer["Entries"][0]["ErrorMessage"])
