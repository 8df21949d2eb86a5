"""POST /orders, GET /orders, GET /orders/{id}.

Who is not sure whether an order was placed sends it again with the same Idempotency-Key: it is placed once.
"""

import orders
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.exceptions import BadRequestError, NotFoundError

logger = Logger()
app = APIGatewayHttpResolver()


@app.post("/orders")
def place():
    body, key = app.current_event.json_body, app.current_event.headers.get("idempotency-key")
    try:
        order = orders.place(body.get("item"), int(body.get("quantity", 1)), float(body.get("price", 0)), key)
    except (orders.InvalidOrder, TypeError, ValueError) as error:
        raise BadRequestError(str(error)) from error
    logger.info("order placed", order_id=order["id"])
    return order, 201


@app.get("/orders")
def with_status():
    return orders.with_status(app.current_event.query_string_parameters.get("status", "placed"))


@app.get("/orders/<order_id>")
def get(order_id: str):
    order = orders.find(order_id)
    if order is None:
        raise NotFoundError(f"There is no order {order_id}.")
    return order


@logger.inject_lambda_context
def handler(event, context):
    return app.resolve(event, context)
