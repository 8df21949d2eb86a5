"""Queues under random sends, receipts, deletions, time and deaths of the process, against what must always hold."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from cloudchamber.aws import AwsError, Call, Cloud
from cloudchamber.clock import Ids, VirtualClock
from cloudchamber.kv import SqliteStore

SERVICES = {"sqs": "cloudchamber.services.sqs"}
ACCOUNT, REGION = "123456789012", "us-east-1"
STEPS = 250
TIMEOUT_MS = 30_000


class World:
    """The chamber, and what its clients know of it: only what was answered."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.seed, self.generation = folder, seed, 0
        self.chances = Ids(seed)
        self.clock = VirtualClock(seed)
        self.sent: dict[str, tuple[str, str]] = {}  # message id -> queue, group
        self.bodies: dict[str, list[str]] = {}  # group -> bodies in the order of their answers
        self.held: dict[str, tuple[str, str, int]] = {}  # message id -> queue, handle, hidden until
        self.deleted: set[str] = set()
        self.cloud: Cloud

    async def begin(self) -> None:
        self.store = SqliteStore(self.folder / str(self.generation))
        self.cloud = Cloud(self.store, self.clock, SERVICES)
        await self.cloud.start()

    async def call(self, operation: str, **request: Any) -> Any:
        call = Call("sqs", operation, request, f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT, REGION)
        return await self.clock.run(self.cloud.call(call))

    async def crash(self) -> None:
        """What is on disk now is all that is left: a copy of the files, taken without any goodbye."""
        old, self.generation = self.folder / str(self.generation), self.generation + 1
        shutil.copytree(old, self.folder / str(self.generation))
        await self.cloud.stop()  # the old process: whatever it still writes, it writes to the old files
        self.clock = VirtualClock(self.seed + self.generation, self.clock.now_ms())
        await self.begin()

    def forget_expired(self) -> None:
        now_ms = self.clock.now_ms()
        self.held = {name: held for name, held in self.held.items() if held[2] > now_ms}

    async def send(self, queue: str) -> None:
        group = self.chances.choice("abc") if queue.endswith(".fifo") else ""
        body = f"{group}{len(self.sent):05}"
        more = {"MessageGroupId": group, "MessageDeduplicationId": body} if group else {}
        answer = await self.call("SendMessage", QueueUrl=queue, MessageBody=body, **more)
        self.sent[answer["MessageId"]] = (queue, group)
        self.bodies.setdefault(group, []).append(body)

    async def receive(self, queue: str) -> None:
        count = 1 + self.chances.below(10)
        answer = await self.call("ReceiveMessage", QueueUrl=queue, MaxNumberOfMessages=count)
        self.forget_expired()
        seen: dict[str, list[str]] = {}
        for message in answer.get("Messages", []):
            name = message["MessageId"]
            assert name in self.sent, "a message nobody sent"
            assert name not in self.deleted, "a deleted message came back"
            assert name not in self.held, "two consumers of one visible message"
            group = self.sent[name][1]
            if group:
                others = [n for n in self.held if self.sent[n][1] == group]
                assert not others, f"group {group} was received while {others} of it are in flight"
                seen.setdefault(group, []).append(message["Body"])
        for message in answer.get("Messages", []):
            until_ms = self.clock.now_ms() + TIMEOUT_MS
            self.held[message["MessageId"]] = (queue, message["ReceiptHandle"], until_ms)
        for group, bodies in seen.items():
            left = [body for body in self.bodies[group] if body not in self.gone_bodies]
            assert bodies == left[: len(bodies)], f"group {group} out of order"

    @property
    def gone_bodies(self) -> set[str]:
        return {self.names.get(name, "") for name in self.deleted}

    @property
    def names(self) -> dict[str, str]:
        """Bodies by message id: ids are given in the order of sending."""
        numbers: dict[str, str] = {}
        for index, (name, (_, group)) in enumerate(self.sent.items()):
            numbers[name] = f"{group}{index:05}"
        return numbers

    async def delete(self) -> None:
        self.forget_expired()
        if self.held:
            name = self.chances.choice(sorted(self.held))
            queue, handle, _ = self.held.pop(name)
            await self.call("DeleteMessage", QueueUrl=queue, ReceiptHandle=handle)
            self.deleted.add(name)

    async def hide(self) -> None:
        self.forget_expired()
        if self.held:
            name = self.chances.choice(sorted(self.held))
            queue, handle, _ = self.held.pop(name)
            timeout_s = self.chances.choice([0, 5, 100])
            await self.call(
                "ChangeMessageVisibility", QueueUrl=queue, ReceiptHandle=handle, VisibilityTimeout=timeout_s
            )
            if timeout_s:
                self.held[name] = (queue, handle, self.clock.now_ms() + timeout_s * 1000)

    async def step(self) -> None:
        chance, queue = self.chances.below(100), self.chances.choice(["plain", "line.fifo"])
        if chance < 40:
            await self.send(queue)
        elif chance < 65:
            await self.receive(queue)
        elif chance < 82:
            await self.delete()
        elif chance < 90:
            await self.hide()
        elif chance < 97:
            await self.clock.advance(self.chances.choice([1, 1_000, 29_999, 30_000, 60_000]))
        else:
            await self.crash()

    async def drain(self) -> set[str]:
        """Everything that is still there, received and deleted."""
        await self.clock.advance(200_000)
        found: set[str] = set()
        for queue in ("plain", "line.fifo"):
            while got := (await self.call("ReceiveMessage", QueueUrl=queue, MaxNumberOfMessages=10)).get(
                "Messages"
            ):
                for message in got:
                    found.add(message["MessageId"])
                    await self.call("DeleteMessage", QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return found


async def test_no_message_is_lost_doubled_or_out_of_order(tmp_path, seed):
    world = World(tmp_path, seed)
    await world.begin()
    await world.call("CreateQueue", QueueName="plain")
    await world.call("CreateQueue", QueueName="line.fifo", Attributes={"FifoQueue": "true"})
    for number in range(STEPS):
        try:
            await world.step()
        except (AssertionError, AwsError) as failure:
            raise AssertionError(f"step {number} of --seed {seed}: {failure}") from failure
    assert await world.drain() == set(world.sent) - world.deleted, f"--seed {seed}"
    await world.cloud.stop()
