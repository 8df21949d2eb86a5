"""What a process writes, as log events; and the lines that Lambda itself writes around an invocation.

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-view.html
"""

import json
import math
from datetime import UTC, datetime
from typing import TypedDict

#: Bootstraps put a log event of several lines into an envelope: this mark, eight hexadecimal digits of length, the text.
ENVELOPE = b"\x00\x1eL"
_ENVELOPE_HEAD_BYTES = len(ENVELOPE) + 8
#: CloudWatch Logs takes no larger event: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
EVENT_BYTES_MAX = 1024 * 1024


class Figures(TypedDict):
    """What a report says of an invocation."""

    duration_ms: float
    init_ms: float | None
    memory_mb: int
    max_memory_mb: int
    status: str | None
    error_type: str | None


class LogSplitter:
    """Cuts a stream of output into log events: one for each line, one for each envelope."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """The events that `data` completes."""
        data = self._rest + data if self._rest else data
        events: list[bytes] = []
        position = 0
        while position < len(data):
            mark = data.find(ENVELOPE, position)
            plain_end = len(data) if mark < 0 else mark
            position = _cut_lines(data, position, plain_end, events)
            if mark < 0:
                break
            if position < mark:
                events.append(data[position:mark])
                position = mark
            end = _envelope_end(data, mark)
            if end is None:
                break
            events.append(data[mark + _ENVELOPE_HEAD_BYTES : end] if end > mark else ENVELOPE)
            position = max(end, mark + len(ENVELOPE))
        self._rest = data[position:]
        if len(self._rest) > EVENT_BYTES_MAX and not self._rest.startswith(ENVELOPE):
            events.append(self.rest())
        return events

    def rest(self) -> bytes:
        """What has been written without a line break at its end; it is an event when the invocation ends."""
        rest, self._rest = self._rest, b""
        return rest


def _cut_lines(data: bytes, position: int, end: int, events: list[bytes]) -> int:
    while (newline := data.find(b"\n", position, end)) >= 0:
        events.append(data[position : newline + 1])
        position = newline + 1
    return position


def _envelope_end(data: bytes, mark: int) -> int | None:
    """Where the envelope ends; None while it is incomplete; `mark` itself if it is no envelope at all."""
    digits = data[mark + len(ENVELOPE) : mark + _ENVELOPE_HEAD_BYTES]
    try:
        size = int(digits, 16) if len(digits) == 8 else None
    except ValueError:
        return mark
    if size is None:
        return None
    end = mark + _ENVELOPE_HEAD_BYTES + size
    return end if end <= len(data) else None


def iso(at_ms: int) -> str:
    """`2024-01-01T00:00:00.000Z`."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at_ms % 1000:03d}Z"


def billed_ms(duration_ms: float, init_ms: float | None) -> int:
    """Rounded up to the next millisecond; the init phase is billed too, since August 2025.

    https://aws.amazon.com/blogs/compute/aws-lambda-standardizes-billing-for-init-phase/
    """
    return max(math.ceil(round(duration_ms + (init_ms or 0.0), 2)), 1)


def start_line(request_id: str, version: str) -> str:
    """The first line of an invocation."""
    return f"START RequestId: {request_id} Version: {version}\n"


def end_line(request_id: str) -> str:
    """The line after what the function wrote."""
    return f"END RequestId: {request_id}\n"


def report_line(
    request_id: str,
    *,
    duration_ms: float,
    init_ms: float | None,
    memory_mb: int,
    max_memory_mb: int,
    status: str | None,
    error_type: str | None,
) -> str:
    """The last line: what it took. `status` (error, timeout) is there only when the runtime did not survive."""
    fields = [
        f"REPORT RequestId: {request_id}",
        f"Duration: {duration_ms:.2f} ms",
        f"Billed Duration: {billed_ms(duration_ms, init_ms)} ms",
        f"Memory Size: {memory_mb} MB",
        f"Max Memory Used: {max_memory_mb} MB",
    ]
    if init_ms is not None:
        fields.append(f"Init Duration: {init_ms:.2f} ms")
    if status:
        fields.append(f"Status: {status}")
    if error_type:
        fields.append(f"Error Type: {error_type}")
    return "\t".join(fields) + "\t\n"


def init_start_line(runtime: str) -> str:
    """The line that opens the init phase."""
    return f"INIT_START Runtime Version: {runtime}\n"


def init_report_line(init_ms: float, phase: str, status: str, error_type: str | None) -> str:
    """The line after an init phase that failed."""
    line = f"INIT_REPORT Init Duration: {init_ms:.2f} ms\tPhase: {phase}\tStatus: {status}"
    return f"{line}\tError Type: {error_type}\n" if error_type else f"{line}\n"


def platform_event(at_ms: int, kind: str, record: dict[str, object]) -> str:
    """The same as JSON: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html."""
    return json.dumps({"time": iso(at_ms), "type": f"platform.{kind}", "record": record}) + "\n"


def start_event(at_ms: int, request_id: str, version: str) -> str:
    """The first line of an invocation, as JSON."""
    return platform_event(at_ms, "start", {"requestId": request_id, "version": version})


def report_event(at_ms: int, request_id: str, figures: Figures) -> str:
    """The last line, as JSON. https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html"""
    metrics: dict[str, object] = {
        "durationMs": round(figures["duration_ms"], 3),
        "billedDurationMs": billed_ms(figures["duration_ms"], figures["init_ms"]),
        "memorySizeMB": figures["memory_mb"],
        "maxMemoryUsedMB": figures["max_memory_mb"],
    }
    if figures["init_ms"] is not None:
        metrics["initDurationMs"] = round(figures["init_ms"], 3)
    record: dict[str, object] = {
        "requestId": request_id,
        "metrics": metrics,
        "status": figures["status"] or "success",
    }
    if figures["error_type"]:
        record["errorType"] = figures["error_type"]
    return platform_event(at_ms, "report", record)


def init_start_event(at_ms: int, runtime: str, version: str) -> str:
    """The line that opens the init phase, as JSON."""
    record: dict[str, object] = {
        "initializationType": "on-demand",
        "phase": "init",
        "runtimeVersion": runtime,
        "functionVersion": version,
    }
    return platform_event(at_ms, "initStart", record)
