"""When an item expires by its time-to-live attribute.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html
"""

from __future__ import annotations

from decimal import Decimal

from cloudchamber.services.dynamodb import limits
from cloudchamber.services.dynamodb.model import Item


def expires_at_s(item: Item, attribute: str) -> Decimal | None:
    """The epoch second at which an item expires, or None: the attribute must be a number."""
    text = (item.get(attribute) or {}).get("N")
    return None if text is None else Decimal(text)


def due_at_ms(item: Item, attribute: str, now_ms: int) -> int | None:
    """When to remove an item: as it expires, or a moment after it was written when that is past already.

    An instant more than five years ago is no expiry.
    """
    at_s = expires_at_s(item, attribute)
    if at_s is None or at_s < now_ms // 1000 - limits.TTL_AGE_S_MAX or at_s > 10**12:
        return None
    return max(int(at_s * 1000), now_ms + 1)


def is_expired(item: Item, attribute: str, now_ms: int) -> bool:
    """Whether the item's instant has come."""
    due_ms = due_at_ms(item, attribute, now_ms)
    at_s = expires_at_s(item, attribute)
    return due_ms is not None and at_s is not None and at_s * 1000 <= now_ms
