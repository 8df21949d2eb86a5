"""Late events land in the window in which they happened. The clock begins at 2026-01-01T00:00:00Z."""

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def read(app, name, at, value):
    await app.send("Readings", {"id": name, "at": f"2026-01-01T{at}+00:00", "value": value})
    await app.settle()


async def windows(app, kind):
    items = {
        item["id"]: (item["readings"], item["amount"])
        for item in await app.items("Windows")
        if "amount" in item
    }
    return {name[-9:-1]: counts for name, counts in items.items() if name.startswith(kind)}


async def test_late_readings_land_in_the_window_of_their_event_time(application):
    app = await application("eda-window")
    await app.settle(30)
    await read(app, "in time", "00:00:30", 1)
    await app.settle(40)
    await read(app, "late", "00:00:59", 2)
    await read(app, "next", "00:01:00", 4)
    await app.settle(289)  # 00:05:59, the last second in which the first window takes readings
    await read(app, "very late", "00:00:00", 8)
    assert await windows(app, "happened") == {"00:00:00": (3, 11), "00:01:00": (1, 4)}
    assert await windows(app, "came") == {"00:00:00": (1, 1), "00:01:00": (2, 6), "00:05:00": (1, 8)}


async def test_what_is_too_late_changes_no_window(application):
    app = await application("eda-window")
    await app.settle(360)  # the first window has closed for good
    await read(app, "too late", "00:00:59", 1)
    await read(app, "just right", "00:01:00", 2)
    assert await windows(app, "happened") == {"00:01:00": (1, 2)}
    assert [reading["id"] for reading in await app.bodies("TooLate")] == ["too late"]


async def test_a_reading_that_comes_twice_counts_once(application):
    app = await application("eda-window")
    for _ in range(3):
        await read(app, "same", "00:00:00", 5)
        await app.settle(60)
    assert await windows(app, "happened") == {"00:00:00": (1, 5)}
    assert await windows(app, "came") == {"00:00:00": (1, 5)}
