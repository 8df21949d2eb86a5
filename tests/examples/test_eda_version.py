"""Old and new versions of an event are handled by one consumer."""

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")

VERSIONS = [
    {"id": "1", "name": "Ada Lovelace"},
    {"version": 2, "id": "2", "firstName": "Ada", "lastName": "Lovelace"},
    {"version": 3, "id": "3", "name": {"first": "Ada", "last": "Lovelace"}},
    {"version": 3, "id": "4", "name": {"first": "Ada", "last": "Lovelace"}, "country": "GB", "new": 1},
]


async def test_every_version_gives_the_same_customer(application):
    app = await application("eda-version")
    for detail in VERSIONS:
        await app.put_event("crm", "CustomerRegistered", detail)
    customers = {item.pop("id"): item for item in await app.items("Customers")}
    unknown = {"lastName": "Lovelace", "country": "unknown"}
    assert customers == {"1": unknown, "2": unknown, "3": unknown, "4": unknown | {"country": "GB"}}
    assert await app.messages("NotUnderstood") == []


async def test_a_version_from_the_future_is_kept_for_later(application):
    app = await application("eda-version")
    await app.put_event("crm", "CustomerRegistered", {"version": 4, "id": "5", "who": "Ada"})
    assert await app.items("Customers") == []
    (letter,) = await app.bodies("NotUnderstood")
    assert letter["requestPayload"]["detail"]["who"] == "Ada"
    assert letter["responsePayload"]["errorType"] == "UnknownVersion"
    assert letter["requestContext"]["condition"] == "RetriesExhausted"
