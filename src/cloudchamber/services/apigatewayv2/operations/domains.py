"""Domain names, their API mappings, and VPC links: recorded.

https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/domainnames.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.apigatewayv2.errors import BadRequestException, ConflictException, invalid
from cloudchamber.services.apigatewayv2.model import Part
from cloudchamber.services.apigatewayv2.operations.asking import given, page
from cloudchamber.services.apigatewayv2.records import DOMAINS, MAPPINGS, VPC_LINKS, api_of, stage_of


def _domain(ctx: Context, name: str) -> Part:
    part = DOMAINS.get(ctx, name)
    if part is None:
        raise invalid("domain name", name)
    return part


def create_domain_name(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/domainnames.html"""
    name = request["DomainName"]
    if DOMAINS.has(ctx, name):
        raise ConflictException("The domain name you provided already exists.")
    members = {"ApiMappingSelectionExpression": "$request.basepath"} | given(request)
    members["DomainNameConfigurations"] = [
        {
            "ApiGatewayDomainName": f"d-{ctx.ids.text(10)}.execute-api.{ctx.region}.amazonaws.com",
            "DomainNameStatus": "AVAILABLE",
            "EndpointType": "REGIONAL",
            "HostedZoneId": "Z1UJRXOUMOOFQ8",
        }
        | configuration
        for configuration in request.get("DomainNameConfigurations") or [{}]
    ]
    DOMAINS.put(ctx, Part(name, members), name)
    return members


def get_domain_name(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/domainnames-domainname.html"""
    return _domain(ctx, request["DomainName"]).members


def get_domain_names(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/domainnames.html"""
    items, more = page([part.members for part in DOMAINS.values(ctx)], request)
    return {"Items": items, **more}


def update_domain_name(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/domainnames-domainname.html"""
    part = _domain(ctx, request["DomainName"])
    members = part.members | given(request)
    before: dict[str, Any] = part.members["DomainNameConfigurations"][0]
    members["DomainNameConfigurations"] = [
        before | configuration for configuration in request.get("DomainNameConfigurations") or [{}]
    ]
    DOMAINS.put(ctx, Part(part.id, members), part.id)
    return members


def delete_domain_name(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/domainnames-domainname.html"""
    part = _domain(ctx, request["DomainName"])
    DOMAINS.delete(ctx, part.id)
    MAPPINGS.delete_all(ctx, part.id)
    return {}


def create_api_mapping(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/domainnames-domainname-apimappings.html"""
    domain = _domain(ctx, request["DomainName"])
    members = given(request, "DomainName")
    stage_of(ctx, api_of(ctx, request["ApiId"]).api_id, request["Stage"])
    key = members.setdefault("ApiMappingKey", "")
    if any(part.members["ApiMappingKey"] == key for part in MAPPINGS.values(ctx, domain.id)):
        raise ConflictException("ApiMapping key already exists for this domain name")
    mapping_id = members["ApiMappingId"] = ctx.ids.text(6)
    MAPPINGS.put(ctx, Part(mapping_id, members), domain.id, mapping_id)
    return members


def _mapping(ctx: Context, request: dict[str, Any]) -> Part:
    domain = _domain(ctx, request["DomainName"])
    part = MAPPINGS.get(ctx, domain.id, request["ApiMappingId"])
    if part is None:
        raise invalid("API mapping", request["ApiMappingId"])
    return part


def get_api_mapping(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/domainnames-domainname-apimappings-apimappingid.html"""
    return _mapping(ctx, request).members


def get_api_mappings(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/domainnames-domainname-apimappings.html"""
    domain = _domain(ctx, request["DomainName"])
    items, more = page([part.members for part in MAPPINGS.values(ctx, domain.id)], request)
    return {"Items": items, **more}


def update_api_mapping(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/domainnames-domainname-apimappings-apimappingid.html"""
    part = _mapping(ctx, request)
    members = part.members | given(request, "DomainName", "ApiMappingId")
    stage_of(ctx, api_of(ctx, members["ApiId"]).api_id, members["Stage"])
    MAPPINGS.put(ctx, Part(part.id, members), request["DomainName"], part.id)
    return members


def delete_api_mapping(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/domainnames-domainname-apimappings-apimappingid.html"""
    part = _mapping(ctx, request)
    MAPPINGS.delete(ctx, request["DomainName"], part.id)
    return {}


def create_vpc_link(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/vpclinks.html"""
    if not request["SubnetIds"]:
        raise BadRequestException("At least one subnet is required")
    link_id = ctx.ids.text(6)
    members = {
        "CreatedDate": ctx.now_ms // 1000, "SecurityGroupIds": [], "Tags": {}, "VpcLinkId": link_id,
        "VpcLinkStatus": "AVAILABLE", "VpcLinkVersion": "V2",
    } | given(request)  # fmt: skip
    VPC_LINKS.put(ctx, Part(link_id, members), link_id)
    return members


def _link(ctx: Context, link_id: str) -> Part:
    part = VPC_LINKS.get(ctx, link_id)
    if part is None:
        raise invalid("VPC link", link_id)
    return part


def get_vpc_link(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/vpclinks-vpclinkid.html"""
    return _link(ctx, request["VpcLinkId"]).members


def get_vpc_links(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/vpclinks.html"""
    items, more = page([part.members for part in VPC_LINKS.values(ctx)], request)
    return {"Items": items, **more}


def update_vpc_link(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/vpclinks-vpclinkid.html"""
    part = _link(ctx, request["VpcLinkId"])
    members = part.members | given(request, "VpcLinkId")
    VPC_LINKS.put(ctx, Part(part.id, members), part.id)
    return members


def delete_vpc_link(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/vpclinks-vpclinkid.html"""
    VPC_LINKS.delete(ctx, _link(ctx, request["VpcLinkId"]).id)
    return {}
