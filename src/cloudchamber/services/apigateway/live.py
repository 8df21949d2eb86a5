"""What is kept of deployed REST APIs between requests: compiled resources and the answers of authorizers."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws.proxy import DeployedApis
from cloudchamber.services.apigateway.model import Resource, Snapshot
from cloudchamber.services.apigateway.rules.routing import Router


class DeployedStage(msgspec.Struct, frozen=True):
    """A compiled stage."""

    name: str
    deployment_id: str
    variables: dict[str, str]
    router: Router[Resource]
    snapshot: Snapshot


class DeployedApi(msgspec.Struct, frozen=True):
    """A compiled API, and where it lives."""

    account: str
    region: str
    stages: dict[str, DeployedStage]
    disabled: bool


class Deployed(DeployedApis[DeployedApi, Any]):
    """The REST APIs that have been asked for."""
