"""Each consumer gets the shape that it wants."""

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")

PARCELS = [{"tracking": "T1", "kg": 2.5}, {"tracking": "T2", "kg": 1}]


async def test_each_target_gets_its_own_shape(application):
    app = await application("eda-transform")
    detail = {"orderId": "o-1", "customer": {"name": 'Ada "Countess"'}, "parcels": PARCELS}
    await app.put_event("shop", "OrderShipped", detail, Time=1_767_225_600)
    assert await app.logs("Notify") == [{"to": 'Ada "Countess"', "text": "Your order o-1 is on its way: T1"}]
    (entry,) = await app.bodies("Ledger")
    rule = app.outputs["RuleArn"].rpartition("/")[2]
    assert entry == {"order": "o-1", "parcels": PARCELS, "at": "2026-01-01T00:00:00Z", "rule": rule}


async def test_a_path_that_an_event_does_not_have_leaves_nothing(application):
    app = await application("eda-transform")
    await app.put_event("shop", "OrderShipped", {"orderId": "o-1", "customer": {"name": "Ada"}})
    assert await app.logs("Notify") == [{"to": "Ada", "text": "Your order o-1 is on its way: "}]
