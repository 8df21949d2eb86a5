"""Random graphs of topics, buses, queues, streams and functions, under failing functions, faults and deaths of the process.

What must hold: what was acknowledged comes to every leaf that it matches, or lies in a dead-letter queue on the way there with
its reason; groups of FIFO queues and keys of streams stay in order; in the end nothing is left to do.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import Any

from tests.simulation.topologies import arn
from tests.simulation.worlds import BROKEN, TOKEN, World

from cloudchamber.aws.faults import Fault

STEPS = 100
INNER_CALLS = (
    ("sqs", "SendMessage"),
    ("sqs", "ReceiveMessage"),
    ("sqs", "DeleteMessageBatch"),
    ("lambda", "Invoke"),
    ("sns", "Publish"),
    ("sns", "dead_letter"),
    ("events", "forward_event"),
    ("events", "dead_letter"),
    ("kinesis", "PutRecord"),
    ("kinesis", "GetRecords"),
    ("dynamodbstreams", "GetRecords"),
)


def draw_faults(world: World) -> list[Fault]:
    """None for half of the seeds; else errors only, or also answers that get lost and calls that are made twice."""
    chances = world.chances
    kinds = chances.choice([(), (), ("error",), ("error", "drop_answer", "duplicate")])
    if not kinds:
        return []
    return [
        Fault(chances.choice(kinds), *call, chance=chances.fraction() / 2, times=6, **BROKEN)
        for call in INNER_CALLS
        if chances.below(2)
    ]


class Outcome:
    """What came of a world: tokens by leaf in order, and by dead-letter queue."""

    def __init__(self, world: World) -> None:
        self.world, self.topology = world, world.topology
        self.at: dict[str, list[str]] = dict(world.seen)
        self.dead: dict[str, Counter[str]] = {}

    async def gather(self) -> None:
        for sink in [*self.topology.sinks, *self.topology.archives]:
            self.at[sink] = [token for m in await self.world.drain(sink) for token in tokens_of(m)]
        for name in self.topology.deads:
            self.dead[name] = Counter()
            for message in await self.world.drain(name):
                self.dead[name].update(self.told(name, message))

    def told(self, name: str, message: dict[str, Any]) -> list[str]:
        """The tokens of what lies in a dead-letter queue, the reason of which must be as documented."""
        dead, attributes = self.topology.deads[name], message.get("MessageAttributes", {})
        text = {key: value["StringValue"] for key, value in attributes.items()}
        if dead.by == "redrive":
            assert message["Attributes"]["DeadLetterQueueSourceArn"] == arn("sqs", dead.source)
        elif dead.by == "broken rule":
            assert text["EXHAUSTED_RETRY_CONDITION"] == "MaximumRetryAttempts"
            assert text["RETRY_ATTEMPTS"] == str(dead.retries), text
        elif dead.by == "rule":
            assert text["RULE_ARN"].endswith(f"/{dead.source}"), text
            if "EXHAUSTED_RETRY_CONDITION" not in text:
                assert text["ERROR_CODE"] == "NO_RESOURCE", text
            assert "EXHAUSTED_RETRY_CONDITION" not in text or self.world.plan, text
        elif dead.by == "function":
            assert text["ErrorCode"] == "200", text
            assert text["RequestID"]
        elif dead.by == "destination":
            context = json.loads(message["Body"])["requestContext"]
            assert context["condition"] == "RetriesExhausted"
            assert context["approximateInvokeCount"] == dead.retries + 1
        elif dead.by == "stream":
            return self.told_of_stream(message)
        return tokens_of(message)

    def told_of_stream(self, message: dict[str, Any]) -> list[str]:
        told = json.loads(message["Body"])
        assert told["requestContext"]["condition"] == "RetryAttemptsExhausted"
        batch = told.get("KinesisBatchInfo") or told["DDBStreamBatchInfo"]
        between = range(int(batch["startSequenceNumber"]), int(batch["endSequenceNumber"]) + 1)
        place = (batch["streamArn"], batch["shardId"] if "KinesisBatchInfo" in told else "")
        found = [token for number, token in self.world.numbers[place].items() if int(number) in between]
        assert len(found) >= batch["batchSize"] >= 1
        return found

    # -- what must hold

    def check(self) -> None:
        allowed: dict[str, Counter[str]] = {name: Counter() for name in self.dead}
        came_by: Counter[tuple[str, str]] = Counter()
        for token, sent in self.world.sent.items():
            for path in self.topology.paths(sent.entry, sent.kind):
                came_by[path.leaf, token] += 1
                for dead in path.deads:
                    allowed[dead][token] += 1
                came = token in self.at.get(path.leaf, ()) or any(self.dead[d][token] for d in path.deads)
                assert came or not (sent.kept and path.owed), (
                    f"{token} of {sent.entry} is not at {path.leaf} nor {path.deads}"
                )
        for name, tokens in self.dead.items():
            assert not tokens - allowed[name] or self.may_repeat(name), f"more than once in {name}: {tokens}"
            assert tokens.keys() <= allowed[name].keys(), f"what does not belong into {name}"
        for sink in self.topology.sinks:
            twice = {token for token, times in Counter(self.at[sink]).items() if times > came_by[sink, token]}
            assert not twice or self.world.repeats, f"more than once in {sink}: {twice}"
        for leaf, tokens in self.at.items():
            if leaf in self.topology.fifo or self.is_ordered(leaf):
                self.check_order(leaf, list(dict.fromkeys(tokens)))

    def may_repeat(self, dead: str) -> bool:
        """A range of a stream's numbers may hold records of other slots."""
        return self.topology.deads[dead].by == "stream" or self.world.repeats

    def is_ordered(self, leaf: str) -> bool:
        return leaf in self.topology.functions and self.topology.functions[leaf].ordered

    def check_order(self, leaf: str, tokens: list[str]) -> None:
        """First appearances are in the order of sending, in what kept an order all the way."""
        groups: dict[str, list[str]] = {}
        for token in tokens:
            sent = self.world.sent[token]
            if sent.entry in self.topology.fifo or sent.entry.startswith(("stream", "table")):
                groups.setdefault(sent.group, []).append(token)
        for group, found in groups.items():
            assert found == sorted(found), f"{group} is out of order at {leaf}: {found}"

    async def check_replays(self) -> None:
        """Every archive holds what came to its bus, and brings all of it again."""
        world = self.world
        for archive, (bus, _) in self.topology.archives.items():
            source, rule = arn("events", f"archive/{archive}"), arn("events", f"rule/{bus}/{archive}")
            await world.call(
                "events",
                "StartReplay",
                ReplayName=archive,
                EventSourceArn=source,
                EventStartTime=0,
                EventEndTime=world.clock.now_ms() / 1000,
                Destination={"Arn": arn("events", f"event-bus/{bus}"), "FilterArns": [rule]},
            )
            await world.come_to_rest()
            came = Counter([token for m in await world.drain(archive) for token in tokens_of(m)])
            self.check_replay(archive, came)

    def check_replay(self, archive: str, came: Counter[str]) -> None:
        bus, kinds = self.topology.archives[archive]
        for token, sent in self.world.sent.items():
            times = self.topology.buses_of(sent.entry, sent.kind)[bus] if sent.kind in kinds else 0
            least = times if sent.kept else 0
            assert least <= came[token], f"{token} is not in {archive}"
            assert came[token] <= times or self.world.repeats, f"{token} is in {archive} {came[token]} times"


def tokens_of(message: dict[str, Any]) -> list[str]:
    return TOKEN.findall(message["Body"])[:1]


async def live(world: World) -> None:
    await world.begin()
    await world.topology.draw()
    world.plan, world.mortal = draw_faults(world), world.chances.below(4) > 0
    world.arm()
    for _ in range(STEPS):
        for _ in range(world.chances.below(6)):
            await world.send()
            await world.rise()
        if world.chances.below(12) == 0:
            await world.change()
            await world.rise()
        await world.clock.advance(world.chances.choice([0, 1, 500, 5_000, 60_000]))
        await world.rise()
    await world.come_to_rest()
    world.mortal = False
    world.arm()
    await world.resume()
    await world.come_to_rest()
    outcome = Outcome(world)
    await outcome.gather()
    outcome.check()
    await outcome.check_replays()


async def test_what_is_acknowledged_arrives_everywhere_in_order_or_is_given_up_with_its_reason(
    tmp_path, seed
):
    world = World(tmp_path, seed)
    try:
        await asyncio.wait_for(live(world), 60)
    except (Exception, TimeoutError) as failure:
        raise AssertionError(f"--seed {seed}: {type(failure).__name__}: {failure}") from failure
    finally:
        await world.cloud.stop()
