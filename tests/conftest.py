"""What every test may ask for: a cloud in memory, on virtual time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from cloudchamber.app.services import SERVICES
from cloudchamber.aws import Call, Cloud, Settings
from cloudchamber.clock import VirtualClock
from cloudchamber.kv import SqliteStore

ACCOUNT, REGION = "123456789012", "us-east-1"


class InMemory:
    """A cloud on virtual time, called as an SDK would call it: `await cloud("sqs", "SendMessage", QueueUrl=...)`."""

    def __init__(self, cloud: Cloud, clock: VirtualClock) -> None:
        self.cloud, self.clock = cloud, clock

    async def __call__(
        self, service: str, operation: str, *, account: str = ACCOUNT, region: str = REGION, **request: Any
    ) -> Any:
        """The answer; time goes on while it is waited for. Raises AwsError."""
        return await self.clock.run(self.start(service, operation, account=account, region=region, **request))

    def start(
        self, service: str, operation: str, *, account: str = ACCOUNT, region: str = REGION, **request: Any
    ) -> Awaitable[Any]:
        """The same without letting time go on: for calls side by side."""
        call = Call(service, operation, request, f"arn:aws:iam::{account}:root", account, region)
        return self.cloud.call(call)

    async def settle(self) -> None:
        """Let everything that is due come to its end."""
        await self.clock.advance(0)


@pytest.fixture
async def cloud(tmp_path: Any) -> AsyncIterator[InMemory]:
    """A fresh cloud in memory, seed 0."""
    clock = VirtualClock(seed=0)
    settings = Settings(data_folder=str(tmp_path / "data"), scratch_folder=str(tmp_path))
    made = Cloud(SqliteStore(None), clock, SERVICES, settings)
    await made.start()
    yield InMemory(made, clock)
    await made.stop()


@pytest.fixture
def error_of() -> Callable[[Awaitable[Any]], Awaitable[Any]]:
    """The AwsError that a call ends with."""
    from cloudchamber.aws import AwsError

    async def get(call: Awaitable[Any]) -> AwsError:
        with pytest.raises(AwsError) as raised:
            await call
        return raised.value

    return get
