"""Each consumer gets only its events; what matches nothing goes nowhere."""

import json

import pytest

from cloudchamber.languages.cloudformation.loading import load

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_each_consumer_gets_only_its_events(application):
    app = await application("eda-router")
    await app.put_event("shop.orders", "OrderPlaced", {"orderId": "o-1", "total": 12.5})
    await app.put_event("shop.payments", "OrderPaid", {"orderId": "o-1"})
    await app.put_event("warehouse", "OrderPlaced", {"orderId": "not-ours"})
    await app.put_event("shop.orders", "OrderPlaced", {"orderId": "other bus"}, EventBusName="default")

    billing = await app.logs("Billing")
    assert billing == [
        {"consumer": "billing", "type": "OrderPlaced", "detail": {"orderId": "o-1", "total": 12.5}}
    ]
    shipping = await app.logs("Shipping")
    assert shipping == [{"consumer": "shipping", "type": "OrderPaid", "detail": {"orderId": "o-1"}}]
    assert [seen["type"] for seen in await app.logs("Audit")] == ["OrderPlaced", "OrderPaid"]


async def test_the_contract_of_an_event_stands_beside_the_bus(application):
    app = await application("eda-router")
    listed = await app("cloudformation", "ListStackResources", StackName="eda-router")
    types = {each["LogicalResourceId"]: each["ResourceType"] for each in listed["StackResourceSummaries"]}
    assert types["OrderPlaced"] == "AWS::EventSchemas::Schema"
    answer = await app("cloudformation", "GetTemplate", StackName="eda-router")
    content = load(answer["TemplateBody"])["Resources"]["OrderPlaced"]["Properties"]["Content"]
    schema = json.loads(content)
    assert set(schema["required"]) <= {"orderId", "total"}
    assert schema["properties"]["total"] == {"type": "number", "minimum": 0}
