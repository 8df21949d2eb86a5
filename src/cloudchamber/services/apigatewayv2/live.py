"""What is kept of deployed APIs between requests: compiled routes and the verdicts of authorizers."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Cloud
from cloudchamber.services.apigatewayv2 import limits
from cloudchamber.services.apigatewayv2.model import Members
from cloudchamber.services.apigatewayv2.rules.cors import Cors
from cloudchamber.services.apigatewayv2.rules.routing import Router

UNKNOWN_MAX = 4_096


class Target(msgspec.Struct, frozen=True):
    """A compiled route: its function, and who may pass."""

    route_key: str
    function: str | None
    payload_format: str
    timeout_ms: int
    authorization: str
    authorizer: Members | None
    scopes: list[str]


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


class Deployed:
    """APIs that have been asked for, None for identifiers that are nobody's. Always rebuildable from the records."""

    def __init__(self, cloud: Cloud) -> None:
        self._apis: dict[str, DeployedApi | None] = {}
        self._verdicts: dict[tuple[str, ...], tuple[int, dict[str, Any] | int]] = {}
        self.changes = 0

    async def stop(self) -> None:
        """Nothing runs here."""

    def find(self, api_id: str) -> DeployedApi | None:
        """What is compiled of an API. Raises KeyError when that is not known yet."""
        return self._apis[api_id]

    def keep(self, api_id: str, api: DeployedApi | None, changes: int) -> None:
        """Keep what was compiled when `changes` stood so; nothing when something has changed since."""
        if changes == self.changes:
            if len(self._apis) >= UNKNOWN_MAX:
                self._apis.clear()
            self._apis[api_id] = api

    def forget(self, api_id: str) -> None:
        """An API has changed."""
        self.changes += 1
        self._apis.pop(api_id, None)
        self.forget_verdicts(api_id)

    def forget_verdicts(self, api_id: str) -> None:
        """Ask the API's authorizers again."""
        for key in [key for key in self._verdicts if key[0] == api_id]:
            del self._verdicts[key]

    def verdict(self, key: tuple[str, ...], now_ms: int) -> dict[str, Any] | int | None:
        """A verdict that still holds: the context of one who may pass, or the status of one who may not."""
        until_ms, verdict = self._verdicts.get(key, (0, 0))
        return verdict if until_ms > now_ms else None

    def keep_verdict(self, key: tuple[str, ...], verdict: dict[str, Any] | int, until_ms: int) -> None:
        """Let a verdict hold until an instant."""
        if len(self._verdicts) >= limits.IDENTITIES_CACHED_MAX:
            self._verdicts.clear()
        self._verdicts[key] = (until_ms, verdict)
