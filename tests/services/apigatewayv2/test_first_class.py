"""Routes that call another service.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-aws-services.html
"""

import json

import pytest

ROLE = "arn:aws:iam::123456789012:role/r"


@pytest.fixture
def routed(cloud):
    """Makes an API with one route to a service; its identifier."""

    async def make(subtype, route="POST /run/{name}", **parameters):
        api_id = (await cloud("apigatewayv2", "CreateApi", Name="a", ProtocolType="HTTP"))["ApiId"]
        integration = await cloud(
            "apigatewayv2", "CreateIntegration", ApiId=api_id, IntegrationType="AWS_PROXY", IntegrationSubtype=subtype,
            CredentialsArn=ROLE, PayloadFormatVersion="1.0", RequestParameters=parameters,
        )  # fmt: skip
        target = f"integrations/{integration['IntegrationId']}"
        await cloud("apigatewayv2", "CreateRoute", ApiId=api_id, RouteKey=route, Target=target)
        await cloud("apigatewayv2", "CreateStage", ApiId=api_id, StageName="$default", AutoDeploy=True)
        return api_id

    return make


@pytest.fixture
def workflow(cloud):
    """Makes a state machine of one state; its ARN."""

    async def make(kind="STANDARD", **state):
        definition = {"StartAt": "S", "States": {"S": {"Type": "Pass", "End": True} | state}}
        made = await cloud(
            "stepfunctions",
            "CreateStateMachine",
            name="m",
            definition=json.dumps(definition),
            roleArn=ROLE,
            type=kind,
        )
        return made["stateMachineArn"]

    return make


async def test_an_execution_is_started(cloud, routed, workflow, request_to):
    arn = await workflow()
    api_id = await routed(
        "StepFunctions-StartExecution",
        StateMachineArn=arn,
        Input="$request.body",
        Name="${request.path.name}-${request.querystring.n}",
    )
    response = await request_to(
        api_id, "POST", "/run/job?n=1", {"content-type": "application/json"}, b'{"a": 1}'
    )
    answer = json.loads(response.body)
    assert response.status == 200
    assert answer["executionArn"].endswith(":execution:m:job-1")
    done = await cloud("stepfunctions", "DescribeExecution", executionArn=answer["executionArn"])
    assert json.loads(done["output"]) == {"a": 1}


async def test_an_express_workflow_answers(routed, workflow, request_to):
    arn = await workflow("EXPRESS", Parameters={"hello.$": "$.who"})
    api_id = await routed("StepFunctions-StartSyncExecution", StateMachineArn=arn, Input="$request.body.deep")
    response = await request_to(api_id, "POST", "/run/x", {}, b'{"deep": {"who": "ann"}}')
    answer = json.loads(response.body)
    assert (answer["status"], json.loads(answer["output"])) == ("SUCCEEDED", {"hello": "ann"})


async def test_one_that_takes_too_long_is_503(routed, workflow, request_to):
    arn = await workflow("EXPRESS", Type="Wait", Seconds=60)
    api_id = await routed("StepFunctions-StartSyncExecution", StateMachineArn=arn)
    assert (await request_to(api_id, "POST", "/run/x")).status == 503


async def test_an_execution_is_stopped(cloud, routed, workflow, request_to):
    arn = await workflow(Type="Wait", Seconds=1000)
    started = await cloud("stepfunctions", "StartExecution", stateMachineArn=arn)
    api_id = await routed(
        "StepFunctions-StopExecution",
        ExecutionArn="$request.header.Execution",
        Cause="$request.body.why",
        Error="E",
    )
    headers = {"execution": started["executionArn"]}
    assert (await request_to(api_id, "POST", "/run/x", headers, b'{"why": "enough"}')).status == 200
    done = await cloud("stepfunctions", "DescribeExecution", executionArn=started["executionArn"])
    assert (done["status"], done["error"], done["cause"]) == ("ABORTED", "E", "enough")


async def test_an_event_is_put(cloud, routed, request_to):
    url = (await cloud("sqs", "CreateQueue", QueueName="q"))["QueueUrl"]
    await cloud("events", "PutRule", Name="r", EventPattern='{"source": ["shop"]}')
    await cloud(
        "events", "PutTargets", Rule="r", Targets=[{"Id": "q", "Arn": "arn:aws:sqs:us-east-1:123456789012:q"}]
    )
    api_id = await routed(
        "EventBridge-PutEvents", Detail="$request.body", DetailType="$request.path.name", Source="shop"
    )
    response = await request_to(api_id, "POST", "/run/Placed", {}, b'{"id": 1}')
    assert json.loads(response.body)["FailedEntryCount"] == 0
    (message,) = (await cloud("sqs", "ReceiveMessage", QueueUrl=url))["Messages"]
    event = json.loads(message["Body"])
    assert (event["detail-type"], event["detail"]) == ("Placed", {"id": 1})


async def test_an_error_of_the_service_is_the_answer(routed, request_to):
    arn = "arn:aws:states:us-east-1:123456789012:stateMachine:none"
    api_id = await routed("StepFunctions-StartExecution", StateMachineArn=arn)
    response = await request_to(api_id, "POST", "/run/x")
    assert (response.status, json.loads(response.body)["__type"]) == (400, "StateMachineDoesNotExist")


async def test_what_an_integration_must_have(cloud, routed, error_of):
    error = await error_of(routed("StepFunctions-StartExecution", Input="x"))
    assert error.message == "Required request parameters are missing: StateMachineArn"
    error = await error_of(routed("StepFunctions-StartExecution", StateMachineArn="x", Wrong="y"))
    assert error.message == "Invalid request parameters for StepFunctions-StartExecution: Wrong"
