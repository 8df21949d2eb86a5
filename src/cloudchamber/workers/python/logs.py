"""The logging of Python functions: https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html.

What a function prints becomes one log event per line; a record of `logging` is one event even if it has many lines.
So records that contain line breaks go into the log in a small envelope, which the host opens.
"""

import json
import logging
import os
import sys
import time
import traceback
from typing import Any

#: Kept in step with cloudchamber.workers.log_events.ENVELOPE.
ENVELOPE = b"\x00\x1eL"

_STANDARD_ATTRIBUTES = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_JSON_LEVELS = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")


class CurrentRequest:
    """The id of the request being handled, for the log records of its code."""

    def __init__(self) -> None:
        self.request_id = ""


def write_event(text: str) -> None:
    """Write one log event, whole."""
    data = text.encode(errors="backslashreplace")
    if data.find(b"\n", 0, len(data) - 1) >= 0:
        data = b"%b%08x" % (ENVELOPE, len(data)) + data
    sys.stdout.flush()
    view = memoryview(data)
    while view:
        view = view[os.write(1, view) :]


class LambdaLoggerHandler(logging.Handler):
    """Sends records to the log of the function."""

    def __init__(self, current: CurrentRequest) -> None:
        super().__init__()
        self._current = current

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record as one event."""
        record.aws_request_id = self._current.request_id
        try:
            write_event(self.format(record))
        except Exception:  # noqa: BLE001  a bad record must not fail the function: the standard library's rule
            self.handleError(record)


class TextFormatter(logging.Formatter):
    """`[INFO]\\t2024-01-01T00:00:00.000Z\\trequest-id\\tmessage`."""

    converter = time.gmtime

    def __init__(self) -> None:
        super().__init__(
            "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n",
            "%Y-%m-%dT%H:%M:%S",
        )


class JsonFormatter(logging.Formatter):
    """The JSON of AWS_LAMBDA_LOG_FORMAT=JSON."""

    converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        """One JSON object and a line break."""
        values: dict[str, Any] = {
            "timestamp": self.formatTime(record, "%Y-%m-%dT%H:%M:%SZ"),
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
        }
        if record.exc_info and record.exc_info[0] is not None:
            values["stackTrace"] = traceback.format_tb(record.exc_info[2])
            values["errorType"] = record.exc_info[0].__name__
            values["errorMessage"] = str(record.exc_info[1])
            values["location"] = f"{record.pathname}:{record.funcName}:{record.lineno}"
        extra = {
            k: v for k, v in vars(record).items() if k not in _STANDARD_ATTRIBUTES and k != "aws_request_id"
        }
        values.update(extra)
        if record.__dict__.get("aws_request_id"):
            values["requestId"] = record.__dict__["aws_request_id"]
        return json.dumps(values, ensure_ascii=False, default=str) + "\n"


def uses_json() -> bool:
    """Whether the function's log format is JSON."""
    return os.environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON"


def set_up(current: CurrentRequest) -> None:
    """Give the root logger Lambda's handler, and nothing else."""
    root = logging.getLogger()
    root.handlers[:] = []
    handler = LambdaLoggerHandler(current)
    handler.setFormatter(JsonFormatter() if uses_json() else TextFormatter())
    root.addHandler(handler)
    level = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "")
    if uses_json() and level in _JSON_LEVELS:
        root.setLevel({"TRACE": "DEBUG", "WARN": "WARNING", "FATAL": "CRITICAL"}.get(level, level))


def log_error(error: dict[str, Any], text: str) -> None:
    """Log the error that ended an invocation or the init phase."""
    if not uses_json():
        write_event(text)
        return
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    write_event(json.dumps({"timestamp": stamp, "log_level": "ERROR", **error}, ensure_ascii=False) + "\n")
