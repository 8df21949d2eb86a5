"""AddPermission and RemovePermission: statements of the queue's policy, by label."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.sqs import limits
from cloudchamber.services.sqs.errors import InvalidParameterValue, MissingParameter, OverLimit
from cloudchamber.services.sqs.model import Queue
from cloudchamber.services.sqs.operations.urls import arn_of, queue_in
from cloudchamber.services.sqs.records import QUEUES

_ACTIONS = {
    "*", "SendMessage", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "GetQueueAttributes", "GetQueueUrl",
    "ListDeadLetterSourceQueues", "PurgeQueue",
}  # fmt: skip


def add_permission(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_AddPermission.html"""
    ctx, queue = queue_in(ctx, request)
    label, accounts, actions = (
        request["Label"],
        request.get("AWSAccountIds") or [],
        request.get("Actions") or [],
    )
    for member, values in (("AWSAccountIds", accounts), ("Actions", actions)):
        if not values:
            raise MissingParameter(f"The request must contain the parameter {member}.")
    unknown = [action for action in actions if action not in _ACTIONS]
    if unknown:
        raise InvalidParameterValue(
            f"Value SQS:{unknown[0]} for parameter ActionName is invalid. "
            "Reason: Please refer to the appropriate WSDL for a list of valid actions."
        )
    if len(actions) > limits.ACTIONS_PER_STATEMENT_MAX:
        raise OverLimit(
            f"{len(actions)} Actions were found, maximum allowed is {limits.ACTIONS_PER_STATEMENT_MAX}."
        )
    policy = _policy(ctx, queue)
    if any(statement.get("Sid") == label for statement in policy["Statement"]):
        raise InvalidParameterValue(f"Value {label} for parameter Label is invalid. Reason: Already exists.")
    policy["Statement"].append(
        {
            "Sid": label,
            "Effect": "Allow",
            "Principal": {"AWS": [f"arn:aws:iam::{account}:root" for account in accounts]},
            "Action": [f"SQS:{action}" for action in actions],
            "Resource": arn_of(ctx, queue.name),
        }
    )
    _keep(ctx, queue, policy)
    return {}


def remove_permission(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_RemovePermission.html"""
    ctx, queue = queue_in(ctx, request)
    policy = _policy(ctx, queue)
    left = [statement for statement in policy["Statement"] if statement.get("Sid") != request["Label"]]
    if len(left) == len(policy["Statement"]):
        raise InvalidParameterValue(
            f"Value {request['Label']} for parameter Label is invalid. Reason: can't find label."
        )
    _keep(ctx, queue, policy | {"Statement": left})
    return {}


def _policy(ctx: Context, queue: Queue) -> dict[str, Any]:
    if queue.policy:
        policy = msgspec.json.decode(queue.policy)
        statements = policy["Statement"]
        return policy | {"Statement": statements if isinstance(statements, list) else [statements]}
    return {"Version": "2008-10-17", "Id": f"{arn_of(ctx, queue.name)}/SQSDefaultPolicy", "Statement": []}


def _keep(ctx: Context, queue: Queue, policy: dict[str, Any]) -> None:
    text = msgspec.json.encode(policy).decode() if policy["Statement"] else ""
    QUEUES.put(ctx, msgspec.structs.replace(queue, policy=text), queue.name)
