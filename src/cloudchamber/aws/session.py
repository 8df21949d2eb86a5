"""Calls from inside the process in someone's name: what `app` and tests use to speak AWS without a socket."""

from __future__ import annotations

from typing import Any

from cloudchamber.aws.call import Call
from cloudchamber.aws.cloud import Cloud


class Session:
    """An account and a region: `await session.call("sqs", "CreateQueue", {"QueueName": "orders"})`."""

    def __init__(self, cloud: Cloud, account: str, region: str) -> None:
        self.cloud, self.account, self.region = cloud, account, region

    @property
    def base_url(self) -> str:
        """Where the chamber is reached."""
        return self.cloud.settings.base_url

    async def call(self, service: str, operation: str, request: dict[str, Any]) -> Any:
        """The operation's answer. Raises AwsError."""
        principal = f"arn:aws:iam::{self.account}:root"
        return await self.cloud.call(Call(service, operation, request, principal, self.account, self.region))

    async def wait(self, service: str, *name: str | int) -> None:
        """Wait for a signal that `service` gives in this account and region."""
        self.cloud.clock.hold()
        try:
            await self.cloud.signals.wait((self.account, self.region, service, *name))
        finally:
            self.cloud.clock.release()
