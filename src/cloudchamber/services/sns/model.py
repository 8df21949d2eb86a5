"""The values SNS keeps. Instants are milliseconds since the epoch; attributes are texts under AWS's names."""

from __future__ import annotations

import msgspec


class Topic(msgspec.Struct, frozen=True, array_like=True):
    """A topic. `attributes` holds what was set, by AWS's names."""

    name: str
    created_at_ms: int
    fifo: bool = False
    attributes: dict[str, str] = {}
    tags: dict[str, str] = {}
    deleted_subscription_count: int = 0
    data_protection_policy: str = ""

    @property
    def content_based_deduplication(self) -> bool:
        """Whether the digest of a message's body stands in for its deduplication id."""
        return self.attributes.get("ContentBasedDeduplication") == "true"

    @property
    def signature_version(self) -> str:
        """How its messages are signed: `1` with SHA-1, `2` with SHA-256."""
        return self.attributes.get("SignatureVersion", "1")


class Subscription(msgspec.Struct, frozen=True, array_like=True):
    """A subscription. `token` confirms it while it is pending, for two days from `asked_at_ms` on.

    `attributes` holds what was set, by AWS's names.
    """

    id: str
    topic_arn: str
    protocol: str
    endpoint: str
    owner: str
    raw: bool = False
    filter_policy: str = ""
    filter_scope: str = "MessageAttributes"
    dead_letter_arn: str = ""
    pending: bool = False
    token: str = ""
    authenticated: bool = True
    attributes: dict[str, str] = {}
    asked_at_ms: int = 0

    @property
    def arn(self) -> str:
        """The ARN: that of its topic, and its id."""
        return f"{self.topic_arn}:{self.id}"


class Published(msgspec.Struct, frozen=True, array_like=True):
    """What a deduplication id stands for, until it is forgotten."""

    message_id: str
    sequence_number: str
    until_ms: int


class Captured(msgspec.Struct, frozen=True, array_like=True):
    """A message to a person (email, SMS): kept instead of sent."""

    at_ms: int
    protocol: str
    endpoint: str
    message_id: str
    subject: str
    message: str


class SigningKey(msgspec.Struct, frozen=True, array_like=True):
    """The key that signs what the chamber's topics send. `name` is part of its certificate's URL."""

    name: str
    private_pem: bytes
    certificate_pem: bytes
