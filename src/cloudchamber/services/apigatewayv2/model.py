"""The values HTTP APIs are made of. `members` are AWS's own members, under AWS's names, as they are answered."""

from __future__ import annotations

from typing import Any

import msgspec

Members = dict[str, Any]


class Owner(msgspec.Struct, frozen=True, array_like=True):
    """Where an API lives: its identifier alone is in the names clients use."""

    account: str
    region: str


class Api(msgspec.Struct, frozen=True, array_like=True):
    """An API. `managed` are the identifiers that quick create made, by noun."""

    api_id: str
    members: Members
    managed: dict[str, str] = {}


class Part(msgspec.Struct, frozen=True, array_like=True):
    """A route, an integration, an authorizer, a model, or a response of one of them."""

    id: str
    members: Members


class Stage(msgspec.Struct, frozen=True, array_like=True):
    """A stage: what clients reach."""

    name: str
    members: Members

    @property
    def deployment_id(self) -> str:
        return self.members.get("DeploymentId", "")


class Snapshot(msgspec.Struct, frozen=True, array_like=True):
    """What an API was when it was deployed: routes; integrations and authorizers by identifier; CORS."""

    routes: list[Members]
    integrations: dict[str, Members]
    authorizers: dict[str, Members]
    cors: Members | None = None


class Deployment(msgspec.Struct, frozen=True, array_like=True):
    """A snapshot's name and description."""

    id: str
    members: Members
