"""Methods that call an action of another service, with mapped requests and responses.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-integration-types.html
"""

import json

import pytest

ROLE = "arn:aws:iam::123456789012:role/r"
PASS = {"StartAt": "S", "States": {"S": {"Type": "Pass", "End": True}}}


@pytest.fixture
def api(cloud):
    """Makes an API with one integration at ANY /{id}, deployed to `prod`; its identifier."""

    async def make(integration, responses=None):
        api = await cloud("apigateway", "CreateRestApi", name="shop")
        where = {"restApiId": api["id"]}
        made = await cloud(
            "apigateway", "CreateResource", **where, parentId=api["rootResourceId"], pathPart="{id}"
        )
        where |= {"resourceId": made["id"], "httpMethod": "ANY"}
        await cloud("apigateway", "PutMethod", **where, authorizationType="NONE")
        request = {"type": "AWS", "integrationHttpMethod": "POST"} | integration
        await cloud("apigateway", "PutIntegration", **where, **request)
        for status, members in (responses or {"200": {}}).items():
            await cloud("apigateway", "PutIntegrationResponse", **where, statusCode=status, **members)
        await cloud("apigateway", "CreateDeployment", restApiId=api["id"], stageName="prod")
        return api["id"]

    return make


def action(service, name):
    return f"arn:aws:apigateway:us-east-1:{service}:action/{name}"


async def workflow(cloud):
    made = await cloud(
        "stepfunctions", "CreateStateMachine", name="m", definition=json.dumps(PASS), roleArn=ROLE
    )
    return made["stateMachineArn"]


async def test_an_execution_is_started(cloud, api, request_to):
    """https://docs.aws.amazon.com/step-functions/latest/dg/tutorial-api-gateway.html"""
    arn = await workflow(cloud)
    template = f"""{{
      "input": "$util.escapeJavaScript($input.json('$')).replaceAll("\\\\'", "'")",
      "name": "$input.params('id')", "stateMachineArn": "{arn}"
    }}"""
    api_id = await api(
        {"uri": action("states", "StartExecution"), "requestTemplates": {"application/json": template}}
    )
    response = await request_to(api_id, "POST", "/prod/first", {}, b'{"who": "ann\'s \\"friend\\"/"}')
    assert response.status == 200
    started = json.loads(response.body)
    done = await cloud("stepfunctions", "DescribeExecution", executionArn=started["executionArn"])
    assert (done["name"], json.loads(done["output"])) == ("first", {"who": 'ann\'s "friend"/'})


async def test_patterns_choose_the_response_and_templates_write_it(cloud, api, request_to):
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-integration-settings-integration-response.html"""
    api_id = await api(
        {"uri": action("dynamodb", "GetItem"), "requestTemplates": {
            "application/json": '{"TableName": "orders", "Key": {"id": {"S": "$input.params(\'id\')"}}}'}},
        {
            "200": {
                "responseTemplates": {"application/json": (
                    "#set($item = $input.path('$.Item'))#if(!$item)#set($context.responseOverride.status = 404)"
                    '{"message": "no $context.resourcePath"}#else{"total": $item.total.N}#end')},
                "responseParameters": {"method.response.header.X-Kind": "'order'"},
            },
            "400": {
                "selectionPattern": "4\\d{2}",
                "responseTemplates": {"application/json": "{\"type\": \"$input.path('$.__type').split('#')[1]\"}"},
            },
        },
    )  # fmt: skip
    wrong = await request_to(api_id, "GET", "/prod/a")
    assert (wrong.status, json.loads(wrong.body)) == (400, {"type": "ResourceNotFoundException"})
    await cloud(
        "dynamodb", "CreateTable", TableName="orders", BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )  # fmt: skip
    await cloud("dynamodb", "PutItem", TableName="orders", Item={"id": {"S": "a"}, "total": {"N": "5"}})
    found = await request_to(api_id, "GET", "/prod/a")
    assert (found.status, json.loads(found.body), found.header("x-kind")) == (200, {"total": 5}, "order")
    missing = await request_to(api_id, "GET", "/prod/b")
    assert (missing.status, json.loads(missing.body)) == (404, {"message": "no /{id}"})


async def test_a_message_is_sent_in_the_query_protocol(cloud, api, request_to):
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-create-api-step-by-step.html"""
    url = (await cloud("sqs", "CreateQueue", QueueName="jobs"))["QueueUrl"]
    api_id = await api({
        "uri": "arn:aws:apigateway:us-east-1:sqs:path/123456789012/jobs",
        "requestParameters": {"integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"},
        "requestTemplates": {"application/json": "Action=SendMessage&MessageBody=$util.urlEncode($input.body)"},
    })  # fmt: skip
    assert (await request_to(api_id, "POST", "/prod/x", {}, b'{"a": "b&c"}')).status == 200
    (message,) = (await cloud("sqs", "ReceiveMessage", QueueUrl=url))["Messages"]
    assert json.loads(message["Body"]) == {"a": "b&c"}


