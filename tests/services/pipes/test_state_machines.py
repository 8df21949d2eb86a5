"""State machines as targets and enrichments: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-target.html."""

import json

import pytest
import pytest_asyncio

pytestmark = pytest.mark.asyncio(loop_scope="session")

MACHINE = "states:stateMachine:work"


@pytest_asyncio.fixture(loop_scope="session")
async def source(queue):
    return await queue("in")


@pytest.fixture
def workflow(cloud):
    """Makes the state machine `work` of one Pass state."""

    async def make(kind, **state):
        passing = {"Type": "Pass", "End": True, **state}
        definition = {"QueryLanguage": "JSONata", "StartAt": "Do", "States": {"Do": passing}}
        await cloud.start(
            "stepfunctions", "CreateStateMachine", name="work", type=kind,
            definition=json.dumps(definition), roleArn="arn:aws:iam::123456789012:role/r",
        )  # fmt: skip

    return make


async def test_a_standard_workflow_is_started_with_the_batch(cloud, workflow, source, pipe, send, counts):
    await workflow("STANDARD", Output="{% $states.input.body %}")
    await send(source, "1", "2")
    parameters = {"StepFunctionStateMachineParameters": {"InvocationType": "FIRE_AND_FORGET"}}
    await pipe("sqs:in", MACHINE, TargetParameters=parameters)
    await cloud.settle()
    arn = "arn:aws:states:us-east-1:123456789012:stateMachine:work"
    (execution,) = (await cloud("stepfunctions", "ListExecutions", stateMachineArn=arn))["executions"]
    done = await cloud("stepfunctions", "DescribeExecution", executionArn=execution["executionArn"])
    assert json.loads(done["output"]) == ["1", "2"]
    assert await counts(source) == (0, 0)


async def test_an_express_workflow_may_report_failed_items(cloud, workflow, source, pipe, send, counts):
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html"""
    report = "{% {'batchItemFailures': [$states.input[body='bad'].{'itemIdentifier': messageId}]} %}"
    await workflow("EXPRESS", Output=report)
    await send(source, "good", "bad")
    await pipe("sqs:in", MACHINE)
    await cloud.settle()
    assert await counts(source) == (0, 1)


async def test_a_workflow_that_fails_fails_the_batch(cloud, workflow, source, pipe, send, counts):
    await workflow("EXPRESS", Output="{% $error('no') %}")
    await send(source, "1", "2")
    await pipe("sqs:in", MACHINE)
    await cloud.settle()
    assert await counts(source) == (0, 2)


async def test_an_express_workflow_enriches(cloud, workflow, source, queue, pipe, send, bodies):
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/pipes-enrichment.html"""
    out = await queue("out")
    await workflow("EXPRESS", Output="{% [$states.input.{'order': body}] %}")
    await send(source, "1", "2")
    await pipe("sqs:in", "sqs:out", Enrichment="arn:aws:states:us-east-1:123456789012:stateMachine:work")
    await cloud.settle()
    assert [json.loads(body) for body in await bodies(out)] == [{"order": "1"}, {"order": "2"}]
