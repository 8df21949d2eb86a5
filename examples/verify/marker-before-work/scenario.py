"""Three orders of two customers."""

import json

ORDERS = [
    {"id": "o-1", "customer": "ada", "total": 250},
    {"id": "o-2", "customer": "bob", "total": 40},
    {"id": "o-3", "customer": "ada", "total": 100},
]


def scenario(chamber):
    events = chamber.client("events")
    for order in ORDERS:
        entry = {"Source": "shop.orders", "DetailType": "OrderPlaced", "Detail": json.dumps(order)}
        events.put_events(Entries=[{"EventBusName": chamber.output("Bus"), **entry}])
    chamber.run_until_idle()
