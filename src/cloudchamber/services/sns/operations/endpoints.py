"""What may be subscribed to a topic: protocols, and the form of their endpoints.

https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
"""

from __future__ import annotations

import re

from cloudchamber.aws import Arn, AwsError
from cloudchamber.services.sns.errors import invalid
from cloudchamber.services.sns.model import Topic
from cloudchamber.services.sns.rules import messages

_PROTOCOLS = ("http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose")
_ARNS = {
    "application": ("sns", "endpoint/", "Application endpoint arn invalid:{}"),
    "lambda": ("lambda", "function:", "Lambda endpoint ARN"),
}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z")


def check_endpoint(topic: Topic, protocol: str, endpoint: str) -> None:
    """Raise AWS's error for an endpoint that may not be subscribed to this topic by this protocol."""
    if protocol not in _PROTOCOLS:
        raise invalid(f"Amazon SNS does not support this protocol string: {protocol}")
    if protocol == "firehose":
        raise AwsError(
            "NotImplemented", f"Subscriptions of {protocol} are not available in Cloud Chamber.", status=501
        )
    if topic.fifo and protocol != "sqs":
        raise invalid(f"Invalid protocol type: {protocol}")
    if protocol == "sqs":
        _check_queue(topic, endpoint)
    elif protocol in _ARNS:
        _check_arn(protocol, endpoint)
    elif protocol in ("http", "https"):
        if not endpoint.startswith(f"{protocol}://"):
            raise invalid("Endpoint must match the specified protocol")
    elif protocol == "sms":
        if not messages.is_phone_number(endpoint):
            raise invalid(f"Invalid SMS endpoint: {endpoint}")
    elif not _EMAIL.match(endpoint):
        raise invalid("Email address")


def _check_arn(protocol: str, endpoint: str) -> None:
    service, prefix, refusal = _ARNS[protocol]
    arn = Arn.parse(endpoint)
    if arn is None or arn.service != service or not arn.resource.startswith(prefix):
        raise invalid(refusal.format(endpoint))


def _check_queue(topic: Topic, endpoint: str) -> None:
    arn = Arn.parse(endpoint)
    if arn is None or arn.service != "sqs":
        raise invalid("SQS endpoint ARN")
    if arn.resource.endswith(".fifo") and not topic.fifo:
        raise invalid(
            "Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics"
        )


def owner_of(protocol: str, endpoint: str, account: str) -> str:
    """The account an endpoint belongs to: that of its ARN, else that of whoever subscribes."""
    arn = Arn.parse(endpoint) if protocol in ("application", "sqs", "lambda") else None
    return arn.account if arn else account
