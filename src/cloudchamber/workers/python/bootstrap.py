"""The bootstrap of Python environments: reads what it shall be, imports the handler, answers events until the end.

It behaves as AWS's runtime interface client does; instead of HTTP it speaks frames over an inherited socket.
"""

import decimal
import io
import json
import os
import signal
import socket
import struct
import sys
import time
from typing import Any, NoReturn

from cloudchamber.workers import frames
from cloudchamber.workers.python import faults, isolation, logs, template, travel
from cloudchamber.workers.python.channel import Channel
from cloudchamber.workers.python.context import LambdaContext

#: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
RESPONSE_BYTES_MAX = 6 * 1024 * 1024 + 100

_OWN_FILES = frozenset((__file__, faults.__file__))


class Encoder(json.JSONEncoder):
    """AWS's runtime turns Decimal into a number."""

    def default(self, o: Any) -> Any:
        """What json cannot encode by itself."""
        if isinstance(o, decimal.Decimal):
            return "NaN" if o.is_nan() else float(o)
        return super().default(o)


_encode = Encoder(ensure_ascii=False).encode


def main() -> int:
    """Become the process that the first frame describes; the exit status, if it returns."""
    channel = Channel(socket.socket(fileno=isolation.CHANNEL_FD))
    spec = json.loads(channel.receive())
    _be_isolated(spec)
    if spec["argv"]:
        _execute(spec)
    chronometer = None if spec["seed"] is None else _travel(spec["seed"])
    isolation.limit_data(spec["data_bytes_max"])
    sys.stdout = _text_output(1)
    sys.stderr = _text_output(2)
    _take_paths(spec)
    try:
        if chronometer and "is_template" in spec:
            return template.run(spec, chronometer, _answer)
        return _serve(channel, spec["handler"])
    except SystemExit as leaving:
        return faults.exit_status(leaving.code)
    except MemoryError:
        _out_of_memory()


def _be_isolated(spec: dict[str, Any]) -> None:
    private = isolation.isolate_files(spec)
    os.environ.clear()
    os.environ.update(spec["environ"])
    if not private:
        os.makedirs(spec["tmp_dir"], exist_ok=True)
        os.environ.setdefault("TMPDIR", spec["tmp_dir"])
    time.tzset()
    os.chdir(spec["code_dir"])


def _travel(seed: str) -> travel.Chronometer:
    """Live on the chamber's clock."""
    chronometer = travel.install()
    chronometer.begin(isolation.PAGE_FD)
    chronometer.entropy.reseed(seed)
    os.close(isolation.PAGE_FD)
    return chronometer


def _execute(spec: dict[str, Any]) -> NoReturn:
    if spec["keep_channel"]:
        os.set_inheritable(isolation.CHANNEL_FD, True)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        os.execve(spec["argv"][0], spec["argv"], dict(os.environ))
    except OSError as error:
        os.write(1, f"{spec['argv'][0]}: {error.strerror}\n".encode())
    os._exit(126)


def _text_output(descriptor: int) -> io.TextIOWrapper:
    """Each line is written at once: what a killed function has printed is in its log."""
    raw = io.FileIO(descriptor, "w", closefd=False)
    return io.TextIOWrapper(
        io.BufferedWriter(raw), encoding="utf-8", errors="backslashreplace", line_buffering=True
    )


def _take_paths(spec: dict[str, Any]) -> None:
    """Put the function's code first, and forget warmed modules that it brings in its own version."""
    own = [spec["code_dir"], *spec["python_paths"]]
    standard = [path for path in sys.path if _is_standard(path)]
    sys.path[:] = [*own, *os.environ.get("PYTHONPATH", "").split(":"), *standard]
    sys.argv = [spec["handler"]]
    names: set[str] = set()
    for path in own:
        if os.path.isdir(path):
            names.update(entry.split(".")[0] for entry in os.listdir(path))
    names -= sys.stdlib_module_names
    for name in [name for name in sys.modules if name.split(".")[0] in names]:
        del sys.modules[name]
    chronometer = travel.installed()
    if chronometer and "time_machine" in names:
        travel.join_own_copy(chronometer)


def _is_standard(path: str) -> bool:
    """The standard library, without what happens to be installed beside the host."""
    return path.startswith(sys.base_prefix) and "-packages" not in path


def _serve(channel: Channel, handler_name: str) -> int:
    current = logs.CurrentRequest()
    logs.set_up(current)
    try:
        handler = faults.load_handler(handler_name)
    except Exception as exception:  # noqa: BLE001  whatever user code raises is the answer
        if isinstance(exception, MemoryError):
            _out_of_memory()
        error = {**faults.error_of(exception, _OWN_FILES), "requestId": ""}
        logs.log_error(error, faults.log_text(error))
        _flush()
        channel.send(frames.INIT_ERROR, _encode(error).encode())
        return 1
    _flush()
    return _answer(channel, handler, current)


def _answer(channel: Channel, handler: faults.Handler, current: logs.CurrentRequest) -> NoReturn:
    """Say that the init phase is over, and answer events until the host goes away."""
    channel.send(frames.READY, b"")
    while True:
        body = channel.receive()
        received_at = time.monotonic()
        size = struct.unpack_from("!I", body)[0]
        header = json.loads(body[4 : 4 + size])
        current.request_id = header["id"]
        os.environ["_X_AMZN_TRACE_ID"] = header["trace"]
        kind, answer = _handle(handler, body[4 + size :], LambdaContext(header, received_at))
        _flush()
        channel.send(kind, answer)


def _handle(handler: faults.Handler, payload: bytes, context: LambdaContext) -> tuple[bytes, bytes]:
    try:
        result = handler(_event(payload), context)
        answer = _marshal(result)
    except Exception as exception:  # noqa: BLE001  whatever user code raises is the answer
        if isinstance(exception, MemoryError):
            _out_of_memory()
        error = {**faults.error_of(exception, _OWN_FILES), "requestId": context.aws_request_id}
        logs.log_error(error, faults.log_text(error))
        return frames.ERROR, _encode(error).encode(errors="replace")
    if len(answer) > RESPONSE_BYTES_MAX:
        message = f"Response payload size exceeded maximum allowed payload size ({RESPONSE_BYTES_MAX} bytes)."
        error = {"errorType": "Function.ResponseSizeTooLarge", "errorMessage": message}
        logs.write_event(f"[ERROR] {message}\n")
        return frames.ERROR, _encode(error).encode()
    return frames.RESPONSE, answer


def _event(payload: bytes) -> Any:
    try:
        return json.loads(payload)
    except ValueError as error:
        raise faults.Fault("Runtime.UnmarshalError", f"Unable to unmarshal input: {error}") from error


def _marshal(result: Any) -> bytes:
    try:
        return _encode(result).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise faults.Fault("Runtime.MarshalError", f"Unable to marshal response: {error}") from error


def _flush() -> None:
    sys.stdout.flush()
    sys.stderr.flush()


def _out_of_memory() -> NoReturn:
    """AWS kills the process whose memory is used up; the host sees that it was killed."""
    os.kill(os.getpid(), signal.SIGKILL)
    os._exit(137)
