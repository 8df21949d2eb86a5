"""What deliveries cost: patterns, fan-out, end-to-end latencies, and how fast mappings drain queues.

    python benchmarks/delivery.py [--only NAME]... [--quick]

`make bench` runs it after the calls. CPU is the server's own; the processes of functions are not counted.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import workloads
from benchmarks.load import REGION, Client, cpu_s, drive, json_call, rss_mb, signed
from benchmarks.servers import Process, chamber
from cloudchamber.languages.event_pattern import Matcher, compile_pattern

Row = tuple[str, str]
RELAY = """
import os, boto3
sqs = boto3.client("sqs")
def handler(event, context):
    for record in event["Records"]:
        sqs.send_message(QueueUrl=os.environ["RESULTS"], MessageBody="seen")
"""
SWALLOW = "def handler(event, context):\n    return None\n"
MATCHED_EVENTS = 3_000
LATENCY_SAMPLES = 300
DRAINED_MESSAGES = 100_000
BATCH_SIZE = 10


@contextmanager
def fresh() -> Iterator[Process]:
    """A chamber of its own, on disk."""
    with tempfile.TemporaryDirectory() as folder, chamber(folder) as server:
        yield server


# -- patterns


def patterns(scale: float) -> list[Row]:
    """Events held against many rules: each rule wants one of 1,000 customers and a price above its own bound."""
    rows: list[Row] = []
    for count in (1, 100, 10_000, 100_000):
        before_mb, began = rss_mb_here(), time.process_time()
        matcher = Matcher()
        for i in range(count):
            matcher.add(f"r{i}", compile_pattern(_pattern(i)))
        compile_s, used_mb = time.process_time() - began, rss_mb_here() - before_mb
        events = [_event(i) for i in range(round(MATCHED_EVENTS * scale))]
        began, found = time.process_time(), 0
        for event in events:
            found += len(matcher.matches(event))
        took = time.process_time() - began
        rows.append(
            (
                f"event pattern, {count:,} {'rule' if count == 1 else 'rules'}",
                f"{round(len(events) / took):,} events per CPU second, {found / len(events):.2f} rules matched each; "
                f"made in {compile_s:.2f} s, {max(0, used_mb):.0f} MB",
            )
        )
    return rows


def rss_mb_here() -> float:
    return rss_mb(os.getpid())


def _pattern(i: int) -> dict[str, Any]:
    detail = {"customer": [f"c{i}"], "price": [{"numeric": [">", i % 50]}]}
    return {"source": ["shop"], "detail-type": ["OrderPlaced"], "detail": detail}


def _event(i: int) -> dict[str, Any]:
    detail = {"customer": f"c{i % 1_000}", "price": 75, "items": [{"sku": "a"}, {"sku": "b"}]}
    return {
        "source": "shop",
        "detail-type": "OrderPlaced",
        "account": "1",
        "region": REGION,
        "detail": detail,
    }


def changing_rules(scale: float) -> list[Row]:
    """The first event after one rule was added to a bus that has 10,000."""
    count = round(10_000 * scale)
    with fresh() as server:
        make = workloads.put_events_rules(server.port, "large", count)
        first = drive(server.port, server.pid, make, 1, 1).p50_ms
        events, times = workloads.client("events", server.port), []
        for i in range(10):
            pattern = json.dumps({"source": ["s"], "detail": {"id": [-i]}})
            events.put_rule(Name=f"new{i}", EventBusName="large", EventPattern=pattern)
            times.append(drive(server.port, server.pid, make, 1, 1).p50_ms)
        return [
            (f"first PutEvents to a bus of {count:,} rules after a start", f"{first} ms"),
            (f"PutEvents after a rule was added to {count:,}", f"{statistics.median(times)} ms"),
        ]


# -- fan-out


def fan_out(scale: float) -> list[Row]:
    """Publish to so many queues."""
    rows: list[Row] = []
    for count in (1, 10, 100):
        with fresh() as server:
            sns = workloads.client("sns", server.port)
            topic = sns.create_topic(Name="fan")["TopicArn"]
            for i in range(count):
                endpoint = workloads.queue(server.port, f"fan-{i}")[1]
                sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=endpoint)
            body = f"Action=Publish&Version=2010-03-31&TopicArn={topic}&Message={'x' * 200}".encode()
            headers = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
            request = signed("POST", "/", "sns", headers, body, server.port)
            calls = max(100, round(40_000 * scale / (count + 9)))
            drive(server.port, server.pid, lambda i, r=request: r, calls // 10, 8)
            cpu_us = drive(server.port, server.pid, lambda i, r=request: r, calls, 8).cpu_us
            figures = f"{cpu_us:,.0f} µs CPU a publish, {cpu_us / count:,.1f} µs a delivery"
            rows.append((f"Publish to {count} {'queue' if count == 1 else 'queues'}", figures))
    return rows


# -- end to end


def latencies(scale: float) -> list[Row]:
    """From the call to the effect in another queue, one at a time; the function makes one call with boto3."""
    count = max(20, round(LATENCY_SAMPLES * scale))
    rows: list[Row] = []
    for name, prepare in (
        ("SendMessage to the effect of its function", _from_queue),
        ("PutItem to the effect of its stream's function", _from_table),
        ("PutEvents to the message in its target", _from_bus),
    ):
        with fresh() as server:
            results, _ = workloads.queue(server.port, "results")
            request = prepare(server.port, results)
            took = [_until_seen(server, request(i), results) for i in range(count + 20)][20:]
            ordered = sorted(took)
            figures = (
                f"median {statistics.median(ordered):.1f} ms, p99 {ordered[int(len(ordered) * 0.99)]:.1f} ms"
            )
            rows.append((name, figures))
    return rows


def _until_seen(server: Process, request: bytes, results: str) -> float:
    """Milliseconds from sending `request` until a long poll of the results, begun before, is answered."""
    poll, sender = Client(server.port), Client(server.port)
    body = json.dumps({"QueueUrl": results, "WaitTimeSeconds": 20}).encode()
    poll.send(json_call("sqs", "AmazonSQS.ReceiveMessage", server.port, body))
    time.sleep(0.005)
    began = time.perf_counter()
    sender.send(request)
    answer = poll.whole_answer()
    took_ms = (time.perf_counter() - began) * 1e3
    sender.whole_answer()
    message = json.loads(answer.partition(b"\r\n\r\n")[2])["Messages"][0]
    body = json.dumps({"QueueUrl": results, "ReceiptHandle": message["ReceiptHandle"]}).encode()
    sender.send(json_call("sqs", "AmazonSQS.DeleteMessage", server.port, body))
    sender.whole_answer()
    poll.sock.close()
    sender.sock.close()
    return took_ms


def _mapping(port: int, source: str, function: str, **members: Any) -> str:
    request = {"EventSourceArn": source, "FunctionName": function, **members}
    return workloads.client("lambda", port).create_event_source_mapping(**request)["UUID"]


def _relay(port: int, results: str) -> None:
    workloads.function(port, "relay", RELAY, environment={"RESULTS": results})


def _from_queue(port: int, results: str) -> Callable[[int], bytes]:
    url, arn = workloads.queue(port, "source")
    _relay(port, results)
    _mapping(port, arn, "relay")
    body = json.dumps({"QueueUrl": url, "MessageBody": "x" * 200}).encode()
    return lambda i: json_call("sqs", "AmazonSQS.SendMessage", port, body)


def _from_table(port: int, results: str) -> Callable[[int], bytes]:
    _relay(port, results)
    made = workloads.client("dynamodb", port).create_table(
        TableName="source",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    _mapping(port, made["TableDescription"]["LatestStreamArn"], "relay", StartingPosition="TRIM_HORIZON")

    def request(i: int) -> bytes:
        body = json.dumps({"TableName": "source", "Item": {"id": {"S": str(i)}}}).encode()
        return json_call("dynamodb", "DynamoDB_20120810.PutItem", port, body)

    return request


def _from_bus(port: int, results: str) -> Callable[[int], bytes]:
    events = workloads.client("events", port)
    arn = f"arn:aws:sqs:{REGION}:{workloads.KEY}:results"
    events.put_rule(Name="all", EventPattern='{"source": ["s"]}')
    events.put_targets(Rule="all", Targets=[{"Id": "t", "Arn": arn}])
    body = json.dumps({"Entries": [{"Source": "s", "DetailType": "t", "Detail": '{"id": 1}'}]}).encode()
    return lambda i: json_call("events", "AWSEvents.PutEvents", port, body)


# -- throughput


def draining(scale: float) -> list[Row]:
    """Messages that wait behind a disabled mapping, then taken in batches of ten by so many functions at once."""
    rows: list[Row] = []
    for who, concurrency, count in (
        ("one function", 1, DRAINED_MESSAGES // 5),
        ("50 functions", 50, DRAINED_MESSAGES // 5),
        ("as many functions as the mapping wants", None, DRAINED_MESSAGES),
    ):
        total = round(count * scale)
        with fresh() as server:
            took_s, cpu_us = _drained(server, concurrency, total)
        what = f"{total:,} waiting messages drained by {who}, in batches of {BATCH_SIZE}"
        rows.append((what, f"{total / took_s:,.0f} messages/s, {cpu_us:,.0f} µs CPU each"))
    return rows


def _drained(server: Process, concurrency: int | None, total: int) -> tuple[float, float]:
    """Seconds until the queue is empty, and the server's CPU microseconds for each message."""
    port = server.port
    url, arn = workloads.queue(port, "source")
    aws = workloads.client("lambda", port)
    workloads.function(port, "swallow", SWALLOW)
    if concurrency:
        aws.put_function_concurrency(FunctionName="swallow", ReservedConcurrentExecutions=concurrency)
    members = (
        {"ScalingConfig": {"MaximumConcurrency": concurrency}} if concurrency and concurrency > 1 else {}
    )
    uuid = _mapping(port, arn, "swallow", BatchSize=BATCH_SIZE, Enabled=False, **members)
    entries = [{"Id": str(i), "MessageBody": "x" * 200} for i in range(10)]
    body = json.dumps({"QueueUrl": url, "Entries": entries}).encode()
    request = json_call("sqs", "AmazonSQS.SendMessageBatch", port, body)
    drive(port, server.pid, lambda i: request, total // 10, 8)
    began, cpu = time.perf_counter(), cpu_s(server.pid)
    aws.update_event_source_mapping(UUID=uuid, Enabled=True)
    while _left(port, url):
        time.sleep(0.1)
    return time.perf_counter() - began, (cpu_s(server.pid) - cpu) / total * 1e6


def _left(port: int, url: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = workloads.client("sqs", port).get_queue_attributes(QueueUrl=url, AttributeNames=names)
    return sum(map(int, found["Attributes"].values()))


BENCHMARKS: dict[str, Callable[[float], list[Row]]] = {
    "patterns": patterns,
    "changing-rules": changing_rules,
    "fan-out": fan_out,
    "latencies": latencies,
    "draining": draining,
}


def table(names: list[str], scale: float) -> list[str]:
    """The figures of these benchmarks as lines of a table, printed as they come."""
    lines = ["| delivery | | alone: `python benchmarks/delivery.py` |", "|---|---|---|"]
    for name in names:
        for what, figures in BENCHMARKS[name](scale):
            lines.append(f"| {what} | {figures} | `--only {name}` |")
            print(lines[-1], flush=True)
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--only", action="append", choices=list(BENCHMARKS), help="one of them; may be repeated"
    )
    parser.add_argument("--quick", action="store_true", help="a tenth of the work")
    args = parser.parse_args()
    table(args.only or list(BENCHMARKS), 0.1 if args.quick else 1.0)


if __name__ == "__main__":
    main()
