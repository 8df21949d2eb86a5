"""A projection that is fed by the stream equals a rebuild from scratch."""

import pytest

from cloudchamber.aws.faults import Fault, Faults
from cloudchamber.clock import Ids

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def change(app, changes):
    for order_id, customer, total in changes:
        key, table = {"id": {"S": order_id}}, app.outputs["Orders"]
        if total is None:
            await app("dynamodb", "DeleteItem", TableName=table, Key=key)
        else:
            item = key | {"customer": {"S": customer}, "total": {"N": str(total)}}
            await app("dynamodb", "PutItem", TableName=table, Item=item)


async def view(app):
    lines = {item.pop("customer"): item for item in await app.items("View")}
    return {name: line for name, line in lines.items() if line.get("orders")}


def random_changes(seed, count):
    """Orders put, moved to another customer, and deleted."""
    ids = Ids(seed)

    def draw(n):
        return int(ids.fraction() * n)

    return [(f"o-{draw(8)}", "abc"[draw(3)], draw(100) or None if draw(4) else None) for _ in range(count)]


async def test_the_view_follows_new_changed_moved_and_deleted_orders(application):
    app = await application("eda-view")
    await change(app, [("o-1", "ada", 10), ("o-2", "ada", 5), ("o-3", "bob", 1), ("o-4", "bob", 2)])
    await change(app, [("o-1", "ada", 20), ("o-2", "bob", 5), ("o-3", "bob", None)])
    await app.settle(5)
    expected = {"ada": {"orders": 1, "amount": 20}, "bob": {"orders": 2, "amount": 7}}
    assert await view(app) == await app.invoke("Rebuild", {}) == expected


@pytest.mark.parametrize("seed", range(3))
async def test_after_any_changes_and_failures_it_equals_the_rebuild(application, seed):
    app = await application("eda-view")
    faults = [
        Fault(
            "error", "dynamodb", "TransactWriteItems", code="AccessDeniedException", status=400, chance=0.2
        ),
        Fault("drop_answer", "dynamodb", "TransactWriteItems", code="AccessDenied", status=400, chance=0.2),
    ]
    app.cloud.faults = Faults(faults, seed)
    await change(app, random_changes(seed, 40))
    await app.settle(30)
    app.cloud.faults = None
    await app.settle(600)
    assert await view(app) == await app.invoke("Rebuild", {})
    assert any("failed" in seen for seen in await app.logs("Project"))
    assert await app.messages("Failed") == []
