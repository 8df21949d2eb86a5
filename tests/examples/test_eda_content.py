"""One event type, split by what it says."""

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAYMENTS = [
    {"id": "small", "amount": 50, "country": "DE", "customer": "c"},
    {"id": "edge", "amount": 1000, "country": "DE", "customer": "c"},
    {"id": "nearly", "amount": 999.99, "country": "FR", "customer": "c"},
    {"id": "foreign", "amount": 5, "country": "BR", "customer": "c"},
    {"id": "odd", "amount": 5, "country": "DE", "customer": "c", "purpose": "for crypto coins"},
    {"id": "text", "amount": "50", "country": "DE", "customer": "c"},
    {"id": "nothing", "amount": 0, "country": "DE"},
]


async def test_what_an_event_says_decides_who_gets_it(application):
    app = await application("eda-content")
    for payment in PAYMENTS:
        await app.put_event("bank", "PaymentRequested", payment)
    assert [seen["handled"] for seen in await app.logs("Automatic")] == ["small", "nearly", "odd"]
    assert [seen["review"] for seen in await app.logs("Review")] == ["edge", "foreign", "odd"]
    assert [seen["handled"] for seen in await app.logs("Anonymous")] == ["nothing"]
