"""Checksums of object bodies: what S3 computes, and whether what a client declared holds.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
"""

import hmac
from array import array
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from functools import cache
from hashlib import md5, sha1, sha256
from sys import byteorder
from zlib import crc32 as _zlib_crc32

from cloudchamber.wire.errors import MalformedRequest

_CRC32C = 0x82F63B78
_CRC64NVME = 0x9A6C9329AC4BC9B5


@cache
def _byte_table(polynomial: int) -> tuple[int, ...]:
    table: list[int] = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ polynomial if value & 1 else value >> 1
        table.append(value)
    return tuple(table)


@cache
def _word_table(polynomial: int) -> tuple[int, ...]:
    single = _byte_table(polynomial)
    first = [(single[value & 255] ^ (value >> 8)) for value in range(65536)]
    return tuple([single[value & 255] ^ (value >> 8) for value in first])


def _reflected_crc(data: bytes, polynomial: int, ones: int) -> int:
    """Two bytes a step; the tables are made on first use."""
    crc = ones
    even = len(data) & ~1
    if len(data) >= 1024:
        table = _word_table(polynomial)
        words = array("H", data[:even])
        if byteorder == "big":
            words.byteswap()
        for word in words:
            crc = table[(crc ^ word) & 0xFFFF] ^ (crc >> 16)
        data = data[even:]
    single = _byte_table(polynomial)
    for byte in data:
        crc = single[(crc ^ byte) & 255] ^ (crc >> 8)
    return crc ^ ones


def crc32(data: bytes) -> bytes:
    """CRC-32 as ISO-HDLC, big-endian."""
    return _zlib_crc32(data).to_bytes(4, "big")


def crc32c(data: bytes) -> bytes:
    """CRC-32C (Castagnoli), big-endian."""
    return _reflected_crc(data, _CRC32C, 0xFFFFFFFF).to_bytes(4, "big")


def crc64nvme(data: bytes) -> bytes:
    """CRC-64/NVME, big-endian."""
    return _reflected_crc(data, _CRC64NVME, 0xFFFFFFFFFFFFFFFF).to_bytes(8, "big")


ALGORITHMS: Mapping[str, Callable[[bytes], bytes]] = {
    "CRC32": crc32,
    "CRC32C": crc32c,
    "CRC64NVME": crc64nvme,
    "SHA1": lambda data: sha1(data, usedforsecurity=False).digest(),
    "SHA256": lambda data: sha256(data).digest(),
}


def checksum(algorithm: str, data: bytes) -> str:
    """The checksum as S3 writes it, in base64. Raises KeyError for an unknown algorithm."""
    return b64encode(ALGORITHMS[algorithm](data)).decode()


def _digest(text: str, size: int) -> bytes | None:
    try:
        decoded = b64decode(text, validate=True)
    except ValueError:
        return None
    return decoded if len(decoded) == size else None


def verify_md5(headers: Mapping[str, str], body: bytes) -> None:
    """Check Content-MD5. Raises MalformedRequest InvalidDigest or BadDigest.

    https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList
    """
    declared = headers.get("content-md5")
    if declared is None:
        return
    expected = _digest(declared, 16)
    if expected is None:
        raise MalformedRequest("InvalidDigest", "The Content-MD5 you specified was invalid.", 400)
    if not hmac.compare_digest(expected, md5(body, usedforsecurity=False).digest()):
        text = "The Content-MD5 you specified did not match what we received."
        raise MalformedRequest("BadDigest", text, 400)


def verify_content_sha256(headers: Mapping[str, str], body: bytes) -> None:
    """Hold a body against the hash that its signature covers, when it names one.

    https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
    """
    stated = headers.get("x-amz-content-sha256", "")
    if len(stated) == 64 and stated.lower() != sha256(body).hexdigest():
        raise MalformedRequest(
            "XAmzContentSHA256Mismatch",
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
        )


def verify_checksums(headers: Mapping[str, str], body: bytes) -> dict[str, str]:
    """Check every x-amz-checksum-* header or trailer; the verified ones by algorithm.

    Raises MalformedRequest InvalidRequest (not a checksum) or BadDigest (not that of the body).
    """
    verified: dict[str, str] = {}
    for algorithm, compute in ALGORITHMS.items():
        name = f"x-amz-checksum-{algorithm.lower()}"
        declared = headers.get(name)
        if declared is None:
            continue
        actual = compute(body)
        expected = _digest(declared.strip(), len(actual))
        if expected is None:
            text = f"Value for {name} header is invalid."
            raise MalformedRequest("InvalidRequest", text, 400)
        if expected != actual:
            text = f"The {algorithm} you specified did not match the calculated checksum."
            raise MalformedRequest("BadDigest", text, 400)
        verified[algorithm] = declared.strip()
    return verified
