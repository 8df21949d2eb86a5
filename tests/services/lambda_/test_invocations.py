"""Invoke: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html."""

import json

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_function_answers_what_its_handler_returns(cloud, functions):
    created = await functions.create()

    answer = await functions.invoke(event={"n": 1}, LogType="Tail")

    assert (created["State"], created["StateReasonCode"]) == ("Pending", "Creating")
    assert (answer["StatusCode"], json.loads(answer["Payload"]), answer["ExecutedVersion"]) == (
        200,
        {"n": 1},
        "$LATEST",
    )
    assert "FunctionError" not in answer
