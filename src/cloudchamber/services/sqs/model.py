"""The values SQS keeps. Instants are milliseconds since the epoch; AWS's own attributes in seconds stay in seconds."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.services.sqs import limits


class Redrive(msgspec.Struct, frozen=True, array_like=True):
    """The redrive policy of a source queue."""

    dead_letter_target_arn: str
    max_receive_count: int


class RedriveAllow(msgspec.Struct, frozen=True, array_like=True):
    """Who may use a queue as its dead-letter queue: allowAll, denyAll or byQueue."""

    permission: str = "allowAll"
    source_queue_arns: tuple[str, ...] = ()


class Queue(msgspec.Struct, frozen=True, array_like=True):
    """A queue and its attributes."""

    name: str
    created_at_ms: int
    modified_at_ms: int
    fifo: bool = False
    visibility_timeout_s: int = limits.VISIBILITY_TIMEOUT_S_DEFAULT
    delay_s: int = 0
    retention_s: int = limits.RETENTION_S_DEFAULT
    message_bytes_max: int = limits.MESSAGE_BYTES_MAX
    wait_s: int = 0
    policy: str = ""
    redrive: Redrive | None = None
    redrive_allow: RedriveAllow | None = None
    content_based_deduplication: bool = False
    deduplication_scope: str = "queue"
    fifo_throughput_limit: str = "perQueue"
    kms_key_id: str = ""
    kms_reuse_s: int = limits.KMS_REUSE_S_DEFAULT
    sqs_managed_sse: bool = True
    tags: dict[str, str] = {}
    purged_at_ms: int = 0


class Message(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """A message, wherever it is: waiting, in flight, or in a group.

    `serial` orders messages and names this one within its queue; `receive_count` and `visible_at_ms` change with each receipt.
    `system` holds attributes that came with it (AWSTraceHeader, DeadLetterQueueSourceArn). `trace` is the call that sent it: what
    consumers inside AWS go on from.
    """

    serial: int
    message_id: str
    body: str
    sender_id: str
    sent_at_ms: int
    visible_at_ms: int
    attributes: dict[str, Any] = {}
    body_md5: str = ""
    attributes_md5: str = ""
    group_id: str = ""
    deduplication_id: str = ""
    sequence_number: str = ""
    system: dict[str, str] = {}
    receive_count: int = 0
    first_received_at_ms: int = 0
    receipt: str = ""
    bytes_count: int = 0
    trace: str = ""
    received_at_ms: int = 0


class Sent(msgspec.Struct, frozen=True, array_like=True):
    """What a deduplication id stands for, until it is forgotten."""

    message_id: str
    sequence_number: str
    until_ms: int


class Attempt(msgspec.Struct, frozen=True, array_like=True):
    """What one ReceiveRequestAttemptId received: serials and receipts, all hidden until `visible_at_ms`."""

    received: tuple[tuple[int, str], ...]
    until_ms: int
    visible_at_ms: int = 0


class Move(msgspec.Struct, frozen=True, array_like=True):
    """A message move task."""

    task_id: str
    source_arn: str
    destination_arn: str
    per_second: int
    started_at_ms: int
    status: str = "RUNNING"
    moved: int = 0
    to_move: int = 0
    failure: str = ""
