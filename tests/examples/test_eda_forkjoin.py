"""What is forked is joined: the best of the answers that came in time."""

import json

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def ask(app, **request):
    started = await app(
        "stepfunctions",
        "StartExecution",
        stateMachineArn=app.outputs["Quotes"],
        input=json.dumps({"id": "r-1", "value": 1000} | request),
    )
    await app.settle(60)
    return await app("stepfunctions", "DescribeExecution", executionArn=started["executionArn"])


async def test_the_best_quote_is_kept(application):
    app = await application("eda-forkjoin")
    done = await ask(app)
    assert json.loads(done["output"]) == {"insurer": "south", "price": 40, "answers": 3}
    assert await app.items("Offers") == [{"id": "r-1", "insurer": "south", "price": 40, "answers": 3}]


async def test_an_insurer_that_fails_or_is_slow_is_left_out(application):
    app = await application("eda-forkjoin")
    done = await ask(app, down=["south"], slow=["north"])
    assert json.loads(done["output"]) == {"insurer": "west", "price": 60, "answers": 1}
    assert done["stopDate"] - done["startDate"] < 11  # the slow branch was given up after ten seconds


async def test_without_any_answer_the_workflow_fails(application):
    app = await application("eda-forkjoin")
    done = await ask(app, down=["south", "north", "west"])
    assert (done["status"], done["error"]) == ("FAILED", "NoQuotes")
    assert await app.items("Offers") == []
