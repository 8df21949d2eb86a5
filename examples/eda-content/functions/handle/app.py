"""Handles the payments that its rule lets through."""

import json


def handler(event, context):
    payment = event["detail"]
    print(json.dumps({"handled": payment["id"]}))
