"""Records of shards on their way through a pipe: lanes, batches, retries, and what is said of those given up.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-kinesis.html
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from cloudchamber.services.pipes import limits
from cloudchamber.services.pipes.rules.events import Event


class Held(NamedTuple):
    """A record that was read and is not yet through. `key`: records of one key keep their order."""

    event: Event
    sequence_number: str
    arrived_at_ms: int
    key: str
    size_bytes: int


class Batch(NamedTuple):
    """Records that go through a pipe together, and how often they have failed."""

    records: list[Held]
    failure_count: int = 0


def lanes_of(records: Iterable[Held], factor: int) -> list[list[Held]]:
    """Records for `factor` batches side by side, the order of each key kept (F023)."""
    if factor == 1:
        return [list(records)]
    lanes: list[list[Held]] = [[] for _ in range(factor)]
    for record in records:
        lanes[zlib.crc32(record.key.encode()) % factor].append(record)
    return [lane for lane in lanes if lane]


def batches_of(records: list[Held], size_max: int) -> list[Batch]:
    """A lane as batches that are neither too many nor too large."""
    batches: list[Batch] = []
    batch: list[Held] = []
    size_bytes = 0
    for record in records:
        if batch and (len(batch) == size_max or size_bytes + record.size_bytes > limits.PAYLOAD_BYTES_MAX):
            batches.append(Batch(batch))
            batch, size_bytes = [], 0
        batch.append(record)
        size_bytes += record.size_bytes
    return [*batches, Batch(batch)] if batch else batches


def after_failure(batch: Batch, failed: set[int], *, bisects: bool, counts: bool) -> list[Batch]:
    """What to try again after an attempt of which `failed` did not get through.

    AUTOMATIC_BISECT halves what failed; halving and failures of AWS (`counts` False) use up no attempt.
    https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeSourceKinesisStreamParameters.html
    """
    left = [record for index, record in enumerate(batch.records) if index in failed]
    if bisects and counts and len(left) > 1:
        middle = len(left) // 2
        return [Batch(left[:middle], batch.failure_count), Batch(left[middle:], batch.failure_count)]
    return [Batch(left, batch.failure_count + (1 if counts else 0))]


def split_by_age(batch: Batch, now_ms: int, age_ms_max: int) -> tuple[Batch, list[Held]]:
    """The records that are young enough, and those that are not."""
    young = [record for record in batch.records if now_ms - record.arrived_at_ms <= age_ms_max]
    old = [record for record in batch.records if now_ms - record.arrived_at_ms > age_ms_max]
    return Batch(young, batch.failure_count), old


def age_ms_max(parameters: dict[str, Any], kept_ms: int) -> int:
    """How old a record may become: as its pipe says, or as long as its stream keeps it."""
    age_s = parameters.get("MaximumRecordAgeInSeconds", -1)
    return kept_ms if age_s < 0 else min(age_s * 1000, kept_ms)


def is_exhausted(parameters: dict[str, Any], batch: Batch) -> bool:
    """Whether a batch has used up its attempts."""
    attempts = parameters.get("MaximumRetryAttempts", -1)
    return 0 <= attempts < batch.failure_count


def delay_ms(trial_count: int) -> int:
    """How long to wait before the next attempt after so many."""
    return min(limits.RETRY_DELAY_MS_MAX, limits.RETRY_BASE_MS * 2 ** min(max(trial_count - 1, 0), 16))


def letter(
    pipe_arn: str, condition: str, records: list[Held], shard_id: str, stream_arn: str, now_ms: int
) -> dict[str, Any]:
    """What a dead-letter queue is told: where the records lie, not what they are.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-error-troubleshooting.html
    """
    info = "DDBStreamBatchInfo" if ":dynamodb:" in stream_arn else "KinesisBatchInfo"
    return {
        "context": {"partnerResourceArn": pipe_arn, "condition": condition},
        "version": "1.0",
        "timestamp": iso(now_ms),
        info: {
            "shardId": shard_id,
            "startSequenceNumber": records[0].sequence_number,
            "endSequenceNumber": records[-1].sequence_number,
            "approximateArrivalOfFirstRecord": iso(records[0].arrived_at_ms),
            "approximateArrivalOfLastRecord": iso(records[-1].arrived_at_ms),
            "batchSize": len(records),
            "streamArn": stream_arn,
        },
    }


def iso(at_ms: int) -> str:
    """An instant as dead-letter queues and templates show it, e.g. `2024-03-08T00:00:00.000Z`."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def text_of(told: dict[str, Any]) -> str:
    """A letter as a message."""
    return msgspec.json.encode(told).decode()
