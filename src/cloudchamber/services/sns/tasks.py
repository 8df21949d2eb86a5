"""What the outbox runs for SNS."""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Arn, Context
from cloudchamber.services.sns.model import Captured
from cloudchamber.services.sns.operations.deliveries import PRINCIPAL
from cloudchamber.services.sns.records import CAPTURED


def dead_letter(ctx: Context, request: dict[str, Any]) -> None:
    """Send a message that could not be delivered to its subscription's dead-letter queue, with the last error.

    https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html
    """
    arn, failure = Arn.parse(request["QueueArn"]), request["Failure"]
    assert arn is not None, "a dead-letter queue's ARN is checked when it is set"
    status = "500" if failure["Condition"] != "NoRetry" else "400"
    message = dict(request["Message"])
    message["QueueUrl"] = f"{ctx.base_url}/{arn.account}/{arn.resource}"
    message["MessageAttributes"] = message.get("MessageAttributes", {}) | {
        "RequestID": {"DataType": "String", "StringValue": ctx.request_id},
        "ErrorCode": {"DataType": "String", "StringValue": status},
        "ErrorMessage": {"DataType": "String", "StringValue": failure["Message"] or failure["Code"]},
    }
    ctx.join("sqs", "SendMessage", message, account=arn.account, region=arn.region, principal=PRINCIPAL)


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
