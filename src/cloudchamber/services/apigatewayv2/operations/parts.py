"""What all parts of an API have in common: create, get, list, update, delete.

https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/operations.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.apigatewayv2.model import Members, Part
from cloudchamber.services.apigatewayv2.operations.asking import given, page
from cloudchamber.services.apigatewayv2.operations.deployments import changed
from cloudchamber.services.apigatewayv2.records import PARTS, api_of, part_of

Check = Callable[[Context, str, Members], Members]


class Noun:
    """One kind of part. `check(ctx, api_id, members)` gives the members to keep, or raises AWS's error."""

    def __init__(self, name: str, check: Check, *, under: str = "") -> None:
        self.name, self._check, self._under = name, check, under
        self.id_member = f"{name}Id"
        self._parent_member = f"{under}Id" if under else ""

    def create(self, ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
        """Add a part."""
        api_id, parent_id = self._where(ctx, request)
        members = given(request, "ApiId", self._parent_member)
        return self.add(ctx, api_id, members, parent_id)

    def add(self, ctx: Context, api_id: str, members: Members, parent_id: str = "") -> Members:
        """Add a part whose place is known to exist."""
        kept = self._check(ctx, api_id, members)
        part_id = ctx.ids.text(7)
        kept[self.id_member] = part_id
        PARTS.put(ctx, Part(part_id, kept), api_id, self.name, parent_id, part_id)
        changed(ctx, api_id)
        return kept

    def get(self, ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
        """One part."""
        api_id, parent_id = self._where(ctx, request)
        return part_of(ctx, api_id, self.name, request[self.id_member], parent_id).members

    def list(self, ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
        """The parts of this kind, page by page."""
        api_id, parent_id = self._where(ctx, request)
        parts = PARTS.values(ctx, api_id, self.name, parent_id)
        items, more = page([part.members for part in parts], request)
        return {"Items": items, **more}

    def update(self, ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
        """Change the members that are given."""
        api_id, parent_id = self._where(ctx, request)
        part = part_of(ctx, api_id, self.name, request[self.id_member], parent_id)
        news = given(request, "ApiId", self._parent_member, self.id_member)
        kept = self._check(ctx, api_id, part.members | news)
        PARTS.put(ctx, Part(part.id, kept), api_id, self.name, parent_id, part.id)
        changed(ctx, api_id)
        return kept

    def delete(self, ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
        """Remove a part, and what is under it."""
        api_id, parent_id = self._where(ctx, request)
        part = part_of(ctx, api_id, self.name, request[self.id_member], parent_id)
        PARTS.delete(ctx, api_id, self.name, parent_id, part.id)
        PARTS.delete_all(ctx, api_id, f"{self.name}Response", part.id)
        changed(ctx, api_id)
        return {}

    def _where(self, ctx: Context, request: dict[str, Any]) -> tuple[str, str]:
        api_id = api_of(ctx, request["ApiId"]).api_id
        if not self._under:
            return api_id, ""
        return api_id, part_of(ctx, api_id, self._under, request[self._parent_member]).id
