"""What is kept of deployed APIs between requests: compiled routes and the verdicts of authorizers."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws.proxy import DeployedApis
from cloudchamber.services.apigatewayv2.model import Members
from cloudchamber.services.apigatewayv2.rules.cors import Cors
from cloudchamber.services.apigatewayv2.rules.routing import Router


class Target(msgspec.Struct, frozen=True):
    """A compiled route: its function or the operation it calls, and who may pass."""

    route_key: str
    function: str | None
    payload_format: str
    timeout_ms: int
    authorization: str
    authorizer: Members | None
    scopes: list[str]
    subtype: str = ""  # of a first-class integration, and its request parameters
    parameters: dict[str, str] = {}


class DeployedStage(msgspec.Struct, frozen=True):
    """A compiled stage."""

    name: str
    variables: dict[str, str]
    router: Router[Target]
    cors: Cors | None


class DeployedApi(msgspec.Struct, frozen=True):
    """A compiled API, and where it lives."""

    account: str
    region: str
    stages: dict[str, DeployedStage]
    disabled: bool


class Deployed(DeployedApis[DeployedApi, dict[str, Any] | int]):
    """The HTTP APIs that have been asked for.

    Authorizers' answers are the context of one who may pass, or the status of one who may not.
    """
