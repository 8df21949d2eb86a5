"""Three orders of widgets; the payment of one is declined. What is in stock and what is reserved are all there is."""

import json

IN_STOCK = 10
ORDERS = [
    {"id": "o-1", "item": "widget", "quantity": 1, "total": 40},
    {"id": "o-2", "item": "widget", "quantity": 3, "total": 120},
    {"id": "o-3", "item": "widget", "quantity": 2, "total": 80},
]


def scenario(chamber):
    stock = {"id": {"S": "widget"}, "quantity": {"N": str(IN_STOCK)}}
    chamber.client("dynamodb").put_item(TableName=chamber.output("Stock"), Item=stock)
    events = chamber.client("events")
    for order in ORDERS:
        entry = {"Source": "shop.orders", "DetailType": "OrderPlaced", "Detail": json.dumps(order)}
        events.put_events(Entries=[{"EventBusName": chamber.output("Bus"), **entry}])
    chamber.run_until_idle()


def invariant_no_stock_is_made_or_lost(chamber):
    dynamodb = chamber.client("dynamodb")
    stock = dynamodb.scan(TableName=chamber.output("Stock"), ConsistentRead=True)["Items"]
    reservations = dynamodb.scan(TableName=chamber.output("Reservations"), ConsistentRead=True)["Items"]
    held = [item for item in reservations if item["state"]["S"] == "RESERVED"]
    assert sum(int(item["quantity"]["N"]) for item in stock + held) == IN_STOCK
