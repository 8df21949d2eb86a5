"""Compressed requests: https://smithy.io/2.0/spec/behavior-traits.html#requestcompression-trait."""

import gzip

import pytest

from cloudchamber.wire.compression import BYTES_MAX, decompressed
from cloudchamber.wire.errors import MalformedRequest
from cloudchamber.wire.http import HttpRequest
from cloudchamber.wire.model import load_model


def sent(body, encoding="gzip"):
    return HttpRequest("POST", "/", "", {"content-encoding": encoding}, body)


def test_a_service_that_takes_compressed_requests_reads_them():
    assert decompressed(load_model("cloudwatch"), sent(gzip.compress(b"x" * 1000))).body == b"x" * 1000


def test_others_get_them_as_they_are():
    body = gzip.compress(b"x")
    assert decompressed(load_model("lambda"), sent(body)).body == body
    assert decompressed(load_model("cloudwatch"), sent(body, "identity")).body == body


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"no gzip", "SerializationException"),
        (gzip.compress(b"x" * 1000, mtime=0)[:-9], "RequestEntityTooLarge"),
        (gzip.compress(bytes(BYTES_MAX + 1), mtime=0), "RequestEntityTooLarge"),
    ],
)
def test_what_is_no_gzip_or_too_much_is_refused(body, code):
    with pytest.raises(MalformedRequest) as raised:
        decompressed(load_model("cloudwatch"), sent(body))
    assert raised.value.code == code
