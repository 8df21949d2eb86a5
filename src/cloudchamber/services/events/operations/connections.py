"""Connections: create, describe, list, update, deauthorize, delete. What is secret of them lies in Secrets Manager.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-target-connection.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.events.errors import ResourceAlreadyExistsException
from cloudchamber.services.events.model import Connection
from cloudchamber.services.events.operations.deliveries import PRINCIPAL
from cloudchamber.services.events.operations.pages import page
from cloudchamber.services.events.records import CONNECTIONS, TOKENS, connection_named, keep_connection
from cloudchamber.services.events.rules import connections

_OAUTH = "OAUTH_CLIENT_CREDENTIALS"


def arn_of(ctx: Context, connection: Connection) -> str:
    """The ARN of a connection."""
    return ctx.arn(f"connection/{connection.name}/{connection.id}", service="events")


def create_connection(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateConnection.html"""
    name, kind, parameters = request["Name"], request["AuthorizationType"], request["AuthParameters"]
    if CONNECTIONS.has(ctx, name):
        raise ResourceAlreadyExistsException(f"Connection {name} already exists.")
    connections.check(kind, parameters)
    identity = ctx.ids.uuid()
    secret = {
        "Name": f"events!connection/{name}/{ctx.ids.uuid()}",
        "Description": f"Auth parameters for Eventbridge connection {name}",
        "SecretString": msgspec.json.encode(parameters).decode(),
    }
    made = Connection(
        name,
        identity,
        ctx.now_ms,
        ctx.now_ms,
        kind,
        connections.shown(parameters),
        description=request.get("Description") or "",
        secret_arn=ctx.join("secretsmanager", "CreateSecret", secret, principal=PRINCIPAL)["ARN"],
        kms_key_id=request.get("KmsKeyIdentifier") or "",
    )
    return _answer(ctx, _authorize(ctx, made))


def _authorize(ctx: Context, connection: Connection) -> Connection:
    """Keep a connection whose credentials are new. One of OAuth is authorized once it has a token."""
    TOKENS.delete(ctx, connection.name)
    waits = connection.authorization_type == _OAUTH
    connection = msgspec.structs.replace(
        connection,
        state="AUTHORIZING" if waits else "AUTHORIZED",
        state_reason="",
        authorized_at_ms=0 if waits else ctx.now_ms,
        revision=ctx.serial(),
    )
    keep_connection(ctx, connection)
    if waits:
        request = {"Connection": connection.name, "Revision": connection.revision}
        ctx.later("events", "authorize_connection", request, principal=PRINCIPAL)
    return connection


def _answer(ctx: Context, connection: Connection, state: str = "") -> dict[str, Any]:
    answer: dict[str, Any] = {
        "ConnectionArn": arn_of(ctx, connection),
        "ConnectionState": state or connection.state,
        "CreationTime": connection.created_at_ms / 1000,
        "LastModifiedTime": connection.modified_at_ms / 1000,
    }
    if connection.authorized_at_ms:
        answer["LastAuthorizedTime"] = connection.authorized_at_ms / 1000
    return answer


def update_connection(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """What is not named stays. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_UpdateConnection.html"""
    connection = connection_named(ctx, request["Name"])
    kind = request.get("AuthorizationType") or connection.authorization_type
    secret = {"SecretId": connection.secret_arn}
    known = ctx.join("secretsmanager", "GetSecretValue", secret, principal=PRINCIPAL)["SecretString"]
    old = msgspec.json.decode(known, type=dict[str, Any])
    if kind != connection.authorization_type:
        old = {name: value for name, value in old.items() if name == "InvocationHttpParameters"}
    parameters = connections.merged(old, request.get("AuthParameters") or {})
    connections.check(kind, parameters)
    changed = {"SecretString": msgspec.json.encode(parameters).decode()}
    ctx.join("secretsmanager", "PutSecretValue", secret | changed, principal=PRINCIPAL)
    updated = msgspec.structs.replace(
        connection,
        modified_at_ms=ctx.now_ms,
        authorization_type=kind,
        parameters=connections.shown(parameters),
        description=request.get("Description", connection.description),
        kms_key_id=request.get("KmsKeyIdentifier", connection.kms_key_id),
    )
    return _answer(ctx, _authorize(ctx, updated))


def describe_connection(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeConnection.html"""
    connection = connection_named(ctx, request["Name"])
    answer = _listed(ctx, connection) | {
        "SecretArn": connection.secret_arn,
        "AuthParameters": connection.parameters,
    }
    if connection.description:
        answer["Description"] = connection.description
    if connection.kms_key_id:
        answer["KmsKeyIdentifier"] = connection.kms_key_id
    return answer


def _listed(ctx: Context, connection: Connection) -> dict[str, Any]:
    answer = _answer(ctx, connection)
    answer |= {"Name": connection.name, "AuthorizationType": connection.authorization_type}
    if connection.state_reason:
        answer["StateReason"] = connection.state_reason
    return answer


def list_connections(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListConnections.html"""
    prefix, state = request.get("NamePrefix") or "", request.get("ConnectionState")
    wanted = [
        each
        for each in CONNECTIONS.values(ctx)
        if each.name.startswith(prefix) and (not state or each.state == state)
    ]
    found, token = page(request, wanted, lambda each: each.name)
    return {"Connections": [_listed(ctx, each) for each in found]} | token


def deauthorize_connection(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Requests are held up until the connection is updated with credentials again.

    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeauthorizeConnection.html
    """
    connection = connection_named(ctx, request["Name"])
    TOKENS.delete(ctx, connection.name)
    changed = msgspec.structs.replace(
        connection, state="DEAUTHORIZED", modified_at_ms=ctx.now_ms, revision=ctx.serial()
    )
    keep_connection(ctx, changed)
    return _answer(ctx, changed, "DEAUTHORIZING")


def delete_connection(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Its secret goes with it. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteConnection.html"""
    connection = connection_named(ctx, request["Name"])
    secret = {"SecretId": connection.secret_arn, "ForceDeleteWithoutRecovery": True}
    ctx.join("secretsmanager", "DeleteSecret", secret, principal=PRINCIPAL)
    TOKENS.delete(ctx, connection.name)
    CONNECTIONS.delete(ctx, connection.name)
    ctx.signal("connection", connection.name)
    return _answer(ctx, connection, "DELETING")
