"""HTTP requests that leave the chamber, over real sockets."""

import socket

import pytest

from cloudchamber.aws import Call, Context, Trace
from cloudchamber.aws.outgoing import NoAnswer, Pace, send


@pytest.fixture
def ctx(cloud):
    call = Call("sns", "Publish", {}, "sns.amazonaws.com", "123456789012", "us-east-1")
    return Context(cloud.cloud, call, Trace("1-0-0", "cause"), "r")


async def test_an_endpoint_gets_what_is_sent_and_its_answer_comes_back(ctx, endpoint):
    endpoint.answers = [b"HTTP/1.1 201 Made\r\nX-Id: 7\r\nContent-Length: 3\r\n\r\nyes"]
    headers = [("Content-Type", "text/plain"), ("Connection", "keep-alive")]
    answer = await send(ctx, "POST", f"{endpoint.url}/a%20b?c=d", headers, b"body", timeout_s=5)
    assert (answer.status, answer.header("x-id"), answer.body) == (201, "7", b"yes")
    (got,) = endpoint.received
    assert (got.method, got.target, got.body) == ("POST", "/a%20b?c=d", b"body")
    assert got.headers == {
        "host": endpoint.url.removeprefix("http://"),
        "content-type": "text/plain",
        "content-length": "4",
        "connection": "close",
    }


@pytest.mark.parametrize(
    ("raw", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", b"abc"),
        (b"HTTP/1.1 200 OK\r\n\r\nuntil it is closed", b"until it is closed"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b""),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", b"x"),
    ],
)
async def test_a_body_ends_as_http_says(ctx, endpoint, raw, body):
    endpoint.answers = [raw]
    answer = await send(ctx, "GET", endpoint.url, [], timeout_s=5)
    assert (answer.status, answer.body) == (200, body)


async def test_a_redirect_is_an_answer_like_any_other(ctx, endpoint):
    endpoint.answers = [b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"]
    assert (await send(ctx, "GET", endpoint.url, [], timeout_s=5)).status == 302
    assert len(endpoint.received) == 1


@pytest.mark.parametrize(
    "raw", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", b"no http at all\r\n\r\n"]
)
async def test_what_is_no_whole_answer_is_none(ctx, endpoint, raw):
    endpoint.answers = [raw]
    with pytest.raises(NoAnswer) as raised:
        await send(ctx, "GET", endpoint.url, [], timeout_s=5)
    assert not raised.value.timed_out


async def test_who_does_not_answer_in_time_is_not_waited_for(ctx):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(NoAnswer) as raised:
            await send(ctx, "GET", url, [], timeout_s=0.02)
    assert raised.value.timed_out


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "http://", "http://127.0.0.1:1/a b"])
async def test_what_is_no_url_is_not_called(ctx, url):
    with pytest.raises(NoAnswer):
        await send(ctx, "GET", url, [], timeout_s=5)


async def test_a_header_cannot_smuggle_another_one(ctx, endpoint):
    with pytest.raises(NoAnswer):
        await send(ctx, "GET", endpoint.url, [("X", "a\r\nY: b")], timeout_s=5)
    assert endpoint.received == []


async def test_each_request_leaves_a_track_that_names_its_cause(ctx, cloud, endpoint):
    endpoint.answers = [503]
    await send(ctx, "POST", f"{endpoint.url}/hook?secret=1", [], timeout_s=5)
    track = list(cloud.cloud.tracks.latest())[-1]
    host = endpoint.url.removeprefix("http://")
    assert (track.service, track.operation, track.resource) == ("http", "POST", f"{host}/hook")
    assert (track.note, track.error, track.cause) == ("503", "", "cause")


def test_a_pace_lets_so_many_through_each_second_and_keeps_their_order():
    pace, at = Pace(), []
    for _ in range(5):
        pace, at_ms = pace.next(2, 10_000)
        at.append(at_ms)
    assert at == [10_000, 10_000, 11_000, 11_000, 12_000]
    pace, at_ms = pace.next(2, 10_500)
    assert at_ms == 12_000
    assert pace.next(2, 20_000)[1] == 20_000
