"""`make demo`: run this application, send it orders, one of which fails, and show what flows.

Ends by itself when nobody watches (no terminal); otherwise Ctrl-C ends it.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import boto3
from botocore.config import Config

HERE = Path(__file__).parent
COMMAND = Path(sys.executable).with_name("cloudchamber")
ORDERS = [("lamp", 2, 30.0), ("unobtainium", 1, 99.0), ("pencil", 1, 0.5), ("chair", 4, 55.0)]


def free_port() -> int:
    """4566 when it is free, else any other."""
    for port in (4566, 0):
        with socket.socket() as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                sock.bind(("127.0.0.1", port))
            except OSError:
                continue
            return sock.getsockname()[1]
    raise SystemExit("There is no free port.")


def client(service: str, port: int):
    return boto3.client(
        service,
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )


def wait_for_stack(chamber: subprocess.Popen, port: int) -> dict[str, str]:
    """The outputs of the stack, once it is there."""
    cloudformation = client("cloudformation", port)
    while chamber.poll() is None:
        try:
            stack = cloudformation.describe_stacks(StackName="orders")["Stacks"][0]
        except Exception:  # noqa: BLE001 - not there yet
            time.sleep(0.2)
            continue
        if stack["StackStatus"].endswith("_COMPLETE"):
            return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
        time.sleep(0.2)
    raise SystemExit("The application could not be deployed.")


def place(url: str, item: str, quantity: int, price: float) -> dict:
    body = json.dumps({"item": item, "quantity": quantity, "price": price}).encode()
    request = urllib.request.Request(f"{url}/orders", body, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def send_orders(outputs: dict[str, str], port: int) -> str:
    api = outputs["ApiUrl"].split("//")[1].split(".")[0]
    url = f"http://127.0.0.1:{port}/_aws/execute-api/{api}"
    for item, quantity, price in ORDERS:
        place(url, item, quantity, price)
    client("s3", port).put_object(
        Bucket=outputs["IncomingBucket"], Key="morning orders.csv", Body="table,1,120\nmug,6,9.5\n"
    )
    return url


def count_fulfilled(outputs: dict[str, str], port: int) -> int:
    return client("dynamodb", port).query(
        TableName=outputs["TableName"],
        IndexName="byStatus",
        KeyConditionExpression="#s = :s",
        ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues={":s": {"S": "fulfilled"}},
        Select="COUNT",
    )["Count"]


def wait_for_end(outputs: dict[str, str], port: int) -> tuple[int, int]:
    """Until the failed order is in the dead-letter queue: how many are fulfilled, and how many lie there."""
    sqs, names = client("sqs", port), ["ApproximateNumberOfMessages"]
    for _ in range(150):
        queue = sqs.get_queue_attributes(QueueUrl=outputs["FulfilmentFailedQueue"], AttributeNames=names)
        if queue["Attributes"][names[0]] != "0":
            break
        time.sleep(0.2)
    return count_fulfilled(outputs, port), int(queue["Attributes"][names[0]])


def main() -> int:
    port = free_port()
    chamber = subprocess.Popen([str(COMMAND), "up", str(HERE), "--port", str(port), "--stack-name", "orders"])
    try:
        outputs = wait_for_stack(chamber, port)
        time.sleep(0.5)
        print(
            "\nSending four orders and a file of two. Pencils are too cheap to be fulfilled; unobtainium is out of stock.\n",
            flush=True,
        )
        url = send_orders(outputs, port)
        fulfilled, failed = wait_for_end(outputs, port)
        print(
            f"\n{fulfilled} orders fulfilled, {failed} in the dead-letter queue after its second try.",
            flush=True,
        )
        if sys.stdout.isatty():
            print(
                f"Still running: curl {url}/orders?status=fulfilled   Ctrl-C stops everything.\n", flush=True
            )
            chamber.wait()
        return 0 if (fulfilled, failed) == (4, 1) else 1
    except KeyboardInterrupt:
        return 0
    finally:
        if chamber.poll() is None:
            os.kill(chamber.pid, signal.SIGINT)
            chamber.wait(20)


if __name__ == "__main__":
    raise SystemExit(main())
