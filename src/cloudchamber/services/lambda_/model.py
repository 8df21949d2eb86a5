"""The values Lambda keeps. Instants are milliseconds since the epoch; AWS's own attributes in seconds stay in seconds."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.services.lambda_ import limits

LATEST = "$LATEST"


class Code(msgspec.Struct, frozen=True, array_like=True):
    """A deployment package: the base64 SHA-256 that AWS prints, and the size of the archive."""

    sha256: str
    size_bytes: int


class LayerUse(msgspec.Struct, frozen=True, array_like=True):
    """A layer version as a function uses it."""

    arn: str
    code: Code


class Logging(msgspec.Struct, frozen=True, array_like=True):
    """Where a function logs to and in which format; empty means AWS's default."""

    format: str = "Text"
    application_level: str = ""
    system_level: str = ""
    group: str = ""


class Function(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """A function as one version of it is: `$LATEST`, or what was published. `last_number` and below belong to `$LATEST` only.

    `settings` holds what is recorded and returned as it was given (VpcConfig, FileSystemConfigs, ...), by member name.
    """

    name: str
    version: str
    revision_id: str
    modified_at_ms: int
    role: str
    code: Code
    runtime: str = ""
    handler: str = ""
    description: str = ""
    timeout_s: int = limits.TIMEOUT_S_DEFAULT
    memory_mb: int = limits.MEMORY_MB_DEFAULT
    environment: dict[str, str] | None = None
    layers: tuple[LayerUse, ...] = ()
    architecture: str = "x86_64"
    ephemeral_mb: int = limits.EPHEMERAL_MB_DEFAULT
    tracing: str = "PassThrough"
    dead_letter_arn: str = ""
    snap_start: str = "None"
    logging: Logging = Logging()
    settings: dict[str, Any] = {}
    last_number: int = 0
    tags: dict[str, str] = {}
    recursive_loop: str = "Terminate"


class Alias(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """A name for a version, or for two with the share of the second."""

    name: str
    version: str
    revision_id: str
    description: str = ""
    weights: dict[str, float] = {}


class Layer(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """One version of a layer."""

    name: str
    number: int
    code: Code
    created_at_ms: int
    description: str = ""
    runtimes: tuple[str, ...] = ()
    architectures: tuple[str, ...] = ()
    license_info: str = ""


class Policy(msgspec.Struct, frozen=True, array_like=True):
    """The statements of a resource policy, in the order in which they were added."""

    revision_id: str
    statements: tuple[dict[str, Any], ...] = ()


class EventInvoke(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """How asynchronous invocations of one qualifier are retried and where they end; None means AWS's default."""

    qualifier: str
    modified_at_ms: int
    retry_attempts: int | None = None
    event_age_s: int | None = None
    on_success: str = ""
    on_failure: str = ""


class Url(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """A function URL of one qualifier."""

    id: str
    function_name: str
    qualifier: str
    auth_type: str
    created_at_ms: int
    modified_at_ms: int
    invoke_mode: str = "BUFFERED"
    cors: dict[str, Any] = {}


class UrlPlace(msgspec.Struct, frozen=True, array_like=True):
    """Whose function URL an identifier is."""

    account: str
    region: str
    function_name: str
    qualifier: str


class Provisioned(msgspec.Struct, frozen=True, array_like=True):
    """Provisioned concurrency of an alias or version."""

    qualifier: str
    count: int
    modified_at_ms: int


class Mapping(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """An event source mapping. `generation` changes whenever its poller must begin anew."""

    uuid: str
    source_arn: str
    function_name: str
    qualifier: str
    function_account: str
    modified_at_ms: int
    generation: int
    enabled: bool = True
    batch_size: int = limits.SQS_BATCH_SIZE_DEFAULT
    window_s: int = 0
    concurrency_max: int | None = None
    filters: tuple[str, ...] = ()
    response_types: tuple[str, ...] = ()
    reason: str = "USER_INITIATED"
    settings: dict[str, Any] = {}
    tags: dict[str, str] = {}
    last_result: str = ""
    start: str = ""
    start_at_ms: int = 0
    slot_count: int = 1
    bisects: bool = False
    age_s_max: int = -1
    retries_max: int = -1
    tumbling_s: int = 0
    on_failure: str = ""

    @property
    def source_service(self) -> str:
        """The service of its event source: sqs, kinesis or dynamodb."""
        return self.source_arn.split(":", 3)[2]


class Slot(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """How far one of a shard's concurrent readers has come: the last sequence number it is done with, "" for none.

    `window_s` is the beginning of its open tumbling window in seconds since the epoch, or -1; `state` is what its function
    answered last, as JSON.
    """

    position: str = ""
    window_s: int = -1
    state: bytes = b"{}"


class Progress(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """How far a mapping has come in one shard; `ended` once it is closed and everything of it is dealt with."""

    slots: tuple[Slot, ...]
    ended: bool = False
