"""Delivery status: what became of each delivery, written to CloudWatch Logs for the protocols for which a topic asks for it.

https://docs.aws.amazon.com/sns/latest/dg/sns-topic-attributes.html
"""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from cloudchamber.aws import AwsError, Context
from cloudchamber.services.sns.model import Message, Subscription, Topic
from cloudchamber.services.sns.operations.envelopes import PRINCIPAL, timestamp

_PREFIXES = {"application": "Application", "http": "HTTP", "https": "HTTP", "lambda": "Lambda", "sqs": "SQS"}
_PERCENT = 100
_KNOWN = ("ResourceAlreadyExistsException",)


def status_wanted(ctx: Context, topic: Topic, subscription: Subscription, message: Message) -> dict[str, Any]:
    """What is needed to write the status of one delivery; empty when the topic does not ask for it.

    `Success` and `Failure` say which of the two is written: of successes the share that the topic samples.
    """
    prefix = _PREFIXES[subscription.protocol]
    attributes = topic.attributes
    success = f"{prefix}SuccessFeedbackRoleArn" in attributes
    failure = f"{prefix}FailureFeedbackRoleArn" in attributes
    if not success and not failure:
        return {}
    rate = int(attributes.get(f"{prefix}SuccessFeedbackSampleRate", _PERCENT))
    body = message.body(subscription.protocol)
    return {
        "Group": f"sns/{ctx.region}/{ctx.account}/{topic.name}",
        "Success": success and ctx.ids.below(_PERCENT) < rate,
        "Failure": failure,
        "PublishedAtMs": message.published_at_ms,
        "Notification": {
            "messageMD5Sum": hashlib.md5(body.encode(), usedforsecurity=False).hexdigest(),
            "messageId": message.id,
            "topicArn": message.topic_arn,
            "timestamp": timestamp(message.published_at_ms).replace("T", " ").removesuffix("Z"),
        },
        "Destination": subscription.endpoint,
    }


def put_delivery(
    ctx: Context,
    status: dict[str, Any],
    call: tuple[str, str, dict[str, Any]],
    on_exhausted: tuple[str, dict[str, Any]] | None,
    **words: Any,
) -> None:
    """Put a delivery into the outbox as `ctx.later` does, with its status written where that is wanted."""
    service, operation, request = call
    if not status:
        ctx.later(service, operation, request, on_exhausted=on_exhausted, principal=PRINCIPAL, **words)
        return
    there = {name: words.pop(name, getattr(ctx, name)) for name in ("account", "region")}
    watched = {
        "Service": service,
        "Operation": operation,
        "Request": request,
        "There": there,
        "Status": status,
    }
    gave_up = {"Status": status, "DeadLetter": on_exhausted[1] if on_exhausted else None}
    ctx.later(
        "sns", "deliver_watched", watched, on_exhausted=("give_up", gave_up), principal=PRINCIPAL, **words
    )


async def deliver_watched(ctx: Context, request: dict[str, Any]) -> None:
    """A task: make a delivery, and have its success written."""
    answer = await ctx.call(
        request["Service"], request["Operation"], request["Request"], principal=PRINCIPAL, **request["There"]
    )
    status = request["Status"]
    if status["Success"]:
        code = answer.get("StatusCode", 200)
        reply = {name: each for name, each in answer.items() if isinstance(each, str | int)}
        text = msgspec.json.encode(reply).decode()
        await ctx.transact(lambda ctx: put_status(ctx, status, "SUCCESS", code, text))


def put_status(
    ctx: Context, status: dict[str, Any], outcome: str, code: int, reply: str, **more: Any
) -> None:
    """Have a status written, which must not disturb the delivery."""
    delivery = {
        "deliveryId": ctx.ids.uuid(),
        "destination": status["Destination"],
        "providerResponse": reply,
        "dwellTimeMs": ctx.now_ms - status["PublishedAtMs"],
        "statusCode": code,
    }
    line = {"notification": status["Notification"], "delivery": delivery | more, "status": outcome}
    group = status["Group"] + ("" if outcome == "SUCCESS" else "/Failure")
    request = {"Group": group, "AtMs": ctx.now_ms, "Line": msgspec.json.encode(line).decode()}
    ctx.later("sns", "write_status", request, principal=PRINCIPAL)


async def write_status(ctx: Context, request: dict[str, Any]) -> None:
    """A task: write one line into a topic's log group, which is made when there is none."""
    stream = timestamp(request["AtMs"])[:10]
    names = {"logGroupName": request["Group"], "logStreamName": stream}
    group = {"logGroupName": request["Group"]}
    for operation, wanted in (("CreateLogGroup", group), ("CreateLogStream", names)):
        try:
            await ctx.call("logs", operation, wanted, principal=PRINCIPAL)
        except AwsError as error:
            if error.code not in _KNOWN:
                raise
    events = [{"timestamp": request["AtMs"], "message": request["Line"]}]
    await ctx.call("logs", "PutLogEvents", names | {"logEvents": events}, principal=PRINCIPAL)
