"""Custom resources: a function or a topic of the user makes them, and answers at a URL.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context, Made
from cloudchamber.languages.cloudformation.strings import text_of
from cloudchamber.services.cloudformation import limits
from cloudchamber.services.cloudformation.model import Callback
from cloudchamber.services.cloudformation.records import CALLBACKS
from cloudchamber.services.cloudformation.tasks.callbacks import url_of, wait_for
from cloudchamber.services.cloudformation.tasks.kinds import Cancelled, Failed, Step

_NO_ANSWER = (
    "CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId [{}]. "
    "If you are using the Python cfn-response module, you may need to update your Lambda function code so that "
    "CloudFormation can attach the updated version."
)


class Custom:
    """A `Custom::...` or `AWS::CloudFormation::CustomResource`."""

    inert = False
    updatable = True
    replaced_by = frozenset({"ServiceToken"})

    async def create(self, ctx: Context, step: Step, properties: dict[str, Any]) -> Made:
        """Send a Create request and wait for its answer."""
        physical_id = step.logical.name()
        try:
            answer = await _ask(ctx, step, "Create", properties)
        except Cancelled:
            raise Failed("", physical_id) from None
        except Failed as failed:
            raise Failed(failed.reason, physical_id) from None
        return _made(answer, step, physical_id)

    async def update(self, ctx: Context, step: Step, properties: dict[str, Any], old: dict[str, Any]) -> Made:
        """Send an Update request. Another PhysicalResourceId in its answer means that the resource was replaced."""
        more = {"PhysicalResourceId": step.resource.physical_id, "OldResourceProperties": _texts(old)}
        answer = await _ask(ctx, step, "Update", properties, more)
        return _made(answer, step, step.resource.physical_id)

    async def delete(self, ctx: Context, step: Step, physical_id: str, properties: dict[str, Any]) -> None:
        """Send a Delete request."""
        answer = await _ask(ctx, step, "Delete", properties, {"PhysicalResourceId": physical_id})
        _made(answer, step, physical_id)


def _made(answer: dict[str, Any], step: Step, default_id: str) -> Made:
    given = str(answer.get("PhysicalResourceId") or "")
    if answer.get("Status") == "SUCCESS":
        if not given and not step.resource.physical_id:
            raise Failed("Invalid PhysicalResourceId", default_id)
        return Made(given or default_id, answer.get("Data") or {})
    reason = str(answer.get("Reason") or "Unknown")
    if answer.get("Undelivered"):
        raise Failed(reason)
    raise Failed(
        f"Received response status [FAILED] from custom resource. Message returned: {reason} (RequestId: {step.work_id})",
        given or default_id,
    )


def _texts(value: Any) -> Any:
    """Properties as the request carries them: every scalar is text."""
    if isinstance(value, dict):
        return {key: _texts(held) for key, held in value.items()}
    if isinstance(value, list):
        return [_texts(held) for held in value]
    return text_of(value)


async def _ask(
    ctx: Context,
    step: Step,
    request_type: str,
    properties: dict[str, Any],
    more: dict[str, Any] | None = None,
) -> dict[str, Any]:
    token = f"{step.work_id}-{step.resource.logical_id}-{request_type}".lower()
    request = {
        "RequestType": request_type,
        "ServiceToken": properties["ServiceToken"],
        "ResponseURL": url_of(ctx, token),
        "StackId": step.stack.stack_id,
        "RequestId": step.work_id,
        "LogicalResourceId": step.resource.logical_id,
        "ResourceType": step.resource.type,
        "ResourceProperties": _texts({k: v for k, v in properties.items() if k != "ServiceTimeout"}),
        **(more or {}),
    }
    timeout_s = int(properties.get("ServiceTimeout") or limits.CUSTOM_RESOURCE_TIMEOUT_S_DEFAULT)
    await ctx.transact(lambda ctx: _send_once(ctx, step, token, request, timeout_s))
    callback = await wait_for(
        ctx, token, lambda callback: bool(callback.answers), timed_out=_NO_ANSWER.format(step.work_id)
    )
    return next(iter(callback.answers.values()))


def _send_once(ctx: Context, step: Step, token: str, request: dict[str, Any], timeout_s: int) -> None:
    """The callback and the request's delivery are one commit: an attempt that follows a crash only waits on."""
    if CALLBACKS.has(ctx, token):
        return
    callback = Callback(
        ctx.account,
        ctx.region,
        step.stack.stack_id,
        step.resource.logical_id,
        step.work_id,
        ctx.now_ms + timeout_s * 1000,
    )
    CALLBACKS.put(ctx, callback, token)
    service_token, document = str(request["ServiceToken"]), msgspec.json.encode(request)
    principal, failed = "cloudformation.amazonaws.com", ("fail_callback", {"Token": token})
    if ":sns:" in service_token:
        message = {
            "TopicArn": service_token,
            "Message": document.decode(),
            "Subject": "AWS CloudFormation custom resource request",
        }
        ctx.later("sns", "Publish", message, on_exhausted=failed, principal=principal)
    else:
        invocation = {"FunctionName": service_token, "InvocationType": "Event", "Payload": document}
        ctx.later("lambda", "Invoke", invocation, on_exhausted=failed, principal=principal)
