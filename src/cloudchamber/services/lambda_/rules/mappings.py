"""Event source mappings: what one may be; of SQS, what its function is told. `rules/streams.py` has what is of streams.

https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec

from cloudchamber.languages.event_pattern import Dialect, InvalidPattern, Pattern, compile_pattern
from cloudchamber.services.lambda_ import limits
from cloudchamber.services.lambda_.errors import InvalidParameterValueException
from cloudchamber.services.lambda_.model import Mapping
from cloudchamber.services.lambda_.rules import streams

_OF_STREAMS = (
    "BisectBatchOnFunctionError", "DestinationConfig", "MaximumRecordAgeInSeconds", "MaximumRetryAttempts",
    "ParallelizationFactor", "StartingPosition", "StartingPositionTimestamp", "TumblingWindowInSeconds",
)  # fmt: skip
_OF_QUEUES = ("ProvisionedPollerConfig", "ScalingConfig")
RECORDED = ("KMSKeyArn", "LoggingConfig", "MetricsConfig", "ProvisionedPollerConfig")


def configured(mapping: Mapping, request: dict[str, Any]) -> Mapping:
    """`mapping` as the members of a create or update request make it. Raises AWS's error."""
    of_queue = mapping.source_service == "sqs"
    for member in _OF_STREAMS if of_queue else _OF_QUEUES:
        if request.get(member) not in (None, {}):
            kind = "SQS" if of_queue else "stream"
            raise InvalidParameterValueException(
                f"{member} is not supported for {kind} event sources.", Type="User"
            )
    changes: dict[str, Any] = {}
    for member, field in (
        ("BatchSize", "batch_size"),
        ("MaximumBatchingWindowInSeconds", "window_s"),
        ("Enabled", "enabled"),
    ):
        if request.get(member) is not None:
            changes[field] = request[member]
    if request.get("FunctionResponseTypes") is not None:
        changes["response_types"] = tuple(request["FunctionResponseTypes"])
    if request.get("ScalingConfig") is not None:
        changes["concurrency_max"] = request["ScalingConfig"].get("MaximumConcurrency")
    if request.get("FilterCriteria") is not None:
        changes["filters"] = _filters(request["FilterCriteria"].get("Filters") or [])
    recorded = {member: request[member] for member in RECORDED if request.get(member) is not None}
    mapping = msgspec.structs.replace(mapping, settings=mapping.settings | recorded, **changes)
    if not of_queue:
        return streams.configured(mapping, request)
    _check(mapping)
    return mapping


def _check(mapping: Mapping) -> None:
    """F013, F014, F015."""
    if mapping.source_arn.endswith(".fifo"):
        if mapping.batch_size > limits.FIFO_BATCH_SIZE_MAX:
            raise InvalidParameterValueException(
                f"Invalid request. BatchSize must be in the range [1, {limits.FIFO_BATCH_SIZE_MAX}] for FIFO queues.",
                Type="User",
            )
        if mapping.window_s:
            raise InvalidParameterValueException(
                "Batching window is not supported for FIFO queues.", Type="User"
            )
    elif mapping.batch_size > limits.SQS_BATCH_WITHOUT_WINDOW_MAX and not mapping.window_s:
        raise InvalidParameterValueException(
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10",
            Type="User",
        )
    if mapping.concurrency_max is not None and mapping.settings.get("ProvisionedPollerConfig"):
        raise InvalidParameterValueException(
            "MaximumConcurrency and ProvisionedPollerConfig cannot be specified together.", Type="User"
        )


def _filters(filters: list[dict[str, Any]]) -> tuple[str, ...]:
    if len(filters) > limits.FILTERS_MAX:
        raise InvalidParameterValueException(
            f"Maximum number of filters per event source mapping is {limits.FILTERS_MAX}.", Type="User"
        )
    texts = tuple(filter_.get("Pattern") or "{}" for filter_ in filters)
    try:
        _compiled(texts)
    except InvalidPattern:
        raise InvalidParameterValueException("Invalid filter pattern definition.", Type="User") from None
    return texts


@lru_cache(maxsize=1024)
def _compiled(texts: tuple[str, ...]) -> tuple[Pattern, ...]:
    return tuple(compile_pattern(text, Dialect.LAMBDA) for text in texts)


def passes(mapping: Mapping, record: dict[str, Any]) -> bool:
    """Whether one of the filters lets a record through; a body that is JSON is matched as such (F019).

    https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html
    """
    if not mapping.filters:
        return True
    if mapping.source_service != "sqs":
        seen = streams.filtered_on(record)
        return any(pattern.matches(seen) for pattern in _compiled(mapping.filters))
    seen = record
    try:
        body = msgspec.json.decode(record["body"])
    except (msgspec.DecodeError, UnicodeDecodeError):
        body = None
    if isinstance(body, dict):
        seen = record | {"body": body}
    return any(pattern.matches(seen) for pattern in _compiled(mapping.filters))


def check_visibility(visibility_timeout_s: int, function_timeout_s: int) -> None:
    """A queue must hide messages for at least as long as the function may take (F016)."""
    if visibility_timeout_s < function_timeout_s:
        raise InvalidParameterValueException(
            f"Queue visibility timeout: {visibility_timeout_s} seconds is less than Function timeout: "
            f"{function_timeout_s} seconds",
            Type="User",
        )


def described(mapping: Mapping, function_arn: str, arn: str, state: str = "") -> dict[str, Any]:
    """An EventSourceMappingConfiguration; `state` while it is under way to another one.

    https://docs.aws.amazon.com/lambda/latest/api/API_EventSourceMappingConfiguration.html
    """
    answer: dict[str, Any] = {
        "UUID": mapping.uuid,
        "BatchSize": mapping.batch_size,
        "MaximumBatchingWindowInSeconds": mapping.window_s,
        "EventSourceArn": mapping.source_arn,
        "FunctionArn": function_arn,
        "LastModified": mapping.modified_at_ms / 1000,
        "State": state or ("Enabled" if mapping.enabled else "Disabled"),
        "StateTransitionReason": mapping.reason,
        "FunctionResponseTypes": list(mapping.response_types),
        "EventSourceMappingArn": arn,
        **mapping.settings,
    }
    if mapping.concurrency_max is not None:
        answer["ScalingConfig"] = {"MaximumConcurrency": mapping.concurrency_max}
    if mapping.filters:
        answer["FilterCriteria"] = {"Filters": [{"Pattern": text} for text in mapping.filters]}
    if mapping.source_service != "sqs":
        answer |= streams.described(mapping)
    if mapping.last_result:
        answer["LastProcessingResult"] = mapping.last_result
    return answer


def failed_ids(payload: bytes, ids: list[str]) -> set[str]:
    """Which messages a function reports as failed, of those it was given; all of them for a report that is wrong (F018).

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
    """
    try:
        answer = msgspec.json.decode(payload) if payload else None
    except (msgspec.DecodeError, UnicodeDecodeError):
        return set(ids)
    if answer is None or answer == {}:
        return set()
    if not isinstance(answer, dict):
        return set(ids)
    failures = answer.get("batchItemFailures")
    if failures is None:
        return set()
    if not isinstance(failures, list):
        return set(ids)
    failed: set[str] = set()
    for failure in failures:
        identifier = failure.get("itemIdentifier") if isinstance(failure, dict) else None
        if not isinstance(identifier, str) or identifier not in ids:
            return set(ids)
        failed.add(identifier)
    return failed
