"""Event source mappings of streams: what one may be, what follows a failed batch, and when it is tried again.

https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
"""

from __future__ import annotations

import base64
import zlib
from typing import Any, NamedTuple

import msgspec

from cloudchamber.aws import Arn
from cloudchamber.services.lambda_ import limits
from cloudchamber.services.lambda_.errors import InvalidParameterValueException
from cloudchamber.services.lambda_.model import Mapping
from cloudchamber.wire.instants import iso8601

_FIELDS = (
    ("BisectBatchOnFunctionError", "bisects"),
    ("MaximumRecordAgeInSeconds", "age_s_max"),
    ("MaximumRetryAttempts", "retries_max"),
    ("ParallelizationFactor", "slot_count"),
    ("TumblingWindowInSeconds", "tumbling_s"),
)
_DESTINATIONS = ("sqs", "sns", "s3")
_RETRY_BASE_MS, _RETRY_DELAY_MS_MAX = 1_000, 60_000


def started(mapping: Mapping, request: dict[str, Any], now_ms: int) -> Mapping:
    """A new mapping with its starting position. Raises AWS's error.

    https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
    """
    position, timestamp = request.get("StartingPosition"), request.get("StartingPositionTimestamp")
    if not position:
        raise InvalidParameterValueException(
            "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: "
            "Member must not be null.",
            Type="User",
        )
    if position == "AT_TIMESTAMP":
        if mapping.source_service == "dynamodb":
            raise InvalidParameterValueException(
                f"Unsupported starting position for arn type: {mapping.source_arn}", Type="User"
            )
        if timestamp is None:
            raise InvalidParameterValueException("Need to specify a timestamp", Type="User")
        if timestamp * 1000 > now_ms:
            raise InvalidParameterValueException(
                "StartingPositionTimestamp cannot be in the future.", Type="User"
            )
    elif timestamp is not None:
        raise InvalidParameterValueException(
            f"Timestamp is not supported for starting position {position}", Type="User"
        )
    return msgspec.structs.replace(
        mapping,
        start=position,
        start_at_ms=round((timestamp or 0) * 1000),
        batch_size=limits.STREAM_BATCH_SIZE_DEFAULT,
        last_result="No records processed",
    )


def configured(mapping: Mapping, request: dict[str, Any]) -> Mapping:
    """`mapping` as those members of a create or update request make it that only streams have."""
    changes: dict[str, Any] = {
        field: request[member] for member, field in _FIELDS if request.get(member) is not None
    }
    if request.get("DestinationConfig") is not None:
        changes["on_failure"] = _on_failure(request["DestinationConfig"])
    mapping = msgspec.structs.replace(mapping, **changes)
    if 0 <= mapping.age_s_max < limits.RECORD_AGE_S_MIN:
        raise InvalidParameterValueException(
            f"MaximumRecordAgeInSeconds must be -1 or at least {limits.RECORD_AGE_S_MIN} seconds.",
            Type="User",
        )
    return mapping


def _on_failure(config: dict[str, Any]) -> str:
    if (config.get("OnSuccess") or {}).get("Destination"):
        raise InvalidParameterValueException(
            "OnSuccess destinations are not supported for stream event sources.", Type="User"
        )
    text = (config.get("OnFailure") or {}).get("Destination") or ""
    arn = Arn.parse(text)
    if text and (arn is None or arn.service not in _DESTINATIONS or text.endswith(".fifo")):
        raise InvalidParameterValueException(
            f"The provided destination config DestinationConfig(OnFailure) is invalid: {text}", Type="User"
        )
    return text


def described(mapping: Mapping) -> dict[str, Any]:
    """Those members of an EventSourceMappingConfiguration that only streams have."""
    answer: dict[str, Any] = {member: getattr(mapping, field) for member, field in _FIELDS}
    answer["StartingPosition"] = mapping.start
    if mapping.start == "AT_TIMESTAMP":
        answer["StartingPositionTimestamp"] = mapping.start_at_ms / 1000
    on_failure = {"Destination": mapping.on_failure} if mapping.on_failure else {}
    return answer | {"DestinationConfig": {"OnFailure": on_failure}}


def stream_arn_of(source_arn: str) -> str:
    """The stream of a source, which may be a consumer for enhanced fan-out."""
    return source_arn.split("/consumer/", maxsplit=1)[0]


def filtered_on(record: dict[str, Any]) -> dict[str, Any]:
    """A record as filters see it: of Kinesis, its data as the JSON that it holds, beside the other members.

    https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis-filtering.html
    https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html
    """
    if "kinesis" not in record:
        return msgspec.json.decode(msgspec.json.encode(record))
    told = record["kinesis"]
    try:
        data = msgspec.json.decode(base64.b64decode(told["data"]))
    except (msgspec.DecodeError, UnicodeDecodeError):
        data = told["data"]
    return record | told | {"data": data}


def slot_of(key: bytes, slot_count: int) -> int:
    """Which of a shard's concurrent readers has the records of a key (F023)."""
    return zlib.crc32(key) % slot_count if slot_count > 1 else 0


class Attempt(NamedTuple):
    """What is to follow a failed batch: `done` records are dealt with; the others come again in parts of the sizes of `parts`.

    `attempts`: how many count against the retry quota. With no parts, the rest is given up.
    """

    done: int
    parts: tuple[int, ...]
    attempts: int


def after_failure(mapping: Mapping, count: int, failed_from: int, attempts: int) -> Attempt:
    """What follows when the records from `failed_from` on failed, of `count`, after `attempts` earlier failures (F021, F022).

    Splitting does not use up the retry quota.
    https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
    """
    left = count - failed_from
    if mapping.bisects and left > 1:
        parts = (left,) if failed_from else ((left + 1) // 2, left // 2)
        return Attempt(failed_from, parts, attempts)
    attempts += 1
    if 0 <= mapping.retries_max < attempts:
        return Attempt(failed_from, (), attempts)
    return Attempt(failed_from, (left,), attempts)


def retry_delay_ms(failures: int) -> int:
    """How long to wait after so many failures in a row: 1 s, 2 s, ... 60 s."""
    return min(_RETRY_DELAY_MS_MAX, _RETRY_BASE_MS * 2 ** min(failures - 1, 20))


# -- tumbling windows


def window_of(mapping: Mapping, at_ms: int) -> int:
    """The beginning of the tumbling window of an instant, in seconds (F024)."""
    return at_ms // 1000 // mapping.tumbling_s * mapping.tumbling_s


def window_members(
    mapping: Mapping, shard_id: str, window_s: int, state: bytes, *, final: bool, early: bool
) -> dict[str, Any]:
    """What the function of a tumbling window is told beside the records.

    https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html
    """
    return {
        "window": {
            "start": iso8601(window_s),
            "end": iso8601(window_s + mapping.tumbling_s),
        },
        "state": msgspec.Raw(state),
        "shardId": shard_id,
        "eventSourceARN": mapping.source_arn,
        "isFinalInvokeForWindow": final,
        "isWindowTerminatedEarly": early,
    }


def state_in(payload: bytes) -> bytes | None:
    """The state that a function answers, as JSON; None when there is none, which is a failed invocation."""
    try:
        answer = msgspec.json.decode(payload, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    state = answer.get("state")
    return None if state is None or bytes(state) == b"null" else bytes(state)
