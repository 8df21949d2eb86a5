"""Every kind of state in one workflow: what runs side by side, what is asked for, what is waited for."""

import json

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")

DAY = 24 * 3600


async def start(app, claim_id="c-1", customer="ann", things=("cup", "lamp", "cup")):
    claim = {"id": claim_id, "customer": customer, "things": things}
    request = {"stateMachineArn": app.outputs["Claims"], "name": claim_id, "input": json.dumps(claim)}
    started = await app("stepfunctions", "StartExecution", **request)
    await app.settle(10)
    return started["executionArn"]


async def described(app, arn):
    return await app("stepfunctions", "DescribeExecution", executionArn=arn)


async def never_paid(app):
    """The function that pays has no log, as it was never invoked."""
    group = f"/aws/lambda/{app.outputs['Pay']}"
    return not (await app("logs", "DescribeLogGroups", logGroupNamePrefix=group))["logGroups"]


async def test_a_small_claim_is_paid_after_a_day(application):
    app = await application("sls-flow")
    arn = await start(app)
    assert (await described(app, arn))["status"] == "RUNNING"
    assert await never_paid(app)
    await app.settle(DAY)
    done = await described(app, arn)
    assert json.loads(done["output"]) == {"receipt": "receipt-c-1"}
    assert await app.logs("Pay") == [{"paid": "c-1", "total": 70}]
    assert await app.messages("Approvals") == []
    events = (await app("stepfunctions", "GetExecutionHistory", executionArn=arn))["events"]
    types = [event["type"] for event in events]
    assert types.count("MapIterationSucceeded") == 3
    third = types.index(
        "MapIterationStarted", types.index("MapIterationStarted", types.index("MapIterationStarted") + 1) + 1
    )
    assert third > types.index("MapIterationSucceeded"), "two at a time"


async def test_a_large_claim_waits_for_an_approval(application):
    app = await application("sls-flow")
    arn = await start(app, things=["piano"])
    await app.settle(3 * DAY)
    (asked,) = await app.bodies("Approvals")
    assert (asked["claim"], asked["total"]) == ("c-1", 4000)
    await app("stepfunctions", "SendTaskSuccess", taskToken=asked["token"], output='{"by": "bob"}')
    await app.settle(DAY)
    assert (await described(app, arn))["status"] == "SUCCEEDED"
    assert await app.logs("Pay") == [{"paid": "c-1", "total": 4000}]


async def test_it_may_be_refused_or_forgotten(application):
    app = await application("sls-flow")
    refused, forgotten = await start(app, "c-1", things=["piano"]), await start(app, "c-2", things=["piano"])
    asked = {each["claim"]: each["token"] for each in await app.bodies("Approvals")}
    await app(
        "stepfunctions", "SendTaskFailure", taskToken=asked["c-1"], error="Disapproved", cause="too dear"
    )
    await app.settle(7 * DAY)
    done = await described(app, refused)
    assert (done["status"], done["error"], done["cause"]) == ("FAILED", "Disapproved", "too dear")
    assert (await described(app, forgotten))["error"] == "Forgotten"
    assert await never_paid(app)


async def test_a_check_that_fails_ends_the_claim(application):
    app = await application("sls-flow")
    done = await described(app, await start(app, customer="stranger"))
    assert (done["status"], done["error"]) == ("FAILED", "NotInsured")
    assert json.loads(done["cause"])["errorMessage"] == "stranger"
