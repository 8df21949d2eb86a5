"""What is measured: each workload makes its resources and gives the requests to send."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import boto3
from botocore.config import Config

from benchmarks.load import KEY, REGION, SECRET, json_call, signed

Make = Callable[[int], bytes]
ROLE = f"arn:aws:iam::{KEY}:role/bench"
ECHO = 'def handler(event, context):\n    return {"n": event.get("n", 0)}\n'
PONG = 'def handler(event, context):\n    return {"statusCode": 200, "body": "pong"}\n'
NODE = "exports.handler = async (event) => ({ n: event.n });\n"


def client(service: str, port: int) -> Any:
    """A boto3 client of the chamber at that port."""
    return boto3.client(
        service, endpoint_url=f"http://127.0.0.1:{port}", region_name=REGION, aws_access_key_id=KEY,
        aws_secret_access_key=SECRET, config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
    )  # fmt: skip


def queue(port: int, name: str) -> tuple[str, str]:
    """A new queue's URL and ARN."""
    url = client("sqs", port).create_queue(QueueName=name)["QueueUrl"]
    return url, f"arn:aws:sqs:{REGION}:{KEY}:{name}"


def send_message(port: int) -> Make:
    url, _ = queue(port, "send")
    body = json.dumps({"QueueUrl": url, "MessageBody": "x" * 200}).encode()
    request = json_call("sqs", "AmazonSQS.SendMessage", port, body)
    return lambda i: request


def receive_message_10(port: int) -> Make:
    url, _ = queue(port, "receive")
    sqs = client("sqs", port)
    for _ in range(3_000):
        sqs.send_message_batch(
            QueueUrl=url, Entries=[{"Id": str(i), "MessageBody": "x" * 200} for i in range(10)]
        )
    body = json.dumps({"QueueUrl": url, "MaxNumberOfMessages": 10}).encode()
    request = json_call("sqs", "AmazonSQS.ReceiveMessage", port, body)
    return lambda i: request


def _table(port: int, name: str) -> None:
    client("dynamodb", port).create_table(
        TableName=name, BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "N"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    )  # fmt: skip


def _item(i: int) -> dict[str, Any]:
    return {"pk": {"S": f"p{i % 400}"}, "sk": {"N": str(i // 400)}, "a": {"S": "x" * 900}, "n": {"N": "1"}}


def _dynamodb(port: int, operation: str, body: dict[str, Any]) -> bytes:
    return json_call("dynamodb", f"DynamoDB_20120810.{operation}", port, json.dumps(body).encode())


def _filled_table(port: int, name: str) -> None:
    _table(port, name)
    dynamodb = client("dynamodb", port)
    for start in range(0, 4_000, 25):
        puts = [{"PutRequest": {"Item": _item(i)}} for i in range(start, start + 25)]
        dynamodb.batch_write_item(RequestItems={name: puts})


def put_item_1kb(port: int) -> Make:
    _table(port, "put")
    return lambda i: _dynamodb(port, "PutItem", {"TableName": "put", "Item": _item(i)})


def get_item(port: int) -> Make:
    _filled_table(port, "get")
    return lambda i: _dynamodb(
        port, "GetItem", {"TableName": "get", "Key": {"pk": {"S": f"p{i % 400}"}, "sk": {"N": str(i // 400)}}}
    )


def query_10(port: int) -> Make:
    _filled_table(port, "query")
    return lambda i: _dynamodb(
        port, "Query",
        {"TableName": "query", "KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": f"p{i % 400}"}}},
    )  # fmt: skip


def update_item(port: int) -> Make:
    _filled_table(port, "update")
    return lambda i: _dynamodb(
        port, "UpdateItem",
        {"TableName": "update", "Key": {"pk": {"S": f"p{i % 400}"}, "sk": {"N": str(i // 400)}},
         "UpdateExpression": "SET n = n + :one", "ExpressionAttributeValues": {":one": {"N": "1"}}},
    )  # fmt: skip


def publish_to_3_queues(port: int) -> Make:
    sns = client("sns", port)
    topic = sns.create_topic(Name="fanout")["TopicArn"]
    for i in range(3):
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue(port, f"fanout-{i}")[1])
    body = f"Action=Publish&Version=2010-03-31&TopicArn={topic}&Message={'x' * 200}".encode()
    headers = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    request = signed("POST", "/", "sns", headers, body, port)
    return lambda i: request


def put_events_rules(port: int, name: str, count: int) -> Make:
    """Events on a new bus with so many rules, one of which each of them matches."""
    events = client("events", port)
    _, arn = queue(port, f"{name}-target")
    events.create_event_bus(Name=name)
    for i in range(count):
        events.put_rule(
            Name=f"r{i}", EventBusName=name, EventPattern=json.dumps({"source": ["s"], "detail": {"id": [i]}})
        )
        events.put_targets(Rule=f"r{i}", EventBusName=name, Targets=[{"Id": "t", "Arn": arn}])
    entry = {
        "EventBusName": name,
        "Source": "s",
        "DetailType": "t",
        "Detail": json.dumps({"id": 0, "text": "x" * 200}),
    }
    request = json_call("events", "AWSEvents.PutEvents", port, json.dumps({"Entries": [entry]}).encode())
    return lambda i: request


def put_events_1_rule(port: int) -> Make:
    return put_events_rules(port, "one", 1)


def put_events_200_rules(port: int) -> Make:
    return put_events_rules(port, "many", 200)


def function(
    port: int,
    name: str,
    code: str,
    runtime: str = "python3.12",
    environment: dict[str, str] | None = None,
) -> str:
    """A new function of one file; its ARN."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("index.js" if runtime.startswith("node") else "app.py", code)
    handler = "index.handler" if runtime.startswith("node") else "app.handler"
    made = client("lambda", port).create_function(
        FunctionName=name,
        Runtime=runtime,
        Handler=handler,
        Role=ROLE,
        Timeout=30,
        Environment={"Variables": environment or {}},
        Code={"ZipFile": buffer.getvalue()},
    )
    return made["FunctionArn"]


def invoke_request(port: int, name: str) -> bytes:
    """A synchronous Invoke."""
    headers = {"content-type": "application/json"}
    return signed("POST", f"/2015-03-31/functions/{name}/invocations", "lambda", headers, b'{"n": 1}', port)


def invoke_warm(port: int) -> Make:
    function(port, "warm", ECHO)
    request = invoke_request(port, "warm")
    return lambda i: request


def http_api_to_function(port: int) -> Make:
    arn = function(port, "pong", PONG)
    api = client("apigatewayv2", port).create_api(Name="pong", ProtocolType="HTTP", Target=arn)["ApiId"]
    host = f"{api}.execute-api.{REGION}.amazonaws.com"
    request = f"GET / HTTP/1.1\r\nhost: {host}\r\n\r\n".encode()
    return lambda i: request


WORKLOADS: dict[str, tuple[Callable[[int], Make], int]] = {
    "SendMessage": (send_message, 20_000),
    "ReceiveMessage of 10": (receive_message_10, 2_500),
    "PutItem 1 KB": (put_item_1kb, 12_000),
    "GetItem": (get_item, 20_000),
    "Query of 10": (query_10, 10_000),
    "UpdateItem": (update_item, 12_000),
    "Publish to 3 queues": (publish_to_3_queues, 6_000),
    "PutEvents, 1 rule": (put_events_1_rule, 8_000),
    "PutEvents, 200 rules": (put_events_200_rules, 8_000),
    "Invoke, warm": (invoke_warm, 4_000),
    "HTTP API to a function": (http_api_to_function, 4_000),
}
