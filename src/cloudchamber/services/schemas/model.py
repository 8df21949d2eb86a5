"""The values the schema registry keeps. Instants are milliseconds since the epoch."""

from __future__ import annotations

import msgspec

DISCOVERED = "discovered-schemas"
OF_AWS = "aws.events"
OPEN_API, JSON_SCHEMA = "OpenApi3", "JSONSchemaDraft4"


class Registry(msgspec.Struct, frozen=True, array_like=True):
    """A container of schemas. `policy` is JSON, empty when there is none."""

    name: str
    description: str = ""
    tags: dict[str, str] = {}
    policy: str = ""
    revision_id: str = ""


class Schema(msgspec.Struct, frozen=True, array_like=True):
    """A schema without its contents. Version numbers are never given out twice: `last_version` is the highest one ever.

    `shape`: of a discovered schema, what its events have in common, as JSON in the notation of `rules.inference`.
    """

    registry: str
    name: str
    modified_at_ms: int
    description: str = ""
    tags: dict[str, str] = {}
    last_version: int = 0
    client_token: str = ""
    shape: str = ""

    @property
    def resource(self) -> str:
        """The part of its ARN that names it."""
        return f"schema/{self.registry}/{self.name}"


class Version(msgspec.Struct, frozen=True, array_like=True):
    """One content of a schema."""

    number: int
    type: str
    content: str
    created_at_ms: int


class Discoverer(msgspec.Struct, frozen=True, array_like=True):
    """What infers schemas from the events of one bus."""

    id: str
    source_arn: str
    state: str
    description: str = ""
    cross_account: bool = True
    tags: dict[str, str] = {}

    @property
    def rule_name(self) -> str:
        """The rule that brings it the events of its bus; a rule's name has up to 64 characters."""
        return f"Schemas-{self.id}"[:64]
