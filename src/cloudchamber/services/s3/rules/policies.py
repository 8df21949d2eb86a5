"""When a bucket policy is public.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
"""

from __future__ import annotations

from typing import Any


def is_public(document: dict[str, Any]) -> bool:
    """Whether a statement allows everyone something, unconditionally."""
    statements = document["Statement"]
    listed = statements if isinstance(statements, list) else [statements]
    return any(
        statement.get("Effect") == "Allow"
        and not statement.get("Condition")
        and _is_everyone(statement.get("Principal"))
        for statement in listed
    )


def _is_everyone(principal: Any) -> bool:
    if isinstance(principal, dict):
        return any(_is_everyone(value) for value in principal.values())
    if isinstance(principal, list):
        return "*" in principal
    return principal == "*"
