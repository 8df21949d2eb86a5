"""All or nothing: TransactWriteItems and TransactGetItems.

Calls never overlap here, so a transaction is cancelled by its conditions and checks, never by a conflict (F064).
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.aws.errors import ValidationException
from cloudchamber.languages.dynamodb_expression import InvalidExpression
from cloudchamber.services.dynamodb import limits, records
from cloudchamber.services.dynamodb.errors import (
    ConditionalCheckFailedException,
    IdempotentParameterMismatchException,
    ItemRefused,
    TransactionCanceledException,
    refusing,
)
from cloudchamber.services.dynamodb.model import Stored, Token
from cloudchamber.services.dynamodb.operations import writes
from cloudchamber.services.dynamodb.operations.batches import metrics_of
from cloudchamber.services.dynamodb.operations.expressions import projection_of
from cloudchamber.services.dynamodb.operations.tables_in import table_in
from cloudchamber.services.dynamodb.operations.writes import Write
from cloudchamber.services.dynamodb.rules.capacity import Consumed, read_units
from cloudchamber.services.dynamodb.rules.items import checked_key
from cloudchamber.services.dynamodb.rules.keys import item_key

_PLANS: dict[str, Callable[[Context, dict[str, Any]], Write]] = {
    "ConditionCheck": writes.check,
    "Delete": writes.delete,
    "Put": writes.put,
    "Update": writes.update,
}
_TOO_LARGE = "The aggregate size of the items in the transaction exceeds the 4 MB limit"
Reason = dict[str, Any]
_NO_REASON: Reason = {"Code": "None"}


@refusing
def transact_write_items(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html"""
    token = request.get("ClientRequestToken")
    digest = _digest(request) if token else b""
    if token:
        known = records.TOKENS.get(ctx, token)
        if known and known.until_ms > ctx.now_ms:
            return _replayed(known, digest, request)
    plans = _planned(ctx, request["TransactItems"])
    if len({_place(plan) for plan in plans}) != len(plans):
        raise ValidationException("Transaction request cannot include multiple operations on one item")
    olds = [plan.old() for plan in plans]
    news = _decided(plans, olds)
    if sum(max(old[0] if old else 0, new[0] if new else 0) for old, new in zip(olds, news, strict=True)) > (
        limits.TRANSACTION_BYTES_MAX
    ):
        raise ValidationException(_TOO_LARGE)
    consumed = _commit(plans, olds, news)
    if token:
        reads = _replay_units(plans, news)
        records.put_token(ctx, token, Token(digest, ctx.now_ms + limits.TRANSACTION_TOKEN_MS, reads))
    return _answer(request, plans, consumed)


def _place(plan: Write) -> tuple[str, str, str, bytes]:
    return plan.ctx.account, plan.ctx.region, plan.table.name, plan.key


def _planned(ctx: Context, entries: list[dict[str, Any]]) -> list[Write]:
    """The writes. Raises TransactionCanceledException when an item or key is not as its table wants it."""
    plans: list[Write] = []
    reasons: list[Reason] = []
    for entry in entries:
        reason = _NO_REASON
        try:
            plans.append(_plan(ctx, entry))
        except ItemRefused as error:
            reason = {"Code": "ValidationError", "Message": error.message}
        reasons.append(reason)
    _cancel(reasons)
    return plans


def _plan(ctx: Context, entry: dict[str, Any]) -> Write:
    given = [(kind, body) for kind, body in entry.items() if body is not None]
    if len(given) != 1:
        raise ValidationException(
            "TransactItems can only contain one of Check, Put, Update or Delete"
            if given
            else "Invalid Request: TransactWriteRequest should contain Delete or Put or Update request"
        )
    kind, body = given[0]
    return _PLANS[kind](ctx, body)


