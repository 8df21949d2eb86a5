"""What is behind the workers: bears few at once, and is down at times."""

import os
import time

import boto3
from botocore.config import Config

table = boto3.resource("dynamodb", config=Config(retries={"total_max_attempts": 1})).Table(
    os.environ["LEDGER_TABLE"]
)


def write(entry_id: str, seconds: float = 0) -> None:
    """Write an entry; the same entry twice is one. Raises what boto3 raises."""
    time.sleep(seconds)  # stands for a slow ledger
    table.put_item(Item={"id": entry_id})
