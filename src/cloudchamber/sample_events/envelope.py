"""The envelope of EventBridge, in which services tell what has changed.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cloudchamber.sample_events.origin import Origin


def event(
    origin: Origin, source: str, detail_type: str, detail: Any, resources: Sequence[str] = ()
) -> dict[str, Any]:
    """An event of `source`."""
    return {
        "version": "0",
        "id": origin.uuid(),
        "detail-type": detail_type,
        "source": source,
        "account": origin.account_id,
        "time": origin.second(),
        "region": origin.region,
        "resources": list(resources),
        "detail": detail,
    }
