"""Keeps a read model of parcels, from the changes that their owner sends: each replaces what was known."""

import json
import os

import boto3

dynamodb = boto3.resource("dynamodb").meta.client  # takes and gives plain values


def handler(event, context):
    failed = []
    for record in event["Records"]:
        try:
            project(json.loads(record["body"]))
        except Exception as error:  # noqa: BLE001 - only this message comes again
            print(json.dumps({"failed": record["messageId"], "error": repr(error)}))
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def project(change: dict) -> None:
    item = {"id": change["parcel"], "revision": change["revision"], "place": change["place"]}
    dynamodb.put_item(TableName=os.environ["PARCELS_TABLE"], Item=item)
