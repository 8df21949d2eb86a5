"""The values that go in and out of workers: what an environment is, what it is asked, what it answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol


class TimerHandle(Protocol):
    """A call that has been arranged."""

    def cancel(self) -> None:
        """Do not make the call."""
        ...


class Ids(Protocol):
    """What workers need of the chamber's randomness."""

    def hex(self, length: int) -> str:
        """`length` random hexadecimal digits."""
        ...


class Clock(Protocol):
    """What workers need of `cloudchamber.clock`: instants for log lines and deadlines, and calls much later.

    Unless the clock is virtual, the limits of a running process (function timeout, init phase) are not on it:
    processes run in real time.
    """

    is_virtual: bool

    @property
    def ids(self) -> Ids:
        """Where seeds come from; asked only when the clock is virtual."""
        ...

    def hold(self) -> None:
        """Virtual time may not jump."""
        ...

    def release(self) -> None:
        """Virtual time may jump, if nobody else holds it."""
        ...

    def now_ms(self) -> int:
        """The instant, in milliseconds since 1970."""
        ...

    def call_at(
        self, at_ms: int, callback: Callable[[], None], *, recurring: bool = False, label: str = ""
    ) -> TimerHandle:
        """Call `callback` at that instant. Nobody waits for what is `recurring`; `label` says for people what happens then."""
        ...


@dataclass(frozen=True, slots=True)
class EnvironmentSpec:
    """All that decides what an execution environment is; two with equal specs are interchangeable."""

    code_dir: str
    handler: str
    runtime: str
    function_name: str
    function_arn: str
    function_version: str = "$LATEST"
    layer_dirs: tuple[str, ...] = ()
    environ: Mapping[str, str] = field(default_factory=dict[str, str])
    memory_mb: int = 128
    timeout_ms: int = 3000
    ephemeral_mb: int = 512
    log_group: str = ""
    log_stream: str = ""
    log_format: str = "Text"
    region: str = "us-east-1"
    account: str = "000000000000"


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how many. `idle_ms` is commonly observed, AWS gives no figure; the init phase may take 10 s:
    https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
    """

    idle_ms: int = 5 * 60 * 1000
    environments_max: int = 1000
    init_ms_max: int = 10_000


@dataclass(frozen=True, slots=True)
class Invocation:
    """One event for one environment. `client_context` and `cognito_identity` are JSON texts.

    `deadline_ms` is an instant on the clock; None means the function's timeout, counted from the START line.
    """

    request_id: str
    payload: bytes
    deadline_ms: int | None = None
    trace_header: str = ""
    client_context: str | None = None
    cognito_identity: str | None = None
    invoked_function_arn: str | None = None


@dataclass(frozen=True, slots=True)
class InvocationResult:
    """What came of it. With a `function_error`, `payload` is the error object that AWS would answer.

    `log` is what the log got between START and REPORT, both included. `ended` says that the environment is gone.
    """

    payload: bytes
    function_error: str | None
    error_type: str | None
    content_type: str | None
    log: bytes
    duration_ms: float
    billed_ms: int
    init_ms: float | None
    max_memory_mb: int
    ended: bool


@dataclass(frozen=True, slots=True)
class LogEvent:
    """One log event of an environment; `request_id` is None in the init phase. `last` ends what an invocation logs."""

    spec: EnvironmentSpec
    request_id: str | None
    at_ms: int
    message: str
    last: bool = False


OnLog = Callable[[LogEvent], object]
OnChunk = Callable[[bytes], object]


class RuntimeUnavailable(RuntimeError):
    """No program on this machine can run functions of that runtime; the message names what is missing."""
