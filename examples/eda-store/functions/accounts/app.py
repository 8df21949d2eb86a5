"""Accounts: commands become events, events become the balance.

A command: {"account": ..., "do": "deposit" | "withdraw" | "show", "amount": ..., "expectedVersion": ... (optional)}.
"""

import store


class Refused(Exception):
    """The command breaks a rule of accounts."""


def rebuild(account: str) -> dict:
    """The state that all events of an account lead to."""
    state = {"account": account, "balance": 0, "version": 0}
    for event in store.read(account):
        sign = 1 if event["type"] == "Deposited" else -1
        state["balance"] += sign * int(event["data"]["amount"])
        state["version"] = int(event["version"])
    return state


def handler(command, context):
    state = rebuild(command["account"])
    if command["do"] == "show":
        return state
    amount = command["amount"]
    if command["do"] == "withdraw" and amount > state["balance"]:
        raise Refused(f"There are only {state['balance']}.")
    kind = "Deposited" if command["do"] == "deposit" else "Withdrawn"
    expected = command.get("expectedVersion", state["version"])
    version = store.append(command["account"], expected, kind, {"amount": amount})
    return {"account": command["account"], "version": version}
