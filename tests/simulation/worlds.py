"""A chamber on disk that dies at random points, functions that run inside the test, and what its clients know of it."""

from __future__ import annotations

import base64
import contextlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.simulation.topologies import ACCOUNT, KINDS, REGION, Behaviour, Topology

from cloudchamber.app.services import SERVICES
from cloudchamber.aws import AwsError, Call, Cloud, Settings
from cloudchamber.aws.faults import Fault, Faults
from cloudchamber.clock import Ids, VirtualClock
from cloudchamber.clock.virtual import START_MS
from cloudchamber.kv import SqliteStore
from cloudchamber.services.lambda_.errors import TooManyRequestsException
from cloudchamber.services.lambda_.live import Environments
from cloudchamber.workers import InvocationResult

TOKEN = re.compile(r"tok-\d{5}")
BROKEN = {"code": "ServiceUnavailable", "message": "Broken on purpose", "status": 503}


class MortalClock(VirtualClock):
    """Calls `death` at the n-th time that anything begins to run."""

    def __init__(self, seed: int, now_ms: int, death: Callable[[], None]) -> None:
        super().__init__(seed, now_ms)
        self.holds_left, self._death = 0, death

    def hold(self) -> None:
        super().hold()
        if self.holds_left > 0:
            self.holds_left -= 1
            if not self.holds_left:
                self._death()


class Functions(Environments):
    """The environments of Lambda without processes: functions do as their behaviour and the seed say."""

    def __init__(self, world: World, cloud: Cloud) -> None:
        super().__init__(cloud)
        self._world, self._born = world, world.generation

    def warm_up(self) -> None:
        """There is nothing to start."""

    async def run(self, place, function, invocation, reserved, trace, on_chunk=None) -> InvocationResult:  # type: ignore[no-untyped-def]
        chances, behaviour = self._world.chances, self._world.topology.functions[place.name]
        if chances.below(100) < behaviour.trouble // 5:
            raise TooManyRequestsException("Rate Exceeded.", Type="User")
        self._enter(place, reserved)
        try:
            if chances.below(3) == 0:
                await self._wait(chances.below(3_000))
            return await self._play(place.name, behaviour, json.loads(invocation.payload))
        finally:
            self._leave(place, reserved)

    async def _wait(self, duration_ms: int) -> None:
        clock = self._cloud.clock
        await self._cloud.signals.wait(until_ms=clock.now_ms() + duration_ms)

    @property
    def _lives(self) -> bool:
        return self._world.generation == self._born and not self._world.dead

    async def _play(self, name: str, behaviour: Behaviour, event: dict[str, Any]) -> InvocationResult:
        chances, world = self._world.chances, self._world
        failed: list[str] = []
        world.remember(event)
        for identity, token in units(event):
            trouble = chances.below(100)
            fails = trouble < behaviour.trouble or behaviour.is_poison(token)
            if not fails and not (failed and behaviour.ordered) and self._lives:
                world.seen.setdefault(name, []).append(token)
                continue
            if not behaviour.reports or trouble % 4 == 0:
                return await self._failure(chances.below(3))
            failed.append(identity)
        answer = {"batchItemFailures": [{"itemIdentifier": identity} for identity in failed]}
        return InvocationResult(json.dumps(answer).encode(), None, None, None, b"", 1.0, 1, None, 1, False)

    async def _failure(self, how: int) -> InvocationResult:
        """It raises, takes too long, or its process dies."""
        if how == 1:
            await self._wait(5_000)
        error_type = ("RuntimeError", "Sandbox.Timedout", "Runtime.ExitError")[how]
        payload = json.dumps({"errorType": error_type, "errorMessage": "simulated"}).encode()
        return InvocationResult(payload, "Unhandled", error_type, None, b"", 1.0, 1, None, 1, how > 0)


def units(event: dict[str, Any]) -> list[tuple[str, str]]:
    """What an event brings: identifiers as a batch's answer names them, and tokens."""
    if "Records" not in event or "Sns" in event["Records"][0]:
        return [("", TOKEN.findall(json.dumps(event))[0])]
    return [_unit(record) for record in event["Records"]]


def _unit(record: dict[str, Any]) -> tuple[str, str]:
    if "kinesis" in record:
        data = base64.b64decode(record["kinesis"]["data"]).decode()
        return record["kinesis"]["sequenceNumber"], TOKEN.findall(data)[0]
    if "dynamodb" in record:
        return record["dynamodb"]["SequenceNumber"], record["dynamodb"]["NewImage"]["token"]["S"]
    return record["messageId"], TOKEN.findall(record["body"])[0]


class Sent:
    """A message as its client knows it: `kept` once it was answered."""

    def __init__(self, entry: str, kind: str, group: str) -> None:
        self.entry, self.kind, self.group, self.kept = entry, kind, group, False


