"""Partner event sources, as the partner sees them: create, describe, list, delete. Any account may be a partner here.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-saas.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.events.errors import ResourceAlreadyExistsException, ResourceNotFoundException
from cloudchamber.services.events.model import EventSource
from cloudchamber.services.events.operations.event_sources import arn_of, end_source, shown, suspend
from cloudchamber.services.events.operations.pages import page
from cloudchamber.services.events.records import EVENT_SOURCES, OFFERED


def create_partner_event_source(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Offer a source to one account.

    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreatePartnerEventSource.html
    """
    name, customer = request["Name"], ctx.elsewhere(account=request["Account"])
    if OFFERED.has(ctx, name) or EVENT_SOURCES.has(customer, name):
        raise ResourceAlreadyExistsException(f"Event source {name} already exists.")
    OFFERED.put(ctx, request["Account"], name)
    suspend(customer, EventSource(name, ctx.account, ctx.now_ms, expires_at_ms=0))
    return {"EventSourceArn": arn_of(ctx, name)}


def delete_partner_event_source(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """What is gone already is no error. A bus that was made for the source stays.

    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeletePartnerEventSource.html
    """
    name = request["Name"]
    if OFFERED.get(ctx, name) == request["Account"]:
        customer = ctx.elsewhere(account=request["Account"])
        source = EVENT_SOURCES.get(customer, name)
        assert source is not None, "both sides of a source are written together"
        end_source(customer, source)
    return {}


def _account_of(ctx: Context, name: str) -> str:
    account = OFFERED.get(ctx, name)
    if account is None:
        raise ResourceNotFoundException(f"Event source {name} does not exist.")
    return account


def describe_partner_event_source(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribePartnerEventSource.html"""
    name = request["Name"]
    _account_of(ctx, name)
    return {"Arn": arn_of(ctx, name), "Name": name}


def list_partner_event_sources(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListPartnerEventSources.html"""
    names = [str(key[0]) for key, _ in OFFERED.scan(ctx)]
    wanted = [name for name in names if name.startswith(request["NamePrefix"])]
    found, token = page(request, wanted, str)
    return {"PartnerEventSources": [{"Arn": arn_of(ctx, name), "Name": name} for name in found]} | token


def list_partner_event_source_accounts(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListPartnerEventSourceAccounts.html"""
    name = request["EventSourceName"]
    account = _account_of(ctx, name)
    source = EVENT_SOURCES.get(ctx.elsewhere(account=account), name)
    assert source is not None, "both sides of a source are written together"
    found, token = page(request, [account], str)
    return {"PartnerEventSourceAccounts": [{"Account": each} | shown(source) for each in found]} | token