def _decided(plans: list[Write], olds: list[Stored | None]) -> list[Stored | None]:
    """What each write makes of its item. Raises TransactionCanceledException when one of them must not be."""
    news: list[Stored | None] = []
    reasons: list[Reason] = []
    for plan, old in zip(plans, olds, strict=True):
        reason = _NO_REASON
        try:
            plan.check(old)
            news.append(plan.change(old))
        except ConditionalCheckFailedException as error:
            reason = {"Code": "ConditionalCheckFailed", "Message": error.message} | error.members
        except (ItemRefused, InvalidExpression) as error:
            reason = {"Code": "ValidationError", "Message": error.message}
        reasons.append(reason)
    _cancel(reasons)
    return news


def _cancel(reasons: list[Reason]) -> None:
    if any(reason is not _NO_REASON for reason in reasons):
        codes = ", ".join(reason["Code"] for reason in reasons)
        raise TransactionCanceledException(
            f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]",
            CancellationReasons=reasons,
        )


def _commit(plans: list[Write], olds: list[Stored | None], news: list[Stored | None]) -> dict[str, Consumed]:
    """Make all the writes; a transactional write takes two units where a plain one takes one."""
    consumed: dict[str, Consumed] = {}
    for plan, old, new in zip(plans, olds, news, strict=True):
        changed = [] if new is old else writes.commit(plan.ctx, plan.table, plan.key, old, new)
        consumed.setdefault(plan.table.name, Consumed(plan.table)).write(old, new, changed, times=2)
    return consumed


def _replay_units(plans: list[Write], news: list[Stored | None]) -> dict[str, float]:
    units: dict[str, float] = {}
    for plan, new in zip(plans, news, strict=True):
        read = 2 * read_units(new[0] if new else 0, consistent=True)
        units[plan.table.name] = units.get(plan.table.name, 0.0) + read
    return units


def _answer(request: dict[str, Any], plans: list[Write], consumed: dict[str, Consumed]) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    shown = request.get("ReturnConsumedCapacity", "NONE")
    if shown != "NONE":
        answer["ConsumedCapacity"] = [
            each.shown(shown, kind="WriteCapacityUnits") for each in consumed.values()
        ]
    if request.get("ReturnItemCollectionMetrics") == "SIZE":
        answer["ItemCollectionMetrics"] = metrics_of(plans)
    return answer


def _digest(request: dict[str, Any]) -> bytes:
    return hashlib.sha256(msgspec.msgpack.encode(request["TransactItems"], order="deterministic")).digest()


def _replayed(token: Token, digest: bytes, request: dict[str, Any]) -> dict[str, Any]:
    """The same token within ten minutes changes nothing again, and reads instead of writing (F063)."""
    if token.digest != digest:
        raise IdempotentParameterMismatchException()
    if request.get("ReturnConsumedCapacity", "NONE") == "NONE":
        return {}
    return {
        "ConsumedCapacity": [
            {"TableName": name, "CapacityUnits": units, "ReadCapacityUnits": units}
            for name, units in token.read_units.items()
        ]
    }


@refusing
def transact_get_items(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactGetItems.html"""
    responses: list[dict[str, Any]] = []
    consumed: dict[str, Consumed] = {}
    total_bytes = 0
    for entry in request["TransactItems"]:
        get = entry["Get"]
        projection = projection_of(get)
        there, table = table_in(ctx, get)
        stored = records.get_item(there, table, item_key(table, checked_key(table, get["Key"])))
        size_bytes = stored[0] if stored else 0
        total_bytes += size_bytes
        item = stored[1] if stored else None
        responses.append({"Item": projection.apply(item) if projection else item} if item else {})
        units = 2 * read_units(size_bytes, consistent=True)
        consumed.setdefault(table.name, Consumed(table)).read(units)
    if total_bytes > limits.TRANSACTION_BYTES_MAX:
        raise ValidationException(_TOO_LARGE)
    answer: dict[str, Any] = {"Responses": responses}
    shown = request.get("ReturnConsumedCapacity", "NONE")
    if shown != "NONE":
        answer["ConsumedCapacity"] = [
            each.shown(shown, kind="ReadCapacityUnits") for each in consumed.values()
        ]
    return answer
