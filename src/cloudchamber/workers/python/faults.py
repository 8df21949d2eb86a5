"""The faults of user code, worded as AWS's Python runtime interface client words them.

https://github.com/aws/aws-lambda-python-runtime-interface-client (Apache-2.0) is what AWS runs.
"""

import importlib
import os
import sys
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import Any

Handler = Callable[[Any, Any], Any]

#: AWS's log lines indent with no-break spaces, so that log viewers keep the indentation.
_INDENT = "\u00a0"


class Fault(Exception):
    """A fault with one of AWS's names; `trace` is what the answer shows as stackTrace."""

    def __init__(self, kind: str, message: str, trace: list[str] | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.trace = trace or []


def error_of(exception: BaseException, own_files: frozenset[str]) -> dict[str, Any]:
    """The answer to an exception: errorMessage, errorType and the stack without our own frames."""
    if isinstance(exception, Fault):
        return {"errorMessage": exception.message, "errorType": exception.kind, "stackTrace": exception.trace}
    return {
        "errorMessage": str(exception),
        "errorType": type(exception).__name__,
        "stackTrace": _stack(exception.__traceback__, own_files),
    }


def log_text(error: dict[str, Any]) -> str:
    """The lines of an error in a plain-text log."""
    kind, message, stack = error["errorType"], error["errorMessage"], error["stackTrace"]
    head = f"[ERROR] {kind}: {message}" if kind and message else f"[ERROR] {kind or message}"
    lines = [head]
    if stack:
        lines.append("Traceback (most recent call last):")
        for entry in stack:
            lines += [_indented(line) for line in entry.rstrip("\n").split("\n")]
    return "\n".join(lines) + "\n"


def load_handler(handler: str) -> Handler:
    """The function that `module.name` means. Raises Fault as AWS would."""
    parts = handler.rsplit(".", 1)
    if len(parts) != 2:
        detail = "not enough values to unpack (expected 2, got 1)"
        raise Fault("Runtime.MalformedHandlerName", f"Bad handler '{handler}': {detail}")
    module_name, function_name = parts
    if module_name.split(".")[0] in sys.builtin_module_names:
        message = f"Cannot use built-in module {module_name} as a handler module"
        raise Fault("Runtime.BuiltInModuleConflict", message)
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise Fault(
            "Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}"
        ) from error
    except SyntaxError as error:
        trace = [f'  File "{error.filename}" Line {error.lineno}\n    {error.text}']
        message = f"Syntax error in module '{module_name}': {error}"
        raise Fault("Runtime.UserCodeSyntaxError", message, trace) from error
    found = getattr(module, function_name, None)
    if found is None:
        message = f"Handler '{function_name}' missing on module '{module_name}'"
        raise Fault("Runtime.HandlerNotFound", message)
    return found


def exit_status(code: object) -> int:
    """What the process ends with when its code calls `sys.exit(code)`."""
    sys.stdout.flush()
    sys.stderr.flush()
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    os.write(2, f"{code}\n".encode(errors="backslashreplace"))
    return 1


def _stack(trace: TracebackType | None, own_files: frozenset[str]) -> list[str]:
    frames = [(f.filename, f.lineno or 0, f.name, f.line) for f in traceback.extract_tb(trace)]
    while frames and (frames[0][0] in own_files or frames[0][0].startswith("<frozen importlib")):
        del frames[0]
    return traceback.format_list(frames)


def _indented(line: str) -> str:
    bare = line.lstrip(" ")
    return _INDENT * (len(line) - len(bare)) + bare
