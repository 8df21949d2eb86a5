"""Each minute, while the circuit is open: try the ledger once, and close the circuit when it answers."""

import os

import breaker
import ledger
from botocore.exceptions import ClientError


def handler(event, context):
    if not breaker.is_open():
        return
    try:
        ledger.write("probe")
    except ClientError as error:
        print(f"still down: {error}")
        return
    breaker.close(os.environ["QUEUE_ARN"])
