"""How the chamber of a test begins: what the marker `chamber` says."""

from __future__ import annotations

from typing import Any, Literal, cast

import msgspec
import pytest


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The arguments of `@pytest.mark.chamber`.

    `own`: a process of its own, for a test that kills or blocks it. `clock`: "virtual" begins at 2026-01-01T00:00:00Z and moves
    only when it is told to or waited for; "system" is the machine's. `seed`: the same one gives the same identifiers.
    """

    own: bool = False
    clock: Literal["virtual", "system"] = "virtual"
    seed: int = 0
    account: str = "000000000000"
    region: str = "us-east-1"


def settings_of(item: Any) -> Settings:
    """What the markers of a test say, the nearest winning. Raises UsageError for an argument that does not exist."""
    given: dict[str, Any] = {}
    for marker in reversed(list(cast("pytest.Item", item).iter_markers("chamber"))):
        if marker.args:
            raise pytest.UsageError(f"{item.nodeid}: the arguments of @pytest.mark.chamber have names")
        given |= marker.kwargs
    try:
        return msgspec.convert(given, Settings)
    except msgspec.ValidationError as error:
        raise pytest.UsageError(f"{item.nodeid}: @pytest.mark.chamber: {error}") from None
