"""What the outbox runs for SNS."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import unquote, urlsplit

from cloudchamber.aws import Arn, AwsError, Context
from cloudchamber.aws.outgoing import Answer, NoAnswer, send
from cloudchamber.services.sns import limits
from cloudchamber.services.sns.errors import NotFoundException
from cloudchamber.services.sns.model import Captured
from cloudchamber.services.sns.operations.envelopes import PRINCIPAL
from cloudchamber.services.sns.operations.statuses import put_status
from cloudchamber.services.sns.records import CAPTURED, subscription_at


async def post_message(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """POST a message to an HTTP endpoint. Meant while its subscription exists.

    No answer, 1xx, 429 and 5xx are tried again; what the endpoint itself refuses is not.
    https://docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.prepare.html
    """
    arn = request["SubscriptionArn"]
    if arn and not await ctx.transact(lambda ctx: _exists(ctx, arn)):
        return {}
    try:
        answer = await _posted(ctx, request)
    except NoAnswer as error:
        code = "RequestTimeout" if error.timed_out else "ConnectionFailed"
        raise AwsError(code, str(error), status=503) from None
    if not 200 <= answer.status < 300:
        again = answer.status < 200 or answer.status == 429 or answer.status >= 500
        message = f"{request['Url']} answered with status {answer.status}"
        raise AwsError(str(answer.status), message, status=500 if again else 400)
    return {"StatusCode": answer.status}


async def _posted(ctx: Context, request: dict[str, Any]) -> Answer:
    """The answer; an endpoint whose URL has a user and password gets them when it asks for them (Basic)."""
    url, headers, body = request["Url"], request["Headers"], request["Body"].encode()
    answer = await send(ctx, "POST", url, headers, body, timeout_s=limits.HTTP_TIMEOUT_S)
    parts = urlsplit(url)
    if answer.status != 401 or not parts.username:
        return answer
    user = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    headers = [*headers, ("Authorization", f"Basic {base64.b64encode(user.encode()).decode()}")]
    return await send(ctx, "POST", url, headers, body, timeout_s=limits.HTTP_TIMEOUT_S)


def _exists(ctx: Context, arn: str) -> bool:
    try:
        subscription_at(ctx, arn)
    except NotFoundException:
        return False
    return True


def dead_letter(ctx: Context, request: dict[str, Any]) -> None:
    """Send a message that could not be delivered to its subscription's dead-letter queue, with the last error.

    https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html
    """
    arn, failure = Arn.parse(request["QueueArn"]), request["Failure"]
    assert arn is not None, "a dead-letter queue's ARN is checked when it is set"
    message = dict(request["Message"])
    message["QueueUrl"] = f"{ctx.base_url}/{arn.account}/{arn.resource}"
    message["MessageAttributes"] = message.get("MessageAttributes", {}) | {
        "RequestID": {"DataType": "String", "StringValue": ctx.request_id},
        "ErrorCode": {"DataType": "String", "StringValue": _status_of(failure)},
        "ErrorMessage": {"DataType": "String", "StringValue": failure["Message"] or failure["Code"]},
    }
    ctx.join("sqs", "SendMessage", message, account=arn.account, region=arn.region, principal=PRINCIPAL)


def _status_of(failure: dict[str, Any]) -> str:
    """The status of the last attempt: the HTTP endpoint's own, else by whose fault it failed."""
    if failure["Code"].isdigit():
        return failure["Code"]
    return "500" if failure["Condition"] != "NoRetry" else "400"


def give_up(ctx: Context, request: dict[str, Any]) -> None:
    """The same for a topic that wants the status of its deliveries: it is written, and the message kept where it may be."""
    status, failure = request["Status"], request["Failure"]
    if status["Failure"]:
        code, reply = int(_status_of(failure)), failure["Message"] or failure["Code"]
        put_status(ctx, status, "FAILURE", code, reply, attempts=failure["Attempts"])
    if request["DeadLetter"]:
        dead_letter(ctx, request["DeadLetter"] | {"Failure": failure})


def capture_message(ctx: Context, request: dict[str, Any]) -> None:
    """Keep what would be sent to a person."""
    captured = Captured(
        ctx.now_ms,
        request["Protocol"],
        request["Endpoint"],
        request["MessageId"],
        request["Subject"],
        request["Message"],
    )
    CAPTURED.put(ctx, captured, ctx.serial())


def list_captured_messages(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """What was kept instead of sent, oldest first."""
    return {
        "Messages": [
            {
                "Protocol": each.protocol,
                "Endpoint": each.endpoint,
                "MessageId": each.message_id,
                "Subject": each.subject,
                "Message": each.message,
            }
            for each in CAPTURED.values(ctx)
        ]
    }
