"""Whose an access key is: read from what IAM and STS keep, for the front door."""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import AwsError, Call, Cloud
from cloudchamber.aws.credentials import account_of_key

OPEN_SECRET = "test"


class Identities:
    """Looks keys up in the store, within the turn of the loop that asks."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def secret_of(self, access_key: str) -> str | None:
        """The secret to verify a signature with; None when the key is not good."""
        account = account_of_key(access_key)
        if account is None:
            return OPEN_SECRET
        found = self._find(access_key, account)
        return found["SecretAccessKey"] if found else None

    def principal_of(self, access_key: str) -> str | None:
        """The ARN of the user or session that a key issued here stands for; None for any other key."""
        account = account_of_key(access_key)
        found = self._find(access_key, account) if account else None
        return found["Arn"] if found else None

    def _find(self, access_key: str, account: str) -> dict[str, Any] | None:
        service, task = (
            ("sts", "find_session") if access_key.startswith("ASIA") else ("iam", "find_key_owner")
        )
        root = f"arn:aws:iam::{account}:root"
        call = Call(service, task, {"AccessKeyId": access_key}, root, account, "us-east-1")
        found: list[dict[str, Any]] = []

        def look(tx: Any) -> None:
            try:
                found.append(self._cloud.run_within(tx, call, 0))
            except AwsError:
                return

        self._cloud.store.submit(look, lambda _, error: None)
        return found[0] if found and found[0].get("Status", "Active") == "Active" else None
