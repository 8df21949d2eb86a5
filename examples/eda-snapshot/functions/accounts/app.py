"""Accounts with snapshots: the state is the last snapshot and the events since.

A snapshot is a cache that may be late, missing or deleted at any time; events alone are the truth. A command:
{"account": ..., "do": "deposit" | "withdraw" | "show" | "rebuild", "amount": ...}.
"""

import os
from contextlib import suppress

import store

EVERY = int(os.environ["SNAPSHOT_EVERY"])


def apply(state: dict, event: dict) -> dict:
    sign = 1 if event["type"] == "Deposited" else -1
    return {
        "balance": state["balance"] + sign * int(event["data"]["amount"]),
        "version": int(event["version"]),
    }


def fold(state: dict, account: str) -> tuple[dict, int]:
    """The state after all events beyond it, and how many these were."""
    count = 0
    for event in store.read(account, after=state["version"]):
        state, count = apply(state, event), count + 1
    return state, count


def last_snapshot(account: str) -> dict:
    item = store.table.get_item(Key={"streamId": f"snapshot#{account}", "version": 0}).get("Item")
    return {"balance": int(item["balance"]), "version": int(item["at"])} if item else empty()


def empty() -> dict:
    return {"balance": 0, "version": 0}


def keep_snapshot(account: str, state: dict) -> None:
    """Replace the snapshot, unless a newer one is there."""
    with suppress(store.table.meta.client.exceptions.ConditionalCheckFailedException):
        store.table.put_item(
            Item={
                "streamId": f"snapshot#{account}",
                "version": 0,
                "balance": state["balance"],
                "at": state["version"],
            },
            ConditionExpression="attribute_not_exists(streamId) OR #at < :at",
            ExpressionAttributeNames={"#at": "at"},
            ExpressionAttributeValues={":at": state["version"]},
        )


def handler(command, context):
    account = command["account"]
    state, read = fold(empty() if command["do"] == "rebuild" else last_snapshot(account), account)
    if command["do"] in ("show", "rebuild"):
        return {**state, "eventsRead": read}
    kind = "Deposited" if command["do"] == "deposit" else "Withdrawn"
    data = {"amount": command["amount"]}
    version = store.append(account, state["version"], kind, data)
    state = apply(state, {"type": kind, "data": data, "version": version})
    if version % EVERY == 0:
        keep_snapshot(account, state)
    return {"version": version}
