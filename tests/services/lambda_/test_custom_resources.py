"""Inline code that answers as a custom resource.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-lambda-function-code-cfnresponsemodule.html
"""

import json

import pytest
import pytest_asyncio

from cloudchamber.app.services import HTTP_SERVICES, SERVICES
from cloudchamber.aws import Cloud, Settings
from cloudchamber.clock import VirtualClock
from cloudchamber.gateway import Front, Server
from cloudchamber.kv import SqliteStore
from cloudchamber.services.lambda_.live import Environments

pytestmark = pytest.mark.asyncio(loop_scope="session")

PYTHON = """
import cfnresponse
def handler(event, context):
    kind = event["ResourceProperties"]["Kind"]
    if kind == "refused":
        cfnresponse.send(event, context, cfnresponse.FAILED, {}, reason="not today")
    elif kind == "named":
        cfnresponse.send(event, context, cfnresponse.SUCCESS, {"Colour": "red"}, "thing-1", noEcho=True)
    else:
        cfnresponse.send(event, context, cfnresponse.SUCCESS, {"Colour": "red"})
"""
NODE = """
const response = require('cfn-response');
exports.handler = (event, context) => {
  response.send(event, context, response.SUCCESS, { Colour: 'blue' }, 'thing-2');
};
"""


@pytest_asyncio.fixture(loop_scope="session")
async def served(functions, zygote, tmp_path):
    """A cloud that functions reach at its ResponseURL."""
    server = Server("127.0.0.1", 0)
    server.bind()
    clock = VirtualClock(seed=0)
    settings = Settings("127.0.0.1", server.port, str(tmp_path / "data"), str(tmp_path))
    made = Cloud(SqliteStore(None), clock, SERVICES, settings)
    made._lives["lambda"] = Environments(made, zygote)
    await made.start()
    await server.start(Front(made, http_services=HTTP_SERVICES).handle)
    yield type(functions.cloud)(made, clock)
    await server.stop()
    await made.stop()


def template(runtime, source, kind):
    function = {
        "Code": {"ZipFile": source},
        "Handler": "index.handler",
        "Role": "arn:aws:iam::123456789012:role/lambda",
        "Runtime": runtime,
        "Timeout": 20,
    }
    thing = {"ServiceToken": {"Fn::GetAtt": ["Provider", "Arn"]}, "Kind": kind}
    return json.dumps(
        {
            "Resources": {
                "Provider": {"Type": "AWS::Lambda::Function", "Properties": function},
                "Thing": {"Type": "Custom::Thing", "Properties": thing},
            },
            "Outputs": {
                "Colour": {"Value": {"Fn::GetAtt": ["Thing", "Colour"]}},
                "Id": {"Value": {"Ref": "Thing"}},
            },
        }
    )


async def deployed(cloud, *what):
    await cloud("cloudformation", "CreateStack", StackName="app", TemplateBody=template(*what))
    await cloud.settle()
    (stack,) = (await cloud("cloudformation", "DescribeStacks", StackName="app"))["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs") or []}
    return stack["StackStatus"], outputs


async def test_inline_python_answers_with_cfnresponse(served):
    status, outputs = await deployed(served, "python3.12", PYTHON, "named")

    assert (status, outputs) == ("CREATE_COMPLETE", {"Colour": "red", "Id": "thing-1"})


async def test_without_an_id_the_log_stream_is_the_id(served):
    status, outputs = await deployed(served, "python3.12", PYTHON, "unnamed")

    assert status == "CREATE_COMPLETE"
    assert "[$LATEST]" in outputs["Id"]


async def test_a_refusal_is_the_reason_of_the_failed_stack(served):
    await served(
        "cloudformation",
        "CreateStack",
        StackName="app",
        TemplateBody=template("python3.12", PYTHON, "refused"),
        OnFailure="DO_NOTHING",
    )
    await served.settle()
    events = (await served("cloudformation", "DescribeStackEvents", StackName="app"))["StackEvents"]

    reasons = [e["ResourceStatusReason"] for e in events if e["ResourceStatus"] == "CREATE_FAILED"]
    assert any("not today" in reason for reason in reasons)


async def test_inline_node_answers_with_cfn_response(served):
    status, outputs = await deployed(served, "nodejs22.x", NODE, "named")

    assert (status, outputs) == ("CREATE_COMPLETE", {"Colour": "blue", "Id": "thing-2"})


async def test_a_deleted_stack_asks_its_function_to_delete(served):
    await deployed(served, "python3.12", PYTHON, "named")
    await served("cloudformation", "DeleteStack", StackName="app")
    await served.settle()

    stacks = (await served("cloudformation", "ListStacks"))["StackSummaries"]
    assert [stack["StackStatus"] for stack in stacks] == ["DELETE_COMPLETE"]
