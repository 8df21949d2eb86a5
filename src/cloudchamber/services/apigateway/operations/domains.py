"""Domain names, base path mappings and the account's settings: recorded.

https://docs.aws.amazon.com/apigateway/latest/api/API_DomainName.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.apigateway.errors import ConflictException, invalid
from cloudchamber.services.apigateway.model import Part
from cloudchamber.services.apigateway.operations.asking import given, page
from cloudchamber.services.apigateway.records import ACCOUNT, DOMAINS, MAPPINGS, api_of
from cloudchamber.services.apigateway.rules.patching import patched

_EMPTY = "(none)"
_SECRET = ("certificateBody", "certificatePrivateKey", "certificateChain")


def _domain(ctx: Context, name: str) -> Part:
    part = DOMAINS.get(ctx, name)
    if part is None:
        raise invalid("domain name")
    return part


def create_domain_name(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_CreateDomainName.html"""
    name = request["domainName"]
    if DOMAINS.has(ctx, name):
        raise ConflictException("The domain name you provided already exists.")
    target = f"d-{ctx.ids.text(10)}.execute-api.{ctx.region}.amazonaws.com"
    members = {
        "domainNameStatus": "AVAILABLE", "endpointConfiguration": {"types": ["EDGE"], "ipAddressType": "ipv4"},
        "regionalDomainName": target, "regionalHostedZoneId": "Z1UJRXOUMOOFQ8",
        "distributionDomainName": f"d{ctx.ids.text(13)}.cloudfront.net", "distributionHostedZoneId": "Z2FDTNDATAQYW2",
        "domainNameArn": f"arn:aws:apigateway:{ctx.region}::/domainnames/{name}",
    } | given(request, *_SECRET)  # fmt: skip
    DOMAINS.put(ctx, Part(name, members), name)
    return members


def get_domain_name(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_GetDomainName.html"""
    return _domain(ctx, request["domainName"]).members


def get_domain_names(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_GetDomainNames.html"""
    if request.get("resourceOwner") == "OTHER_ACCOUNTS":  # nothing is shared between accounts
        return page([], request)
    return page([part.members for part in DOMAINS.values(ctx)], request)


def update_domain_name(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_UpdateDomainName.html"""
    part = _domain(ctx, request["domainName"])
    members = patched(part.members, request.get("patchOperations"), fixed=("domainName", "tags"))
    DOMAINS.put(ctx, Part(part.id, members), part.id)
    return members


def delete_domain_name(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_DeleteDomainName.html"""
    part = _domain(ctx, request["domainName"])
    DOMAINS.delete(ctx, part.id)
    MAPPINGS.delete_all(ctx, part.id)
    return {}


def create_base_path_mapping(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_CreateBasePathMapping.html"""
    domain = _domain(ctx, request["domainName"])
    api_of(ctx, request["restApiId"])
    base_path = request.get("basePath") or _EMPTY
    if MAPPINGS.has(ctx, domain.id, base_path):
        raise ConflictException("Base path already exists for this domain name")
    members = given(request, "domainName", "domainNameId") | {"basePath": base_path}
    MAPPINGS.put(ctx, Part(base_path, members), domain.id, base_path)
    return members


def _mapping(ctx: Context, request: dict[str, Any]) -> Part:
    part = MAPPINGS.get(ctx, _domain(ctx, request["domainName"]).id, request["basePath"])
    if part is None:
        raise invalid("base path mapping")
    return part


def get_base_path_mapping(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_GetBasePathMapping.html"""
    return _mapping(ctx, request).members


def get_base_path_mappings(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_GetBasePathMappings.html"""
    domain = _domain(ctx, request["domainName"])
    return page([part.members for part in MAPPINGS.values(ctx, domain.id)], request)


def delete_base_path_mapping(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_DeleteBasePathMapping.html"""
    MAPPINGS.delete(ctx, request["domainName"], _mapping(ctx, request).id)
    return {}


def get_account(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_GetAccount.html"""
    kept = ACCOUNT.get(ctx)
    throttle = {"throttleSettings": {"burstLimit": 5000, "rateLimit": 10000.0}, "features": ["UsagePlans"]}
    return throttle | (kept.members if kept else {})


def update_account(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_UpdateAccount.html"""
    members = patched(get_account(ctx, {}), request.get("patchOperations"), fixed=("throttleSettings",))
    ACCOUNT.put(ctx, Part("account", members))
    return members
