"""What a Kinesis event holds."""

import base64
import json


def readings(event: dict) -> list[dict]:
    """The readings of a batch. Raises ValueError for one that is none: the whole batch fails, and Lambda halves it."""
    found = [json.loads(base64.b64decode(record["kinesis"]["data"])) for record in event["Records"]]
    for reading in found:
        if not isinstance(reading.get("value"), int):
            raise ValueError(f"no value: {reading}")
    return found
