"""How an event is put on the application's bus."""

import json
import os

import boto3

events = boto3.client("events")


def publish(source: str, kind: str, detail: dict) -> None:
    """Raises when the bus has not taken it: PutEvents succeeds even so."""
    entry = {"Source": source, "DetailType": kind, "Detail": json.dumps(detail)}
    answer = events.put_events(Entries=[{"EventBusName": os.environ["BUS_NAME"], **entry}])
    if answer["FailedEntryCount"]:
        raise RuntimeError(answer["Entries"][0]["ErrorMessage"])
