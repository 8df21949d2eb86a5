"""HTTP/1.1 over real sockets."""

from __future__ import annotations

import asyncio

import pytest
from tests.gateway.conftest import Echo, http

from cloudchamber.gateway.server import SLOW_REQUEST_S, Server


@pytest.fixture
def echo():
    return Echo()


@pytest.fixture
async def client(connect, echo):
    return await connect(echo.handle)


async def until(condition):
    """Turns of the loop until `condition()` holds; the sockets of one process answer within a few."""
    async with asyncio.timeout(5):
        while not condition():
            turned = asyncio.get_running_loop().create_future()
            asyncio.get_running_loop().call_later(
                0.001, lambda turned=turned: turned.done() or turned.set_result(None)
            )
            await turned


async def test_a_connection_serves_one_request_after_another(client):
    for n in range(3):
        client.send(http("POST", f"/{n}", b"body %d" % n))
        assert (await client.answer())[2] == b"body %d" % n


async def test_answers_leave_in_the_order_of_their_requests(client, echo):
    client.send(
        http("GET", "/later/a") + http("GET", "/now") + http("GET", "/later/b") + http("GET", "/stream")
    )
    await until(lambda: len(echo.seen) == 4)
    echo.release("b")
    echo.release("a")
    got = [await client.answer() for _ in range(4)]
    assert [headers.get("x-path") for _, headers, _ in got] == ["a", "/now", "b", None]
    assert got[3][2] == b"first012"


async def test_many_pipelined_requests_are_all_answered(client):
    client.send(b"".join(http("GET", f"/{n}") for n in range(500)))
    assert [(await client.answer())[1]["x-path"] for _ in range(500)] == [f"/{n}" for n in range(500)]


async def test_a_request_may_come_byte_by_byte_and_chunked(client):
    for byte in http(
        "PUT", "/a", b"5\r\nhello\r\n1\r\n \r\n5\r\nworld\r\n0\r\n\r\n", Transfer_Encoding="chunked"
    ):
        client.send(bytes((byte,)))
        await client.writer.drain()
    assert (await client.answer())[2] == b"hello world"


async def test_a_client_that_waits_for_it_is_told_to_continue(client):
    client.send(http("PUT", "/a", b"", Expect="100-continue", Content_Length="5"))
    assert (await client.answer())[0] == 100
    client.send(b"hello")
    assert (await client.answer())[2] == b"hello"


async def test_an_answer_to_head_has_a_length_and_no_body(client):
    client.send(http("HEAD", "/a", b"12345") + http("GET", "/b"))
    status, headers, _ = await client.answer(head=True)
    assert (status, headers["content-length"]) == (200, "5")
    assert (await client.answer())[1]["x-path"] == "/b"


async def test_connection_close_and_http_1_0_end_the_connection(connect, echo):
    for request in (http("GET", "/a", Connection="close"), b"GET /a HTTP/1.0\r\n\r\n"):
        client = await connect(echo.handle)
        client.send(request)
        assert (await client.answer())[1]["connection"] == "close"
        assert await client.end() == b""


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET / HTTP/1.1\r\nA: " + b"x" * 70_000 + b"\r\n\r\n", 431),
        (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n", 431),
        (b"PUT / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", 413),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/9.9\r\n\r\n", 400),
        (b"PUT / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400),
        (b"PUT / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc", 400),
    ],
)
async def test_what_is_no_request_or_too_large_is_refused_and_ends_the_connection(
    client, request_bytes, status
):
    client.send(request_bytes)
    got, headers, _ = await client.answer()
    assert (got, headers["connection"]) == (status, "close")
    assert await client.end() == b""


async def test_a_refusal_comes_behind_the_answers_still_owed(client, echo):
    client.send(http("GET", "/later/a") + b"nonsense\r\n\r\n")
    await until(lambda: "a" in echo.held)
    echo.release("a")
    assert (await client.answer())[2] == b"a"
    assert (await client.answer())[0] == 400


async def test_a_request_to_upgrade_is_answered_once_as_if_it_had_not_asked(client):
    client.send(http("GET", "/a", Connection="Upgrade", Upgrade="h2c"))
    assert (await client.answer())[1]["x-path"] == "/a"
    assert await client.end() == b""


@pytest.mark.parametrize("before", [b"", http("GET", "/whole")])
async def test_a_client_that_does_not_complete_its_request_is_hung_up_on(connect, client, before):
    client.send(before + b"POST / HTTP/1.1\r\nContent-Le")
    if before:
        await client.answer()
    connection = next(iter(await found(connect)))
    await until(lambda: connection._since)
    now_s = asyncio.get_running_loop().time()
    connection.close_if_slow(now_s + SLOW_REQUEST_S - 1)
    assert not connection._closing
    connection.close_if_slow(now_s + SLOW_REQUEST_S + 1)
    assert (await client.answer())[0] == 408
    assert await client.end() == b""


async def found(connect):
    await until(lambda: connect.server._connections)
    return connect.server._connections


async def test_an_idle_connection_or_one_that_waits_for_us_is_not_slow(connect, client, echo):
    client.send(http("GET", "/a"))
    await client.answer()
    connection = next(iter(connect.server._connections))
    connection.close_if_slow(asyncio.get_running_loop().time() + 10_000)
    client.send(http("GET", "/later/b"))
    await until(lambda: "b" in echo.held)
    connection.close_if_slow(asyncio.get_running_loop().time() + 10_000)
    echo.release("b")
    assert (await client.answer())[2] == b"b"


async def test_a_client_that_leaves_while_its_answer_is_awaited_disturbs_nobody(connect, client, echo):
    other = await connect(echo.handle)
    client.send(http("GET", "/later/a"))
    await until(lambda: "a" in echo.held)
    await client.close()
    echo.release("a")
    await until(lambda: len(connect.server._connections) == 1)
    other.send(http("GET", "/b"))
    assert (await other.answer())[1]["x-path"] == "/b"


async def test_a_body_that_fails_half_way_is_cut_short_for_the_client_to_see(connect, client, echo):
    asyncio.get_running_loop().set_exception_handler(lambda loop, report: None)
    client.send(http("GET", "/broken"))
    assert not (await client.end()).endswith(b"0\r\n\r\n")


async def test_a_stop_drops_no_answer_that_is_owed(connect, client, echo):
    client.send(http("GET", "/later/a") + http("GET", "/later/b"))
    await until(lambda: len(echo.held) == 2)
    await connect.server.stop()
    echo.release("a")
    echo.release("b")
    assert [(await client.answer())[2] for _ in range(2)] == [b"a", b"b"]
    assert await client.end() == b""


async def test_a_stop_closes_idle_connections_and_frees_the_port(connect, client, echo):
    client.send(http("GET", "/a"))
    await client.answer()
    port = connect.server.port
    await connect.server.stop()
    assert await client.end() == b""
    with pytest.raises(OSError, match=str(port)):
        await asyncio.open_connection("127.0.0.1", port)


async def test_answers_say_what_time_it_is_here(echo):
    now_ms = [1_767_225_600_000]
    server = Server("127.0.0.1", 0, lambda: now_ms[0])
    server.bind()
    await server.start(echo.handle)
    for instant, date in (
        (0, "Thu, 01 Jan 2026 00:00:00 GMT"),
        (86_400_999, "Fri, 02 Jan 2026 00:00:00 GMT"),
    ):
        now_ms[0] = 1_767_225_600_000 + instant
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        assert f"\r\nDate: {date}\r\n" in head
        writer.close()
        await writer.wait_closed()
    await server.stop()
