"""What is kept of deployed REST APIs between requests: compiled resources and the answers of authorizers."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Cloud
from cloudchamber.services.apigateway import limits
from cloudchamber.services.apigateway.model import Resource, Snapshot
from cloudchamber.services.apigateway.rules.routing import Router

KEPT_MAX = 4_096


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


class Deployed:
    """APIs that have been asked for, None for identifiers that are nobody's. Always rebuildable from the records."""

    def __init__(self, cloud: Cloud) -> None:
        self._apis: dict[str, DeployedApi | None] = {}
        self._answers: dict[tuple[str, ...], tuple[int, Any]] = {}
        self.changes = 0

    async def stop(self) -> None:
        """Nothing runs here."""

    def find(self, api_id: str) -> DeployedApi | None:
        """What is compiled of an API. Raises KeyError when that is not known yet."""
        return self._apis[api_id]

    def keep(self, api_id: str, api: DeployedApi | None, changes: int) -> None:
        """Keep what was compiled when `changes` stood so; nothing when something has changed since."""
        if changes == self.changes:
            if len(self._apis) >= KEPT_MAX:
                self._apis.clear()
            self._apis[api_id] = api

    def forget(self, api_id: str) -> None:
        """An API has changed."""
        self.changes += 1
        self._apis.pop(api_id, None)
        for key in [key for key in self._answers if key[0] == api_id]:
            del self._answers[key]

    def answer(self, key: tuple[str, ...], now_ms: int) -> Any:
        """An authorizer's answer that still holds, or None."""
        until_ms, answer = self._answers.get(key, (0, None))
        return answer if until_ms > now_ms else None

    def keep_answer(self, key: tuple[str, ...], answer: Any, until_ms: int) -> None:
        """Let an authorizer's answer hold until an instant."""
        if len(self._answers) >= limits.IDENTITIES_CACHED_MAX:
            self._answers.clear()
        self._answers[key] = (until_ms, answer)
