"""Events are appended under an optimistic lock, and the state is rebuilt from them."""

import asyncio
import json

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_state_is_what_all_events_lead_to(application):
    app = await application("eda-store")
    for do, amount in (("deposit", 100), ("withdraw", 30), ("deposit", 5)):
        await app.invoke("Accounts", {"account": "a", "do": do, "amount": amount})
    await app.invoke("Accounts", {"account": "b", "do": "deposit", "amount": 1})
    shown = await app.invoke("Accounts", {"account": "a", "do": "show"})
    assert shown == {"account": "a", "balance": 75, "version": 3}


async def test_of_two_writers_that_saw_the_same_version_one_wins(application):
    app = await application("eda-store")
    await app.invoke("Accounts", {"account": "a", "do": "deposit", "amount": 100})
    command = {"account": "a", "do": "withdraw", "amount": 60, "expectedVersion": 1}
    calls = [
        app.start(
            "lambda", "Invoke", FunctionName=app.outputs["Accounts"], Payload=json.dumps(command).encode()
        )
        for _ in range(5)
    ]
    answers = await app.clock.run(asyncio.gather(*calls))
    failed = [json.loads(answer["Payload"]) for answer in answers if "FunctionError" in answer]
    assert len(failed) == 4
    assert {error["errorType"] for error in failed} <= {"Conflict", "Refused"}
    shown = await app.invoke("Accounts", {"account": "a", "do": "show"})
    assert shown == {"account": "a", "balance": 40, "version": 2}


async def test_a_stale_writer_is_told_so_and_a_refused_command_leaves_no_event(application):
    app = await application("eda-store")
    await app.invoke("Accounts", {"account": "a", "do": "deposit", "amount": 10})
    await app.invoke("Accounts", {"account": "a", "do": "deposit", "amount": 10})
    stale = {"account": "a", "do": "deposit", "amount": 1, "expectedVersion": 1}
    assert (await app.invoke("Accounts", stale))["errorType"] == "Conflict"
    greedy = {"account": "a", "do": "withdraw", "amount": 21}
    assert (await app.invoke("Accounts", greedy))["errorMessage"] == "There are only 20."
    assert len(await app.items("Events")) == 2
