"""Documented facts that go across the service's nouns."""

from __future__ import annotations

import asyncio
import json

import pytest

from cloudchamber.aws.faults import Fault, Faults

pytestmark = pytest.mark.asyncio(loop_scope="session")

EFFECT_THEN_HANG = """
import socket, os, time
def handler(event, context):
    with socket.create_connection(("127.0.0.1", int(os.environ["EFFECT_PORT"]))) as connection:
        connection.sendall(b"effect")
    while True:
        time.sleep(1)
"""


async def test_f003_an_asynchronous_event_may_arrive_twice_with_one_request_id(cloud, functions):
    """https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html"""
    await functions.create()
    fault = Fault(kind="duplicate", service="lambda", operation="invoke_event", times=1)
    cloud.cloud.faults = Faults([fault], seed=0)
    await functions.invoke(event={"n": 1}, InvocationType="Event")
    await cloud.clock.run_until_idle()
    assert functions.events == [{"n": 1}, {"n": 1}]
    assert len({told["request_id"] for told in functions.told}) == 1


async def test_f083_the_answer_of_a_function_that_times_out_is_lost_but_its_effect_is_not(cloud, functions):
    """https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html"""
    effects: list[bytes] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        effects.append(await reader.read())
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    port = str(server.sockets[0].getsockname()[1])
    await functions.create(source=EFFECT_THEN_HANG, Timeout=1, Variables={"EFFECT_PORT": port})
    answer = await functions.invoke(event={})
    assert answer["FunctionError"] == "Unhandled"
    assert "Task timed out after 1.00 seconds" in json.loads(answer["Payload"])["errorMessage"]
    assert effects == [b"effect"]
    server.close()
    await server.wait_closed()