class World:
    """The chamber of one seed."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.seed, self.generation, self.dead = folder, seed, 0, False
        self.chances = Ids(seed)
        self.seen: dict[str, list[str]] = {}  # function -> tokens in the order of their effects
        self.sent: dict[str, Sent] = {}
        self.numbers: dict[tuple[str, str], dict[str, str]] = {}  # stream, shard -> number -> token
        self.mortal = False
        self.plan: list[Fault] = []
        self.clock = MortalClock(seed, START_MS, self.die)
        self.topology = Topology(self.chances, self.call)

    @property
    def repeats(self) -> bool:
        """Whether things may come more than once: calls between services are answered wrongly or made twice, or the process
        died while a fault plan kept deliveries out of the transactions that they belong to."""
        if any(fault.kind in ("drop_answer", "duplicate") for fault in self.plan):
            return True
        return self.generation > 0 and bool(self.plan or self.topology.broken)

    # -- lives

    async def begin(self) -> None:
        store = SqliteStore(self.folder / str(self.generation))
        settings = Settings(data_folder=str(self.folder / "data"), scratch_folder=str(self.folder))
        self.cloud = Cloud(store, self.clock, SERVICES, settings)
        self.cloud._lives["lambda"] = Functions(self, self.cloud)
        self.dead = False
        self.arm()
        await self.cloud.start()

    def arm(self) -> None:
        """Put the faults in force, and draw the moment of the next death."""
        broken = [Fault("error", "sqs", "SendMessage", name, **BROKEN) for name, _ in self.topology.broken]
        plan = broken + (self.plan if self.mortal else [])
        self.cloud.faults = Faults(plan, self.seed + self.generation) if plan else None
        self.clock.holds_left = 1 + self.chances.below(2_500) if self.mortal and self.generation < 4 else 0

    def die(self) -> None:
        """What is on disk now is all that is left; what the old process does from now on is not seen by anybody."""
        if not self.dead:
            self.dead, self.died_at_ms = True, self.clock.now_ms()
            shutil.copytree(self.folder / str(self.generation), self.folder / str(self.generation + 1))

    async def rise(self) -> None:
        """After a death, a new process on the files."""
        if self.dead:
            await self.cloud.stop()
            shutil.rmtree(self.folder / str(self.generation))
            self.generation += 1
            self.clock = MortalClock(self.seed + self.generation, self.died_at_ms, self.die)
            await self.begin()

    async def come_to_rest(self) -> None:
        """Until nothing is left to do, through the deaths on the way."""
        await self.clock.run_until_idle()
        while self.dead:
            await self.rise()
            await self.clock.run_until_idle()

    def remember(self, event: dict[str, Any]) -> None:
        """Which numbers messages have in which shard."""
        if "Records" in event and "eventID" in event["Records"][0]:
            record = event["Records"][0]
            shard = record["eventID"].partition(":")[0] if "kinesis" in record else ""
            self.numbers.setdefault((record["eventSourceARN"], shard), {}).update(units(event))

    # -- clients

    async def call(self, service: str, operation: str, **request: Any) -> Any:
        call = Call(service, operation, request, f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT, REGION)
        return await self.clock.run(self.cloud.call(call))

    async def send(self) -> None:
        """One message to one entry, of which the client knows that it was taken, or nothing."""
        entry, kind = self.chances.choice(self.topology.entries), self.chances.choice(KINDS)
        token, group = f"tok-{len(self.sent):05}", f"{entry}/{self.chances.below(3)}"
        sent = self.sent[token] = Sent(entry, kind, group)
        detail = json.dumps({"token": token, "kind": kind, "group": group})
        service, operation, request = request_to(entry, token, sent, detail, fifo=entry in self.topology.fifo)
        try:
            answer = await self.call(service, operation, **request)
        except AwsError as error:
            if not self.dead and error.message != BROKEN["message"]:
                raise
            return
        sent.kept = not self.dead and not answer.get("FailedEntryCount")

    async def change(self) -> None:
        """Something is configured otherwise, or not: what is being changed already cannot be."""
        service, operation, request = self.topology.change()
        with contextlib.suppress(AwsError):
            await self.call(service, operation, **request)

    async def resume(self) -> None:
        """Every mapping is enabled."""
        for uuid in self.topology.mappings:
            await self.call("lambda", "UpdateEventSourceMapping", UUID=uuid, Enabled=True)

    async def drain(self, queue: str) -> list[dict[str, Any]]:
        """What lies in a queue, taken out."""
        found: list[dict[str, Any]] = []
        while True:
            request = {"MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"]}
            names = {"MessageSystemAttributeNames": ["All"]}
            answer = await self.call("sqs", "ReceiveMessage", QueueUrl=queue, **request, **names)
            messages = answer.get("Messages") or []
            if not messages:
                return found
            found += messages
            for message in messages:
                handle = message["ReceiptHandle"]
                await self.call("sqs", "DeleteMessage", QueueUrl=queue, ReceiptHandle=handle)


def request_to(
    entry: str, token: str, sent: Sent, detail: str, *, fifo: bool
) -> tuple[str, str, dict[str, Any]]:
    """The call that sends a message to an entry."""
    group = {"MessageGroupId": sent.group, "MessageDeduplicationId": token} if fifo else {}
    if entry.startswith("topic"):
        topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:{entry}"
        attributes = {"kind": {"DataType": "String", "StringValue": sent.kind}}
        request = {"TopicArn": topic, "Message": detail, "MessageAttributes": attributes}
        return "sns", "Publish", request | group
    if entry.startswith("bus"):
        event = {"EventBusName": entry, "Source": "simulated", "DetailType": "t", "Detail": detail}
        return "events", "PutEvents", {"Entries": [event]}
    if entry.startswith("queue"):
        return "sqs", "SendMessage", {"QueueUrl": entry, "MessageBody": detail} | group
    if entry.startswith("stream"):
        request = {"StreamName": entry, "Data": detail.encode(), "PartitionKey": sent.group}
        return "kinesis", "PutRecord", request
    item = {"group": {"S": sent.group}, "token": {"S": token}, "kind": {"S": sent.kind}}
    return "dynamodb", "PutItem", {"TableName": entry, "Item": item}