async def test_an_object_is_got_by_its_path(cloud, api, request_to):
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/integrating-api-with-aws-services-s3.html"""
    await cloud("s3", "CreateBucket", Bucket="shop")
    await cloud("s3", "PutObject", Bucket="shop", Key="a b.txt", Body=b"hello", ContentType="text/plain")
    api_id = await api(
        {"uri": "arn:aws:apigateway:us-east-1:s3:path/shop/{key}", "integrationHttpMethod": "GET",
         "requestParameters": {"integration.request.path.key": "method.request.path.id"}},
        {"200": {"responseParameters": {"method.response.header.Content-Type": "integration.response.header.Content-Type"}},
         "404": {"selectionPattern": "404"}},
    )  # fmt: skip
    found = await request_to(api_id, "GET", "/prod/a%20b.txt")
    assert (found.status, found.body, found.header("content-type")) == (200, b"hello", "text/plain")
    assert (await request_to(api_id, "GET", "/prod/c")).status == 404


async def test_a_function_gets_what_the_template_makes_and_its_error_chooses_the_response(
    cloud, api, function, request_to
):
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/handle-errors-in-lambda-integration.html"""
    source = (
        "def handler(event, context):\n"
        "    if event['n'] == 'bad': raise ValueError('Bad: ' + event['n'])\n"
        "    return {'got': event}"
    )
    arn = await function(source)
    api_id = await api(
        {"uri": f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations",
         "requestTemplates": {"application/json": '{"n": "$input.params(\'id\')", "stage": "$context.stage"}'}},
        {"200": {}, "422": {"selectionPattern": "Bad:.*",
                            "responseTemplates": {"application/json": "$input.path('$.errorMessage')"}}},
    )  # fmt: skip
    good = await request_to(api_id, "GET", "/prod/good")
    assert (good.status, json.loads(good.body)) == (200, {"got": {"n": "good", "stage": "prod"}})
    bad = await request_to(api_id, "GET", "/prod/bad")
    assert (bad.status, bad.body) == (422, b"Bad: bad")


@pytest.mark.parametrize(
    ("behavior", "status"), [("WHEN_NO_MATCH", 200), ("WHEN_NO_TEMPLATES", 415), ("NEVER", 415)]
)
async def test_content_types_without_a_template(cloud, api, request_to, behavior, status):
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/integration-passthrough-behaviors.html"""
    arn = await workflow(cloud)
    api_id = await api(
        {"uri": action("states", "StartExecution"), "passthroughBehavior": behavior,
         "requestTemplates": {"application/json": "{}"}}
    )  # fmt: skip
    body = json.dumps({"stateMachineArn": arn}).encode()
    response = await request_to(api_id, "POST", "/prod/x", {"content-type": "text/plain"}, body)
    assert response.status == status


async def test_a_mock_may_have_templates(api, request_to):
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html"""
    template = "{ #if($input.params('scope') == 'internal')\"statusCode\": 200#else\"statusCode\": 500#end }"
    api_id = await api(
        {"type": "MOCK", "requestTemplates": {"application/json": template}},
        {
            "200": {"responseTemplates": {"application/json": '{"id": "$input.params(\'id\')"}'}},
            "500": {"selectionPattern": "5\\d{2}", "responseTemplates": {"application/json": "{}"}},
        },
    )
    inside = await request_to(api_id, "GET", "/prod/x?scope=internal")
    assert (inside.status, json.loads(inside.body)) == (200, {"id": "x"})
    assert (await request_to(api_id, "GET", "/prod/x")).status == 500


@pytest.mark.parametrize(
    "members",
    [
        {"uri": "arn:aws:s3:::bucket"},
        {"uri": action("states", "StartExecution"), "requestTemplates": {"application/json": "#if($x)"}},
    ],
)
async def test_what_cannot_be_integrated(cloud, api, error_of, members):
    assert (await error_of(api(members))).code == "BadRequestException"


async def test_sam_puts_an_api_before_a_state_machine(cloud, request_to):
    """https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-statemachine-api.html"""
    machine = {
        "Type": "AWS::Serverless::StateMachine",
        "Properties": {
            "Definition": PASS,
            "Events": {"Post": {"Type": "Api", "Properties": {"Path": "/orders", "Method": "POST"}}},
        },
    }
    template = {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {"Flow": machine},
        "Outputs": {"Api": {"Value": {"Ref": "ServerlessRestApi"}}, "Flow": {"Value": {"Ref": "Flow"}}},
    }
    await cloud(
        "cloudformation", "CreateStack", StackName="s", TemplateBody=json.dumps(template),
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )  # fmt: skip
    await cloud.clock.advance(60_000)
    (stack,) = (await cloud("cloudformation", "DescribeStacks", StackName="s"))["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
    response = await request_to(
        outputs["Api"], "POST", "/Prod/orders", {"content-type": "application/json"}, b'{"id": 1}'
    )
    assert response.status == 200
    (listed,) = (await cloud("stepfunctions", "ListExecutions", stateMachineArn=outputs["Flow"]))[
        "executions"
    ]
    assert listed["executionArn"] == json.loads(response.body)["executionArn"]
    done = await cloud("stepfunctions", "DescribeExecution", executionArn=listed["executionArn"])
    assert json.loads(done["output"]) == {"id": 1}
