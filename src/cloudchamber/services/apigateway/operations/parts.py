"""Authorizers, models, request validators and gateway responses: what they have in common.

https://docs.aws.amazon.com/apigateway/latest/api/API_Operations.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from cloudchamber.aws import Context
from cloudchamber.aws.proxy import function_arn
from cloudchamber.services.apigateway import limits
from cloudchamber.services.apigateway.errors import BadRequestException, ConflictException, unavailable
from cloudchamber.services.apigateway.model import Members, Part
from cloudchamber.services.apigateway.operations.asking import given, page
from cloudchamber.services.apigateway.records import (
    AUTHORIZER,
    GATEWAY_RESPONSE,
    MODEL,
    PARTS,
    VALIDATOR,
    api_of,
    part_of,
)
from cloudchamber.services.apigateway.rules.patching import patched

Check = Callable[[Members], Members]


class Noun:
    """One kind of part, named in requests by `id_member`. `check(members)` gives the members to keep, or raises.

    `by_name`: its name is its identifier, and must be new.
    """

    def __init__(self, name: str, id_member: str, check: Check, *, by_name: str = "") -> None:
        self.name, self.id_member, self._check, self._by_name = name, id_member, check, by_name

    def create(self, ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
        """Add a part."""
        return self.add(ctx, api_of(ctx, request["restApiId"]).id, given(request, "restApiId"))

    def add(self, ctx: Context, api_id: str, members: Members) -> Members:
        """Add a part to an API that is known to exist."""
        kept = self._check(members)
        part_id = kept["id"] = ctx.ids.text(6)
        if self._by_name:
            part_id = kept[self._by_name]
            if PARTS.has(ctx, api_id, self.name, part_id):
                raise ConflictException(f"{self.name} name already exists for this REST API")
        PARTS.put(ctx, Part(part_id, kept), api_id, self.name, part_id)
        return kept

    def get(self, ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
        """One part."""
        api_id = api_of(ctx, request["restApiId"]).id
        return part_of(ctx, api_id, self.name, request[self.id_member]).members

    def list(self, ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
        """The parts of this kind, page by page."""
        parts = PARTS.values(ctx, api_of(ctx, request["restApiId"]).id, self.name)
        return page([part.members for part in parts], request)

    def update(self, ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
        """Apply patch operations."""
        api_id = api_of(ctx, request["restApiId"]).id
        part = part_of(ctx, api_id, self.name, request[self.id_member])
        fixed = ("id", self._by_name)
        kept = self._check(patched(part.members, request.get("patchOperations"), fixed=fixed))
        PARTS.put(ctx, Part(part.id, kept), api_id, self.name, part.id)
        return kept

    def delete(self, ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
        """Remove a part."""
        api_id = api_of(ctx, request["restApiId"]).id
        PARTS.delete(ctx, api_id, self.name, part_of(ctx, api_id, self.name, request[self.id_member]).id)
        return {}


def _authorizer(members: Members) -> Members:
    kind = members["type"]
    if kind == "COGNITO_USER_POOLS":
        if not members.get("providerARNs"):
            raise BadRequestException(
                "Provider ARNs are required for an authorizer of type COGNITO_USER_POOLS"
            )
    elif kind not in ("TOKEN", "REQUEST"):
        raise unavailable(f"Authorizer type {kind}", "TOKEN, REQUEST and COGNITO_USER_POOLS are")
    elif function_arn(members.get("authorizerUri") or "") is None:
        raise BadRequestException(
            f"Invalid Authorizer URI: {members.get('authorizerUri')}. Authorizer "
            "URI should be a valid API Gateway ARN that represents a Lambda function invocation."
        )
    kept = {"authorizerResultTtlInSeconds": limits.AUTHORIZER_TTL_S_DEFAULT} | members
    if kind != "REQUEST":
        kept.setdefault("identitySource", "method.request.header.Authorization")
    ttl_s = kept["authorizerResultTtlInSeconds"]
    if not 0 <= ttl_s <= limits.AUTHORIZER_TTL_S_MAX:
        raise BadRequestException("Authorizer result TTL must be between 0 and 3600 seconds")
    if kind == "REQUEST" and ttl_s and not kept.get("identitySource"):
        raise BadRequestException("Identity source is required for REQUEST authorizers with caching")
    return kept


def _model(members: Members) -> Members:
    if not re.fullmatch(r"[A-Za-z0-9]+", members["name"]):
        raise BadRequestException("Model name must be alphanumeric: " + members["name"])
    return dict(members)


def _validator(members: Members) -> Members:
    return {"validateRequestBody": False, "validateRequestParameters": False} | members


def _gateway_response(members: Members) -> Members:
    return {"responseParameters": {}, "responseTemplates": {}} | members | {"defaultResponse": False}


AUTHORIZERS = Noun(AUTHORIZER, "authorizerId", _authorizer)
MODELS = Noun(MODEL, "modelName", _model, by_name="name")
VALIDATORS = Noun(VALIDATOR, "requestValidatorId", _validator)
GATEWAY_RESPONSES = Noun(GATEWAY_RESPONSE, "responseType", _gateway_response, by_name="responseType")


def put_gateway_response(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_PutGatewayResponse.html"""
    api_id = api_of(ctx, request["restApiId"]).id
    PARTS.delete(ctx, api_id, GATEWAY_RESPONSE, request["responseType"])
    return GATEWAY_RESPONSES.create(ctx, request)
