"""The values REST APIs are made of. `members` are AWS's own members, under AWS's names, as they are answered."""

from __future__ import annotations

from typing import Any

import msgspec

Members = dict[str, Any]


class Owner(msgspec.Struct, frozen=True, array_like=True):
    """Where an API lives: its identifier alone is in the names clients use."""

    account: str
    region: str


class Part(msgspec.Struct, frozen=True, array_like=True):
    """Anything that has an identifier and members: an API, an authorizer, a model, a stage, a key, ..."""

    id: str
    members: Members


class Resource(msgspec.Struct, frozen=True, array_like=True):
    """A path, and its methods by verb; each method holds its responses and its integration."""

    id: str
    path: str
    parent_id: str = ""
    path_part: str = ""
    methods: dict[str, Members] = {}


class Snapshot(msgspec.Struct, frozen=True, array_like=True):
    """What an API was when it was deployed; parts by identifier, gateway responses by type."""

    resources: list[Resource]
    authorizers: dict[str, Members]
    validators: dict[str, Members]
    gateway_responses: dict[str, Members]
    binary_media_types: list[str] = []
    api_key_source: str = "HEADER"
