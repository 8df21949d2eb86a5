"""A day of the shop: orders by HTTP from clients that try again, a file of orders, one order that is out of stock, the report."""

import json

API = [("lamp", 2, 30.0), ("unobtainium", 1, 99.0), ("pencil", 1, 0.5), ("chair", 4, 55.0)]
FILE = "table,1,120\nmug,6,9.5\nbroom,1,4\n"


def scenario(chamber):
    for number, (item, quantity, price) in enumerate(API):
        body = {"item": item, "quantity": quantity, "price": price}
        order = placed(chamber, body, f"basket-{number}")
        assert order["item"] == item, order
    chamber.client("s3").put_object(
        Bucket=chamber.output("IncomingBucket"), Key="morning orders.csv", Body=FILE
    )
    chamber.run_until_idle()
    chamber.advance("25h")


def placed(chamber, body: dict, key: str) -> dict:
    """The order, placed as clients do: who gets no answer, or a server's error, asks again under the same key."""
    headers = {"content-type": "application/json", "idempotency-key": key}
    for _ in range(5):
        answer = chamber.http("POST", chamber.output("ApiUrl") + "/orders", json.dumps(body), headers)
        if answer.status < 500 and answer.status != 429:
            assert answer.status == 201, answer.text
            return json.loads(answer.text)
        chamber.advance("1s")
    raise AssertionError(f"The shop did not take {body}: {answer.text}")


def invariant_each_order_is_there_once(chamber):
    items = [
        order["item"]
        for order in chamber.resource("dynamodb").Table(chamber.output("TableName")).scan()["Items"]
    ]
    assert sorted(items) == ["broom", "chair", "lamp", "mug", "pencil", "table", "unobtainium"], items
