"""What a test hears of the events in its chamber."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from cloudchamber.pytest_plugin.clock import Duration
from cloudchamber.pytest_plugin.matching import SHOWN_MAX, Pattern, difference, matches, pretty
from cloudchamber.pytest_plugin.tracks import TAP_PREFIX

if TYPE_CHECKING:
    from cloudchamber.pytest_plugin.chamber import Chamber

_OF_APPLICATIONS = {"source": [{"anything-but": ["aws.cloudformation"]}]}


class Tap:
    """Where events are heard from when `chamber.events.on_...` was called on. A body that is JSON is parsed."""

    def __init__(self, chamber: Chamber, name: str, queue_url: str) -> None:
        self._chamber, self._name, self._queue_url = chamber, name, queue_url
        self._heard: list[Any] = []

    @property
    def received(self) -> list[Any]:
        """What has come so far; everything that is due now has come to its end."""
        sqs = self._chamber.client("sqs")
        while True:
            answer = sqs.receive_message(QueueUrl=self._queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=0)
            messages = answer.get("Messages", [])
            for message in messages:
                self._heard.append(_parsed(message["Body"]))
                sqs.delete_message(QueueUrl=self._queue_url, ReceiptHandle=message["ReceiptHandle"])
            if not messages:
                return list(self._heard)

    def wait_for(self, pattern: Pattern = None, count: int = 1, timeout: Duration = "15m") -> list[Any]:
        """`count` events that match, as soon as there are so many. Time passes until then, at most `timeout`; then the
        AssertionError shows what came instead. `pattern`: what the event has to have, or a function that decides; None: any."""

        def enough() -> list[Any]:
            events = self.received
            found = [event for event in events if pattern is None or matches(pattern, event)]
            if len(found) < count:
                raise AssertionError(self._complaint(pattern, count, len(found), events, timeout))
            return found

        return self._chamber.clock.eventually(enough, timeout)

    def assert_matches(
        self, patterns: Sequence[Pattern], *, in_order: bool = False, timeout: Duration = "15m"
    ) -> None:
        """One event came, or comes within `timeout`, for each pattern, and no other one. AssertionError shows the difference."""

        def all_there() -> None:
            events = self.received
            found = difference(patterns, events, in_order=in_order)
            if found:
                raise AssertionError(f"{self._name}: the events are not those expected.\n{found}")

        self._chamber.clock.eventually(all_there, timeout)

    def assert_none(self, pattern: Pattern = None, within: Duration = 0) -> None:
        """No event that matches came, nor comes `within` that time."""
        if within:
            self._chamber.clock.advance(within)
        found = [event for event in self.received if pattern is None or matches(pattern, event)]
        if found:
            shown = "\n".join(pretty(event) for event in found[:SHOWN_MAX])
            raise AssertionError(f"{self._name}: {len(found)} events came that should not have:\n{shown}")

    def _complaint(
        self, pattern: Pattern, count: int, found_count: int, events: list[Any], timeout: Duration
    ) -> str:
        head = f"{self._name}: {found_count} of {count} events came within {timeout}, among {len(events)}."
        if pattern is None or callable(pattern):
            return "\n".join([head, *map(pretty, events[-SHOWN_MAX:])])
        others = [event for event in events if not matches(pattern, event)]
        return f"{head}\n{difference([pattern], others)}"


class Events:
    """`chamber.events`: taps on buses, topics and queues. Tap before the events flow: nothing is heard of what was before."""

    def __init__(self, chamber: Chamber) -> None:
        self._chamber = chamber
        self._count = 0

    def on_bus(self, bus: str = "default", pattern: dict[str, Any] | None = None) -> Tap:
        """Hear the events of an EventBridge bus, whole (`source`, `detail-type`, `detail`, ...).

        `pattern`: which ones, as in a rule; without it all but those that CloudFormation sends of deployments.
        """
        name, url, arn = self._make_queue()
        events = self._chamber.client("events")
        wanted = json.dumps(_OF_APPLICATIONS if pattern is None else pattern)
        events.put_rule(Name=name, EventBusName=bus, EventPattern=wanted)
        events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "tap", "Arn": arn}])
        return Tap(self._chamber, f"bus {bus}", url)

    def on_topic(self, topic_arn: str) -> Tap:
        """Hear the messages of an SNS topic, their bodies alone."""
        name, url, arn = self._make_queue(".fifo" if topic_arn.endswith(".fifo") else "")
        self._chamber.client("sns").subscribe(
            TopicArn=topic_arn, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"}
        )
        return Tap(self._chamber, f"topic {topic_arn.rsplit(':', 1)[-1]} ({name})", url)

    def on_queue(self, queue: str) -> Tap:
        """Take the messages out of an SQS queue that nobody else reads, by its name or URL: of a dead-letter queue, for one."""
        sqs = self._chamber.client("sqs")
        url = queue if "/" in queue else sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        return Tap(self._chamber, f"queue {url.rsplit('/', 1)[-1]}", url)

    def eventually(self, check: Callable[[], Any], timeout: Duration = "15m") -> Any:
        """`chamber.clock.eventually`."""
        return self._chamber.clock.eventually(check, timeout)

    def _make_queue(self, suffix: str = "") -> tuple[str, str, str]:
        """A queue of the tap's own: its name, URL and ARN."""
        self._count += 1
        name = f"{TAP_PREFIX}{self._count}"
        sqs = self._chamber.client("sqs")
        kind = {"FifoQueue": "true", "ContentBasedDeduplication": "true"} if suffix else {}
        url = sqs.create_queue(QueueName=name + suffix, Attributes=kind)["QueueUrl"]
        arn = f"arn:aws:sqs:{self._chamber.region}:{self._chamber.account}:{name}{suffix}"
        return name, url, arn


def _parsed(body: str) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body
