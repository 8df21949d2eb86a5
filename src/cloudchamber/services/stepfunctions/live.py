"""Definitions that are in use, compiled. Texts never change under an id, so they can be forgotten at any time."""

from __future__ import annotations

from collections.abc import Callable

from cloudchamber.aws import Cloud
from cloudchamber.languages.states import Definition, compile_text

KEPT_MAX = 1_000


class Compiled:
    """Compiled definitions by account, region and id."""

    def __init__(self, cloud: Cloud) -> None:
        self._kept: dict[tuple[str, str, str], Definition] = {}

    def get(self, account: str, region: str, definition_id: str, text: Callable[[], str]) -> Definition:
        """The compiled form of a definition; `text` reads it when it is not known yet."""
        key = (account, region, definition_id)
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) >= KEPT_MAX:
                self._kept.clear()
            found = self._kept[key] = compile_text(text())
        return found

    async def stop(self) -> None:
        """Nothing runs."""
