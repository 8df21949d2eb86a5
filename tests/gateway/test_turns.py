"""Who calls from where, and when it is a call's turn under virtual time."""

from __future__ import annotations

import asyncio

import pytest
from tests.gateway.conftest import authorization

from cloudchamber.clock import OUTSIDE
from cloudchamber.gateway.front import OUTSIDE_WAIT_S, WAITS_FOR_REST
from cloudchamber.wire.http import HttpRequest


class Environment:
    """An environment that notes what it hears."""

    init_id = "0123456789abcdef"
    waits_unseen = False

    def __init__(self, clock) -> None:
        self.clock, self.heard = clock, []

    def blocked(self) -> None:
        self.heard.append("blocked")
        self.clock.release()

    def unblocked(self) -> None:
        self.heard.append("unblocked")
        self.clock.hold()

    def crash(self) -> None:
        self.heard.append("crashed")


def request(**headers: str) -> HttpRequest:
    named = {
        "host": "localhost:4566",
        "authorization": authorization("sqs")["Authorization"],
        "x-amz-target": "AmazonSQS.ListQueues",
        "content-type": "application/x-amz-json-1.0",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return HttpRequest("POST", "/", "", named, b"{}")


@pytest.fixture
def asked(front):
    """`asked(request)` gives a future of its status."""

    def ask(request: HttpRequest) -> asyncio.Future[int]:
        answered: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        front.handle(request, lambda response: answered.set_result(response.status))
        return answered

    return ask


async def test_a_call_of_a_function_takes_its_turn_and_the_function_lets_go_meanwhile(cloud, asked):
    clock, invocations = cloud.clock, cloud.cloud.invocations
    function = invocations.begin("aaaaaaaaaaaaaaaa", "work")
    environment = Environment(clock)
    invocations.take(function, environment)
    clock.hold()  # the function runs
    clock.hold()  # so does something else
    answer = asked(request(x_amzn_trace_id="Root=1-00000000-0;Parent=aaaaaaaaaaaaaaaa;Sampled=1"))
    assert environment.heard == ["blocked"]
    assert clock.steps.has(function.number)
    clock.release()
    assert await answer == 200
    assert environment.heard == ["blocked", "unblocked"]
    assert clock.running == 1
    clock.release()


async def test_a_call_of_an_init_phase_is_known_too(cloud):
    invocations = cloud.cloud.invocations
    function = invocations.begin("aaaaaaaaaaaaaaaa", "work")
    invocations.take(function, Environment(cloud.clock))
    trace = type("Trace", (), {"parent": Environment.init_id})
    assert invocations.of(trace) is function
    invocations.end(function)
    assert invocations.of(trace) is None


async def test_a_call_from_outside_goes_at_once_when_nothing_runs(cloud, asked):
    assert await asked(request()) == 200


async def test_a_call_from_outside_waits_until_everything_has_come_to_rest(cloud, asked):
    cloud.clock.hold()
    answer = asked(request(**{WAITS_FOR_REST: "1"}))
    assert cloud.clock.steps.has(OUTSIDE)
    done, _ = await asyncio.wait({answer}, timeout=3 * OUTSIDE_WAIT_S)
    assert not done
    cloud.clock.release()
    assert await answer == 200


async def test_who_cannot_know_that_it_has_to_wait_does_not_wait_for_long(cloud, asked):
    cloud.clock.hold()
    assert await asked(request()) == 200
    cloud.clock.release()
