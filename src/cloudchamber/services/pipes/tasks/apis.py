"""Requests to REST and HTTP APIs: through the chamber's own port, as anybody else's.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-gateway-target.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import AwsError, Context, Trace
from cloudchamber.aws.outgoing import NoAnswer, send
from cloudchamber.services.pipes import limits
from cloudchamber.services.pipes.errors import InvocationFailed
from cloudchamber.services.pipes.rules.targets import PRINCIPAL


async def ask_api(ctx: Context, method: str, request: dict[str, Any], trace: Trace) -> dict[str, Any]:
    """Send a request to an API; gives the `Body` of its answer. Raises InvocationFailed unless that is a success.

    The request counts as signed, which is all that APIs here ask of one with IAM authorization.
    """
    url = ctx.base_url + request["Path"]
    own = {
        "content-type": "application/json",
        "authorization": f"AWS4-HMAC-SHA256 Credential={PRINCIPAL}",
        "x-amzn-trace-id": trace.header(),
    }
    headers = own | {name.lower(): value for name, value in request["Headers"].items()}
    try:
        answer = await send(
            ctx, method, url, headers.items(), request["Body"].encode(), timeout_s=limits.API_TIMEOUT_S
        )
    except NoAnswer as error:
        if error.timed_out:
            raise InvocationFailed(f"API Gateway: {error}") from None
        raise AwsError("ConnectionFailed", f"API Gateway: {error}", status=503) from None
    if not 200 <= answer.status < 300:
        raise InvocationFailed(f"API Gateway answered with status {answer.status}.")
    return {"Body": answer.body}
