"""What the Resource of a Task names.

https://docs.aws.amazon.com/step-functions/latest/dg/integrate-services.html
"""

from __future__ import annotations

from functools import lru_cache

import msgspec

FUNCTION, ACTIVITY, SERVICE = "LambdaFunction", "Activity", "Task"
SYNC, SYNC_2, CALLBACK = "sync", "sync:2", "waitForTaskToken"


class Resource(msgspec.Struct, frozen=True):
    """`kind` is what the types of its events begin with.

    `type` and `name` are those of events: `dynamodb` and `putItem`, or `aws-sdk:dynamodb` and `getItem`; `action` is the name
    without its `pattern` (`sync`, `sync:2`, `waitForTaskToken` or none).
    """

    kind: str
    arn: str
    type: str = ""
    name: str = ""
    action: str = ""
    pattern: str = ""


@lru_cache(maxsize=1024)
def resource_of(arn: str) -> Resource:
    """The parts of a Task's Resource. Raises ValueError when it is none that Step Functions knows."""
    parts = arn.split(":")
    if len(parts) >= 7 and parts[2] == "lambda" and parts[5] == "function":
        return Resource(FUNCTION, arn)
    if len(parts) == 7 and parts[2] == "states" and parts[5] == "activity":
        return Resource(ACTIVITY, arn)
    if len(parts) >= 7 and parts[2] == "states" and not parts[3] and not parts[4]:
        *kind, name = ":".join(parts[5:]).removesuffix(":2").split(":")
        if arn.endswith(":2"):
            name += ":2"
        action, _, pattern = name.partition(".")
        if kind and action and pattern in ("", SYNC, SYNC_2, CALLBACK):
            return Resource(SERVICE, arn, ":".join(kind), name, action, pattern)
    raise ValueError(arn)
