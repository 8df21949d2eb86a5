"""What is around an application's functions: read once, after it was deployed, through AWS's own calls."""

from __future__ import annotations

import re
from typing import Any

from cloudchamber.aws.session import Session
from cloudchamber.aws.striking import function_of
from cloudchamber.verify.layout import pages
from cloudchamber.verify.points import Surroundings


async def surroundings(aws: Session, resources: list[dict[str, Any]]) -> Surroundings:
    """The functions of a stack, and the queues and Kinesis streams that they read."""
    functions = tuple(
        resource["PhysicalResourceId"]
        for resource in resources
        if resource["ResourceType"] == "AWS::Lambda::Function"
    )
    queues: dict[str, tuple[str, ...]] = {}
    late_ms: dict[str, int] = {}
    unordered: set[str] = set()
    for mapping in await pages(aws, "lambda", "ListEventSourceMappings", {}, "EventSourceMappings"):
        source, function = mapping["EventSourceArn"], function_of(mapping["FunctionArn"])
        queue = re.split("[:/]", source)[-1]
        if ":sqs:" not in source and ":kinesis:" not in source:
            continue
        queues[queue] = (*queues.get(queue, ()), function)
        if ":sqs:" in source:
            late_ms[function] = 1000 + 1000 * await _visibility_s(aws, queue)
            if not queue.endswith(".fifo"):
                unordered.add(queue)
    return Surroundings(functions, queues, late_ms, frozenset(unordered))


async def _visibility_s(aws: Session, queue: str) -> int:
    url = (await aws.call("sqs", "GetQueueUrl", {"QueueName": queue}))["QueueUrl"]
    request = {"QueueUrl": url, "AttributeNames": ["VisibilityTimeout"]}
    return int((await aws.call("sqs", "GetQueueAttributes", request))["Attributes"]["VisibilityTimeout"])
