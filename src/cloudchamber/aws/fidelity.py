"""The ledger of what a service does not enforce: nothing is silently inert.

Keys are operations, or "*" for all; below them members (dotted for nested ones), each with the reason a user reads.
"""

from __future__ import annotations

from typing import Any, cast

import msgspec

from cloudchamber.aws.errors import AwsError

Members = dict[str, dict[str, str]]


class Ledger(msgspec.Struct, frozen=True):
    """`refused` members give an error when present; `recorded` ones are stored and returned, and have no further effect.

    `read` names members that are enforced by code the ledger's test cannot see, each with where.
    """

    refused: Members = {}
    recorded: Members = {}
    read: Members = {}

    def refuse(self, operation: str, request: dict[str, object]) -> None:
        """Raise when `request` asks for something that is not available here."""
        for member, reason in self.refused.get(operation, {}).items():
            if _is_given(request, member.split(".")):
                message = f"{member} is not available in Cloud Chamber: {reason}"
                raise AwsError("NotImplemented", message, status=501)

    def recorded_for(self, operation: str) -> dict[str, str]:
        """The members of an operation that are recorded only, each with its reason; an operation's whole effect is left out."""
        named = self.recorded.get(operation, {}) | self.recorded.get("*", {})
        return {member: reason for member, reason in named.items() if member != "*"}


def is_given(request: dict[str, Any], path: list[str]) -> bool:
    """Whether a request gives the member at `path`; in a list, whether any of its elements does."""
    return path[0] in request and _is_given(request[path[0]], path[1:])


def _is_given(value: Any, path: list[str]) -> bool:
    """Whether something stands at `path`; in a list, in any of its elements."""
    if isinstance(value, list):
        return any(_is_given(element, path) for element in cast("list[Any]", value))
    if not path:
        return value not in (None, {}, False)
    return isinstance(value, dict) and _is_given(cast("dict[str, Any]", value).get(path[0]), path[1:])
