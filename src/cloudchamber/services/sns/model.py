"""The values SNS keeps. Instants are milliseconds since the epoch; attributes are texts under AWS's names."""

from __future__ import annotations

from typing import Any

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
    def archive_policy(self) -> str:
        """How long its archive keeps messages; empty when it has none."""
        return self.attributes.get("ArchivePolicy", "")

    @property
    def signature_version(self) -> str:
        """How its messages are signed: `1` with SHA-1, `2` with SHA-256."""
        return self.attributes.get("SignatureVersion", "1")


class Subscription(msgspec.Struct, frozen=True, array_like=True):
    """A subscription. `token` confirms it while it is pending, for two days from `asked_at_ms` on.

    `attributes` holds what was set, by AWS's names; `replay_status` is empty when no replay was begun.
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
    replay_status: str = ""

    @property
    def arn(self) -> str:
        """The ARN: that of its topic, and its id."""
        return f"{self.topic_arn}:{self.id}"

    @property
    def replaying(self) -> bool:
        """Whether what is published now waits behind a replay."""
        return self.replay_status in ("Pending", "In progress")


class Message(msgspec.Struct, frozen=True, array_like=True):
    """One published message, as all its deliveries share it, and archives keep it. `bodies`: by protocol, with `default`."""

    id: str
    topic_arn: str
    bodies: dict[str, str]
    attributes: dict[str, dict[str, Any]]
    published_at_ms: int
    subject: str | None = None
    group_id: str = ""
    deduplication_id: str = ""
    sequence_number: str = ""
    replayed: bool = False

    def body(self, protocol: str) -> str:
        """What subscriptions of a protocol get."""
        return self.bodies.get(protocol) or self.bodies["default"]


class Archive(msgspec.Struct, frozen=True, array_like=True):
    """The archive of a topic. At `sweep_at_ms` the oldest message leaves it; 0 while it is empty."""

    began_at_ms: int
    sweep_at_ms: int = 0


class Replay(msgspec.Struct, frozen=True, array_like=True):
    """A replay that has not come to its end. `at` is the place in the archive of the last message that was sent.

    What lies behind `begun` was published since the replay began: it waited, and is sent as new.
    """

    id: str
    at: tuple[int, int]
    begun: tuple[int, int]
    ending_at_ms: int


class Published(msgspec.Struct, frozen=True, array_like=True):
    """What a deduplication id stands for, until it is forgotten."""

    message_id: str
    sequence_number: str
    until_ms: int


class PlatformApplication(msgspec.Struct, frozen=True, array_like=True):
    """An app that gets messages through a push service. `attributes` holds what was set, by AWS's names."""

    platform: str
    name: str
    attributes: dict[str, str]

    @property
    def resource(self) -> str:
        """The resource part of its ARN."""
        return f"app/{self.platform}/{self.name}"


class PlatformEndpoint(msgspec.Struct, frozen=True, array_like=True):
    """An app on one device."""

    id: str
    platform: str
    application: str
    token: str
    user_data: str = ""
    enabled: bool = True

    @property
    def resource(self) -> str:
        """The resource part of its ARN."""
        return f"endpoint/{self.platform}/{self.application}/{self.id}"


class SandboxNumber(msgspec.Struct, frozen=True, array_like=True):
    """A phone number of the sandbox for text messages, and the one-time password that it was sent."""

    number: str
    password: str
    verified: bool = False


class Captured(msgspec.Struct, frozen=True, array_like=True):
    """A message to a person or a device (email, SMS, mobile push): kept instead of sent."""

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
