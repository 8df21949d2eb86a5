"""A consumer: it says what reached it."""

import json
import os


def handler(event, context):
    print(
        json.dumps(
            {"consumer": os.environ["CONSUMER"], "type": event["detail-type"], "detail": event["detail"]}
        )
    )
