"""Roles assumed with the word of an identity provider. Its signatures are not verified here."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from cloudchamber.aws import Arn, Context
from cloudchamber.services.sts import rules
from cloudchamber.services.sts.operations.sessions import role_session


def assume_role_with_web_identity(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html"""
    if request.get("ProviderId"):
        claims: dict[str, Any] = {"iss": request["ProviderId"]}
    else:
        claims = rules.claims_of(request["WebIdentityToken"], ctx.now_ms)
    answer = role_session(ctx, request, request["RoleSessionName"])
    audience = claims.get("aud")
    named = {
        "SubjectFromWebIdentityToken": claims.get("sub"),
        "Audience": audience[0] if isinstance(audience, list) and audience else audience,
        "Provider": claims.get("iss"),
    }
    return answer | {name: str(value) for name, value in named.items() if value}


def assume_role_with_saml(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithSAML.html"""
    said = rules.saml_of(request["SAMLAssertion"])
    answer = role_session(ctx, request, said["RoleSessionName"])
    named = {name: said[name] for name in ("Subject", "SubjectType", "Issuer", "Audience") if said.get(name)}
    provider = Arn.parse(request["PrincipalArn"])
    friendly = provider.resource.rpartition("/")[2] if provider else ""
    account = provider.account if provider else ctx.account
    # NameQualifier = BASE64(SHA1(issuer + account + "/" + provider)), as the operation's page says.
    digest = hashlib.sha1(f"{said.get('Issuer', '')}{account}/{friendly}".encode()).digest()
    return answer | named | {"NameQualifier": base64.b64encode(digest).decode()}
