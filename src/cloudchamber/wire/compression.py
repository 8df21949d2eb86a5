"""Requests that a client has compressed, for the services that take such ones.

https://smithy.io/2.0/spec/behavior-traits.html#requestcompression-trait
"""

import zlib

from cloudchamber.wire.errors import MalformedRequest
from cloudchamber.wire.http import HttpRequest
from cloudchamber.wire.model import ServiceModel

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
BYTES_MAX = (
    10 * 1024 * 1024
)  # what AWS takes is less; this only keeps a small request from filling the memory
_GZIP = 16 + zlib.MAX_WBITS


def decompressed(model: ServiceModel, request: HttpRequest) -> HttpRequest:
    """The request with its body as it was before `gzip`. Raises MalformedRequest."""
    if request.headers.get("content-encoding") != "gzip" or not model.takes_compressed:
        return request
    unpack = zlib.decompressobj(_GZIP)
    try:
        body = unpack.decompress(request.body, BYTES_MAX)
    except zlib.error:
        raise MalformedRequest("SerializationException", "The request body is not valid gzip", 400) from None
    if unpack.unconsumed_tail or not unpack.eof:
        raise MalformedRequest("RequestEntityTooLarge", "The request body is too large or incomplete", 413)
    return HttpRequest(
        request.method, request.path, request.query, request.headers, body, request.raw_headers
    )
