"""The price of one thing."""

PRICES = {"cup": 5, "lamp": 60, "piano": 4000}


def handler(event, context):
    return {"thing": event["thing"], "number": event["number"], "price": PRICES[event["thing"]]}
