"""Queue URLs, ARNs and names: how a request says which queue it means."""

from __future__ import annotations

import re
from typing import Any

from cloudchamber.aws import Arn, Context
from cloudchamber.services.sqs.errors import InvalidAddress, MissingParameter, QueueDoesNotExist
from cloudchamber.services.sqs.model import Queue
from cloudchamber.services.sqs.records import queue_named

_PATH = re.compile(
    r"(?:https?://[^/]+)?(?:/queue/(?P<region>[a-z0-9-]+))?/(?P<account>\d{12})/(?P<name>[\w-]{1,80}(?:\.fifo)?)/?\Z"
)


def url_of(ctx: Context, name: str) -> str:
    """The queue's URL on this chamber. It names the region where that is not the default one."""
    where = "" if ctx.region == "us-east-1" else f"/queue/{ctx.region}"
    return f"{ctx.base_url}{where}/{ctx.account}/{name}"


def arn_of(ctx: Context, name: str) -> str:
    """The queue's ARN."""
    return ctx.arn(name)


def queue_in(ctx: Context, request: dict[str, Any]) -> tuple[Context, Queue]:
    """The queue that `QueueUrl` means (a URL, or a bare name), with the context of its account and region."""
    url = request.get("QueueUrl")
    if not url:
        raise MissingParameter("The request must contain the parameter QueueUrl.")
    match = _PATH.match(url)
    if match:
        if match["account"] != ctx.account or match["region"]:
            ctx = ctx.elsewhere(account=match["account"], region=match["region"])
        return ctx, queue_named(ctx, match["name"])
    if "/" in url:
        raise InvalidAddress(f"The address {url} is not valid for this endpoint.")
    return ctx, queue_named(ctx, url)


def queue_of_arn(ctx: Context, text: str) -> tuple[Context, Queue] | None:
    """The queue of an ARN, with the context of its account and region; None when there is none."""
    arn = Arn.parse(text)
    if arn is None or arn.service != "sqs":
        return None
    elsewhere = ctx.elsewhere(account=arn.account, region=arn.region)
    try:
        return elsewhere, queue_named(elsewhere, arn.resource)
    except QueueDoesNotExist:
        return None
