"""A check of the customer."""


class NotInsured(Exception):
    """The workflow catches it by this name."""


def handler(event, context):
    if event["what"] == "contract" and event["customer"] == "stranger":
        raise NotInsured(event["customer"])
    return {"checked": event["what"]}
