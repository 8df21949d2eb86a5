"""Random graphs of what carries messages, and what each of them must bring of a message to each of its leaves."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from cloudchamber.clock import Ids

ACCOUNT, REGION = "123456789012", "us-east-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/simulated"
KINDS = ("red", "green", "blue")
RETENTION_S = "1209600"
Call = Callable[..., Awaitable[Any]]


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


@dataclass
class Edge:
    """A way from one place to another, for messages of some kinds; `dead` takes what cannot go it."""

    target: str
    kinds: frozenset[str]
    dead: str = ""
    dies: bool = False  # the way leads nowhere: everything ends in `dead`


@dataclass
class Behaviour:
    """How a function answers: percents of what goes wrong, and which of its messages never succeed."""

    trouble: int
    poison: int
    reports: bool = False
    ordered: bool = False
    stream: bool = False

    def is_poison(self, token: str) -> bool:
        return int(token[-5:]) * 37 % 100 < self.poison


@dataclass
class Dead:
    """A dead-letter queue: who fills it, and what must be said there of the reason."""

    by: str
    source: str
    retries: int = 0


@dataclass
class Path:
    """The dead-letter queues on the way to a leaf; without a leaf, the message has to be in one of them if it is `owed`."""

    leaf: str
    deads: tuple[str, ...]
    owed: bool = True


@dataclass
class Topology:
    """`edges` go from place to place; sinks and functions have none. Entries are what clients send to."""

    chances: Ids
    call: Call
    edges: dict[str, list[Edge]] = field(default_factory=dict)
    entries: list[str] = field(default_factory=list)
    fifo: set[str] = field(default_factory=set)
    functions: dict[str, Behaviour] = field(default_factory=dict)
    deads: dict[str, Dead] = field(default_factory=dict)
    owned: dict[str, str] = field(default_factory=dict)  # a place -> the dead-letter queue of what ends there
    archives: dict[str, tuple[str, frozenset[str]]] = field(default_factory=dict)  # name -> bus, kinds
    mappings: dict[str, int] = field(default_factory=dict)  # each with its batch size
    broken: list[tuple[str, int]] = field(default_factory=list)  # queues that never take anything
    count: int = 0

    # -- what is drawn

    def percent(self, chance: int) -> bool:
        return self.chances.below(100) < chance

    def some_kinds(self) -> frozenset[str]:
        return frozenset(KINDS) if self.percent(50) else frozenset({self.chances.choice(KINDS)})

    def name(self, what: str) -> str:
        self.count += 1
        return f"{what}-{self.count}"

    async def draw(self) -> None:
        """Make one of each sort of entry, and some more."""
        makers = [self.topic, self.fifo_topic, self.bus, self.entry_queue, self.stream, self.table]
        for make in [*makers, self.chances.choice(makers), self.chances.choice(makers)]:
            if make in (self.stream, self.table) or self.percent(80):
                self.entries.append(await make())

    # -- queues and functions

    async def dead(self, by: str, source: str, retries: int = 0, *, fifo: bool = False) -> str:
        name = self.name("dead") + (".fifo" if fifo else "")
        more = {"FifoQueue": "true", "ContentBasedDeduplication": "true"} if fifo else {}
        await self.call(
            "sqs", "CreateQueue", QueueName=name, Attributes={"MessageRetentionPeriod": RETENTION_S, **more}
        )
        self.deads[name] = Dead(by, source, retries)
        return name

    async def queue(self, *, fifo: bool = False, filtered: bool = False) -> str:
        """A sink, or a queue that is mapped to a function."""
        name = self.name("queue") + (".fifo" if fifo else "")
        attributes = {"MessageRetentionPeriod": RETENTION_S, "VisibilityTimeout": "30"}
        if fifo:
            self.fifo.add(name)
            attributes |= {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
        mapped = self.percent(60)
        if mapped:
            dead = await self.dead("redrive", name, 1 + self.chances.below(4), fifo=fifo)
            policy = {
                "deadLetterTargetArn": arn("sqs", dead),
                "maxReceiveCount": str(self.deads[dead].retries),
            }
            attributes["RedrivePolicy"] = json.dumps(policy)
            self.owned[name] = dead
        await self.call("sqs", "CreateQueue", QueueName=name, Attributes=attributes)
        if mapped:
            await self.map_queue(name, fifo=fifo, filtered=filtered)
        return name

    async def map_queue(self, queue: str, *, fifo: bool, filtered: bool) -> None:
        reports = self.percent(50)
        function = await self.function(reports=reports, ordered=fifo)
        kinds = self.some_kinds() if filtered else frozenset(KINDS)
        window_s = 0 if fifo or self.percent(60) else 1 + self.chances.below(5)
        request: dict[str, Any] = {
            "EventSourceArn": arn("sqs", queue),
            "FunctionName": function,
            "BatchSize": self.chances.choice([1, 3, 10]),
            "MaximumBatchingWindowInSeconds": window_s,
        }
        if reports:
            request["FunctionResponseTypes"] = ["ReportBatchItemFailures"]
        if self.percent(30):
            request["ScalingConfig"] = {"MaximumConcurrency": 2 + self.chances.below(3)}
        if len(kinds) < len(KINDS):
            request["FilterCriteria"] = {"Filters": [{"Pattern": json.dumps({"body": {"kind": [*kinds]}})}]}
        made = await self.call("lambda", "CreateEventSourceMapping", **request)
        self.mappings[made["UUID"]] = request["BatchSize"]
        self.edges[queue] = [Edge(function, kinds, self.owned[queue])]

    async def function(
        self, *, reports: bool = False, ordered: bool = False, stream: bool = False, dead: str = ""
    ) -> str:
        name = self.name("function")
        trouble, poison = self.chances.choice([0, 10, 40]), self.chances.choice([0, 5, 15])
        self.functions[name] = Behaviour(trouble, poison, reports, ordered, stream)
        request: dict[str, Any] = {
            "FunctionName": name,
            "Role": ROLE,
            "Runtime": "python3.12",
            "Handler": "app.handler",
            "Timeout": 5,
            "Code": {"ZipFile": EMPTY_ZIP},
        }
        if dead:
            request["DeadLetterConfig"] = {"TargetArn": arn("sqs", dead)}
        await self.call("lambda", "CreateFunction", **request)
        return name

    async def asynchronous(self) -> str:
        """A function whose events that fail go to a queue: its dead-letter queue, or its destination on failure."""
        retries = self.chances.below(3)
        if self.percent(50):
            dead = await self.dead("function", "", retries)
            name = await self.function(dead=dead)
            destination: dict[str, Any] = {}
        else:
            name = await self.function()
            dead = await self.dead("destination", name, retries)
            destination = {"DestinationConfig": {"OnFailure": {"Destination": arn("sqs", dead)}}}
        self.owned[name] = dead
        await self.call(
            "lambda",
            "PutFunctionEventInvokeConfig",
            FunctionName=name,
            MaximumRetryAttempts=retries,
            **destination,
        )
        return name

    async def entry_queue(self) -> str:
        return await self.queue(fifo=self.percent(50), filtered=True)

    # -- topics

    async def topic(self, *, inner: bool = False) -> str:
        name = self.name("topic")
        topic_arn = (await self.call("sns", "CreateTopic", Name=name))["TopicArn"]
        self.edges[name] = []
        for _ in range(1 + self.chances.below(3)):
            if self.percent(30):
                await self.subscribe(name, topic_arn, "lambda", await self.asynchronous(), inner=inner)
            else:
                await self.subscribe(name, topic_arn, "sqs", await self.queue(), inner=inner)
        return name

    async def fifo_topic(self) -> str:
        name = self.name("topic") + ".fifo"
        made = await self.call("sns", "CreateTopic", Name=name, Attributes={"FifoTopic": "true"})
        self.fifo.add(name)
        self.edges[name] = []
        for _ in range(1 + self.chances.below(3)):
            await self.subscribe(name, made["TopicArn"], "sqs", await self.queue(fifo=self.percent(75)))
        return name

    async def subscribe(
        self, topic: str, topic_arn: str, protocol: str, target: str, *, inner: bool = False
    ) -> None:
        """With a filter on attributes or the body, a dead-letter queue, and now and then a queue that is not there."""
        kinds, dies = self.some_kinds(), protocol == "sqs" and self.percent(15)
        dead = await self.dead("subscription", topic, fifo=target.endswith(".fifo"))
        attributes = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": arn("sqs", dead)})}
        if protocol == "sqs" and self.percent(50):
            attributes["RawMessageDelivery"] = "true"
        if len(kinds) < len(KINDS):
            by_body = inner or self.percent(50)
            policy: dict[str, Any] = {"kind": [*kinds]}
            attributes["FilterPolicy"] = json.dumps({"detail": policy} if inner else policy)
            attributes["FilterPolicyScope"] = "MessageBody" if by_body else "MessageAttributes"
        endpoint = arn("sqs" if protocol == "sqs" else "lambda", _resource(target))
        if dies:
            endpoint = arn("sqs", f"missing-{target}")
        await self.call(
            "sns",
            "Subscribe",
            TopicArn=topic_arn,
            Protocol=protocol,
            Endpoint=endpoint,
            Attributes=attributes,
        )
        self.edges[topic].append(Edge(target, kinds, dead, dies))

    # -- buses

    async def bus(self, *, inner: bool = False) -> str:
        name = self.name("bus")
        await self.call("events", "CreateEventBus", Name=name)
        self.edges[name] = []
        for _ in range(1 + self.chances.below(3)):
            await self.rule(name, inner=inner)
        if not inner and self.percent(60):
            await self.archive(name)
        return name

    async def rule(self, bus: str, *, inner: bool) -> None:
        kinds, rule = self.some_kinds(), self.name("rule")
        pattern = {"source": ["simulated"], "detail": {"kind": [*kinds]}}
        await self.call(
            "events", "PutRule", Name=rule, EventBusName=bus, EventPattern=json.dumps(pattern), RoleArn=ROLE
        )
        chance, retries = self.chances.below(100), self.chances.below(4)
        target: dict[str, Any] = {"Id": "t"}
        if chance < 35:
            name = await self.queue()
            target["Arn"] = arn("sqs", name)
        elif chance < 55:
            name = await self.asynchronous()
            target["Arn"] = arn("lambda", _resource(name))
        elif chance < 70:
            name = await self.topic(inner=True)
            target["Arn"] = arn("sns", name)
        elif chance < 85 and not inner:
            name = await self.bus(inner=True)
            target |= {"Arn": arn("events", f"event-bus/{name}"), "RoleArn": ROLE}
        else:
            name = await self.stream()
            target |= {"Arn": arn("kinesis", f"stream/{name}"), "RoleArn": ROLE}
            target["KinesisParameters"] = {"PartitionKeyPath": "$.detail.group"}
        dead, dies = await self.dead("rule", rule, retries), False
        if name.startswith("queue") and self.percent(30):
            dies = True
            if self.percent(50):
                self.broken.append((name, retries))
                self.deads[dead].by = "broken rule"
            else:
                target["Arn"] = arn("sqs", f"missing-{name}")
        target["DeadLetterConfig"] = {"Arn": arn("sqs", dead)}
        target["RetryPolicy"] = {"MaximumRetryAttempts": retries if dies else 185}
        answer = await self.call("events", "PutTargets", Rule=rule, EventBusName=bus, Targets=[target])
        assert not answer["FailedEntryCount"], answer
        self.edges[bus].append(Edge(name, kinds, dead, dies))

    async def archive(self, bus: str) -> None:
        """An archive, and a rule that takes what it replays to a sink of its own, named like the archive."""
        kinds, name = self.some_kinds(), self.name("archive")
        pattern = json.dumps({"detail": {"kind": [*kinds]}})
        source = arn("events", f"event-bus/{bus}")
        await self.call(
            "events", "CreateArchive", ArchiveName=name, EventSourceArn=source, EventPattern=pattern
        )
        await self.call(
            "sqs", "CreateQueue", QueueName=name, Attributes={"MessageRetentionPeriod": RETENTION_S}
        )
        replayed = json.dumps({"replay-name": [{"exists": True}]})
        await self.call("events", "PutRule", Name=name, EventBusName=bus, EventPattern=replayed)
        target = {"Id": "t", "Arn": arn("sqs", name)}
        await self.call("events", "PutTargets", Rule=name, EventBusName=bus, Targets=[target])
        self.archives[name] = (bus, kinds)

    # -- streams

    async def stream(self) -> str:
        name = self.name("stream")
        await self.call("kinesis", "CreateStream", StreamName=name, ShardCount=1 + self.chances.below(3))
        await self.map_stream(name, arn("kinesis", f"stream/{name}"))
        return name

    async def table(self) -> str:
        name = self.name("table")
        made = await self.call(
            "dynamodb",
            "CreateTable",
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "group", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "group", "AttributeType": "S"}],
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        )
        await self.map_stream(name, made["TableDescription"]["LatestStreamArn"])
        return name

    async def map_stream(self, place: str, source: str) -> None:
        reports, retries = self.percent(50), self.chances.below(4)
        function = await self.function(reports=reports, ordered=True, stream=True)
        dead = await self.dead("stream", place, retries)
        request: dict[str, Any] = {
            "EventSourceArn": source,
            "FunctionName": function,
            "StartingPosition": "TRIM_HORIZON",
            "BatchSize": self.chances.choice([1, 3, 10]),
            "MaximumBatchingWindowInSeconds": self.chances.choice([0, 0, 3]),
            "ParallelizationFactor": self.chances.choice([1, 1, 3]),
            "BisectBatchOnFunctionError": self.percent(50),
            "MaximumRetryAttempts": retries,
            "DestinationConfig": {"OnFailure": {"Destination": arn("sqs", dead)}},
        }
        if reports:
            request["FunctionResponseTypes"] = ["ReportBatchItemFailures"]
        made = await self.call("lambda", "CreateEventSourceMapping", **request)
        self.mappings[made["UUID"]] = request["BatchSize"]
        self.edges[place] = [Edge(function, frozenset(KINDS), dead)]

    # -- what is changed while messages come

    def change(self) -> tuple[str, str, dict[str, Any]]:
        """A call that must change nothing of what comes: a mapping pauses, goes on or takes other batches; a shard is split."""
        streams = [place for place in self.edges if place.startswith("stream")]
        if self.percent(25):
            count = 1 + self.chances.below(4)
            request = {"StreamName": self.chances.choice(streams), "TargetShardCount": count}
            return "kinesis", "UpdateShardCount", request | {"ScalingType": "UNIFORM_SCALING"}
        uuid = self.chances.choice(list(self.mappings))
        size = max(1, self.mappings[uuid] - self.chances.below(3))
        request = {"UUID": uuid, "Enabled": self.percent(60), "BatchSize": size}
        return "lambda", "UpdateEventSourceMapping", request

    # -- what must come of it

    def paths(self, place: str, kind: str, deads: tuple[str, ...] = ()) -> Iterator[Path]:
        """The ways that a message of a kind takes from a place to leaves, with the dead-letter queues on each."""
        if place in self.owned:
            deads = (*deads, self.owned[place])
        edges = self.edges.get(place)
        if edges is None:
            yield Path(place, deads)
        for edge in edges or ():
            if kind not in edge.kinds:
                if place in self.owned:  # a mapping may be kept from deleting what its filter drops
                    yield Path("", deads, owed=False)
            else:
                further = deads if edge.dead in deads or not edge.dead else (*deads, edge.dead)
                if edge.dies:
                    yield Path("", (edge.dead,))
                else:
                    yield from self.paths(edge.target, kind, further)

    def buses_of(self, place: str, kind: str) -> Counter[str]:
        """How often a message comes to each bus."""
        found: Counter[str] = Counter([place] if place.startswith("bus") else [])
        for edge in self.edges.get(place, ()):
            if kind in edge.kinds and not edge.dies:
                found += self.buses_of(edge.target, kind)
        return found

    @property
    def sinks(self) -> list[str]:
        """Queues without a function."""
        named = [edge.target for edges in self.edges.values() for edge in edges] + self.entries
        return [name for name in dict.fromkeys(named) if name.startswith("queue") and name not in self.edges]


def _resource(name: str) -> str:
    return f"function:{name}" if name.startswith("function") else name


EMPTY_ZIP = bytes.fromhex("504b0506") + bytes(18)
