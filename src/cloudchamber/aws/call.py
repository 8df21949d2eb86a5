"""A call of an operation: all that anyone ever does."""

from __future__ import annotations

from typing import Any

import msgspec


class Trace(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Where a call comes from: the X-Ray root of everything that followed one entry, and the track that caused this call.

    `lineage`: how often each function was invoked on the way, as Lambda counts it to find loops; empty outside of functions.
    """

    root: str
    parent: str
    lineage: str = ""

    @staticmethod
    def parse(header: str) -> Trace | None:
        """Read an `X-Amzn-Trace-Id` header; None when it has no root.

        https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
        """
        fields: dict[str, str] = {}
        for part in header.split(";"):
            name, _, value = part.strip().partition("=")
            fields[name] = value
        root = fields.get("Root", "")
        return Trace(root, fields.get("Parent", ""), fields.get("Lineage", "")) if root else None

    def header(self) -> str:
        """The `X-Amzn-Trace-Id` header that carries it on."""
        lineage = f";Lineage={self.lineage}" if self.lineage else ""
        return f"Root={self.root};Parent={self.parent};Sampled=1{lineage}"


class Call(msgspec.Struct, frozen=True, array_like=True):
    """`operation` of `service` with `request`, in AWS's names, by `principal`, in one account and region.

    `principal` is an ARN, or a service's name such as `events.amazonaws.com`. `access_key` is kept for audit only.
    """

    service: str
    operation: str
    request: dict[str, Any]
    principal: str
    account: str
    region: str
    trace: Trace | None = None
    access_key: str = ""
