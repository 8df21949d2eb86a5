"""The orders application, used over the wire: what must be seen to happen wherever it was deployed from."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any


def outputs_of(client: Callable[[str], Any], stack: str) -> dict[str, str]:
    described = client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    assert described["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE"), described
    return {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}


def ask(url: str, body: Any = None) -> tuple[int, Any]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"null")


def until(look: Callable[[], Any], wanted: Any, seconds: float = 30) -> None:
    """The application works in real time here: look until it shows what is wanted."""
    end, seen = time.monotonic() + seconds, None
    while time.monotonic() < end:
        seen = look()
        if seen == wanted:
            return
    raise AssertionError(f"saw {seen}, wanted {wanted}")


def check(client: Callable[[str], Any], endpoint: str, stack: str) -> None:
    """Place orders by HTTP and by file; large ones are fulfilled, a failing one reaches the dead-letter queue."""
    outputs = outputs_of(client, stack)
    api = outputs["ApiUrl"].split("//")[1].split(".")[0]
    url = f"{endpoint}/_aws/execute-api/{api}/orders"
    assert ask(url, {"item": "", "quantity": 0})[0] == 400
    assert ask(f"{url}/nope")[0] == 404
    status, lamp = ask(url, {"item": "lamp", "quantity": 2, "price": 30})
    assert (status, lamp["total"]) == (201, 60.0)
    until(lambda: ask(f"{url}/{lamp['id']}")[1]["status"], "fulfilled")
    _, pencil = ask(url, {"item": "pencil", "quantity": 1, "price": 0.5})
    _, rare = ask(url, {"item": "unobtainium", "quantity": 1, "price": 99})
    client("s3").put_object(
        Bucket=outputs["IncomingBucket"], Key="more orders.csv", Body=b"table,1,120\nmug,6,9.5\n"
    )
    until(
        lambda: sorted(order["item"] for order in ask(f"{url}?status=fulfilled")[1]), ["lamp", "mug", "table"]
    )
    failed = outputs["FulfilmentFailedQueue"]
    names = ["ApproximateNumberOfMessages"]
    until(
        lambda: client("sqs").get_queue_attributes(QueueUrl=failed, AttributeNames=names)["Attributes"][
            names[0]
        ],
        "1",
    )
    message = client("sqs").receive_message(QueueUrl=failed)["Messages"][0]
    assert json.loads(message["Body"])["detail"]["id"] == rare["id"]
    assert ask(f"{url}/{pencil['id']}")[1]["status"] == "placed"
    report = client("lambda").invoke(FunctionName=outputs["ReportFunction"])
    assert json.load(report["Payload"]) == {"placed": 2, "fulfilled": 3}
