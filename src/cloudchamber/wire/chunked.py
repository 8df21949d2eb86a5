"""The `aws-chunked` content encoding: signed and unsigned chunks, and their trailers.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
"""

import hmac
from collections.abc import Mapping
from hashlib import sha256

from cloudchamber.wire.errors import MalformedRequest
from cloudchamber.wire.sigv4 import Credential, signing_key

_EMPTY_HASH = sha256(b"").hexdigest()


def is_chunked(headers: Mapping[str, str]) -> bool:
    """Whether the body is aws-chunked."""
    return headers.get("x-amz-content-sha256", "").startswith("STREAMING-") or "aws-chunked" in headers.get(
        "content-encoding", ""
    )


def _incomplete() -> MalformedRequest:
    text = "The request body terminated unexpectedly"
    return MalformedRequest("IncompleteBody", text, 400)


class _Signer:
    """Checks each chunk's signature; every one signs the one before it."""

    def __init__(self, credential: Credential, secret: str) -> None:
        self._key = signing_key(secret, credential.date, credential.region, credential.service)
        scope = f"{credential.date}/{credential.region}/{credential.service}/aws4_request"
        self._scope = f"{credential.timestamp}\n{scope}"
        self._previous = credential.signature

    def _check(self, text: str, declared: str) -> None:
        expected = hmac.new(self._key, text.encode(), sha256).hexdigest()
        if not hmac.compare_digest(expected.encode(), declared.encode(errors="replace")):
            text = (
                "The request signature we calculated does not match the signature you provided. "
                "Check your key and signing method."
            )
            raise MalformedRequest("SignatureDoesNotMatch", text, 403)
        self._previous = expected

    def chunk(self, data: bytes, declared: str) -> None:
        head = f"AWS4-HMAC-SHA256-PAYLOAD\n{self._scope}\n{self._previous}\n{_EMPTY_HASH}"
        self._check(f"{head}\n{sha256(data).hexdigest()}", declared)

    def trailer(self, trailers: Mapping[str, str]) -> None:
        declared = trailers.get("x-amz-trailer-signature", "")
        lines = [f"{name}:{value}\n" for name, value in trailers.items() if name != "x-amz-trailer-signature"]
        digest = sha256("".join(lines).encode()).hexdigest()
        self._check(f"AWS4-HMAC-SHA256-TRAILER\n{self._scope}\n{self._previous}\n{digest}", declared)


def _chunk_head(line: bytes) -> tuple[int, str]:
    size, _, extension = line.partition(b";")
    if not size or len(size) > 16 or any(byte not in b"0123456789abcdefABCDEF" for byte in size):
        raise _incomplete()
    return int(size, 16), extension.removeprefix(b"chunk-signature=").decode("latin-1")


def _trailers(block: bytes) -> dict[str, str]:
    trailers: dict[str, str] = {}
    for line in block.replace(b"\r\n", b"\n").split(b"\n"):
        name, colon, value = line.decode("latin-1").partition(":")
        if colon:
            trailers[name.strip().lower()] = value.strip()
    return trailers


def decode_chunked(
    headers: Mapping[str, str], body: bytes, credential: Credential | None = None, secret: str | None = None
) -> tuple[bytes, dict[str, str]]:
    """The decoded body and its trailers (lower-case names).

    With a credential and its secret the chunks' signatures are checked when the request says they are signed.
    Raises MalformedRequest: IncompleteBody, SignatureDoesNotMatch.
    """
    kind = headers.get("x-amz-content-sha256", "")
    signed = kind.startswith("STREAMING-AWS4-HMAC-SHA256-PAYLOAD")
    signer = _Signer(credential, secret) if signed and credential is not None and secret is not None else None
    parts: list[bytes] = []
    at = 0
    while True:
        end = body.find(b"\r\n", at, at + 256)
        if end < 0:
            raise _incomplete()
        size, signature = _chunk_head(body[at:end])
        start = end + 2
        data = body[start : start + size]
        if len(data) < size:
            raise _incomplete()
        if signer is not None:
            signer.chunk(data, signature)
        if size == 0:
            break
        if body[start + size : start + size + 2] != b"\r\n":
            raise _incomplete()
        parts.append(data)
        at = start + size + 2
    return _finish(
        headers, b"".join(parts), _trailers(body[start:]), signer if kind.endswith("TRAILER") else None
    )


def _finish(
    headers: Mapping[str, str], decoded: bytes, trailers: dict[str, str], signer: _Signer | None
) -> tuple[bytes, dict[str, str]]:
    if signer is not None:
        signer.trailer(trailers)
    declared = headers.get("x-amz-decoded-content-length")
    if declared is not None and declared != str(len(decoded)):
        text = "You did not provide the number of bytes specified by the Content-Length HTTP header"
        raise MalformedRequest("IncompleteBody", text, 400)
    return decoded, trailers
