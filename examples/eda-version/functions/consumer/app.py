"""Keeps customers, whatever version the event of their registration has.

Old versions are lifted step by step to the newest one; the code that follows knows only that.

    version 1: {"id", "name"}                                  one name, no version field
    version 2: {"version": 2, "id", "firstName", "lastName"}
    version 3: {"version": 3, "id", "name": {"first", "last"}, "country"}     a field that may be missing: country
"""

import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])
NEWEST = 3


class UnknownVersion(Exception):
    """A version from the future, or none at all: not to be guessed at."""


def lift_1(detail: dict) -> dict:
    first, _, last = detail["name"].partition(" ")
    return {"version": 2, "id": detail["id"], "firstName": first, "lastName": last}


def lift_2(detail: dict) -> dict:
    name = {"first": detail["firstName"], "last": detail["lastName"]}
    return {"version": 3, "id": detail["id"], "name": name}


LIFTS = {1: lift_1, 2: lift_2}


def lifted(detail: dict) -> dict:
    """The event as its newest version would say it."""
    version = detail.get("version", 1)
    if version != NEWEST and version not in LIFTS:
        raise UnknownVersion(f"This consumer knows versions 1 to {NEWEST}, not {version}.")
    while version < NEWEST:
        detail = LIFTS[version](detail)
        version = detail["version"]
    return detail


def handler(event, context):
    customer = lifted(event["detail"])
    item = {
        "id": customer["id"],
        "lastName": customer["name"]["last"],
        "country": customer.get("country", "unknown"),
    }
    table.put_item(Item=item)
