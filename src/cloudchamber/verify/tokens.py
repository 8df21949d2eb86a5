"""A schedule as one word, for a command line."""

from __future__ import annotations

import base64
import zlib

import msgspec

from cloudchamber.verify.model import Schedule


class NotASchedule(ValueError):
    """A word that means no schedule."""


def token_of(schedule: Schedule) -> str:
    """The word."""
    return base64.urlsafe_b64encode(zlib.compress(msgspec.msgpack.encode(schedule), 9)).decode().rstrip("=")


def schedule_of(token: str) -> Schedule:
    """The schedule that a word means. Raises NotASchedule."""
    try:
        packed = zlib.decompress(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        return msgspec.msgpack.decode(packed, type=Schedule)
    except (ValueError, zlib.error, msgspec.MsgspecError) as error:
        raise NotASchedule(f"{token!r} is no schedule: copy it whole from the report ({error}).") from None
