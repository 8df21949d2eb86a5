"""Checksums of objects, of parts, and of objects made of parts.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
"""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Iterable
from typing import Any

from cloudchamber.services.s3.errors import BadDigest, InvalidRequest
from cloudchamber.services.s3.model import Part
from cloudchamber.wire import checksums

COMPOSITE, FULL_OBJECT = "COMPOSITE", "FULL_OBJECT"
ALGORITHMS = ("CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256", "SHA512", "MD5")
_POLYNOMIALS = {"CRC32": 0xEDB88320, "CRC32C": 0x82F63B78, "CRC64NVME": 0x9A6C9329AC4BC9B5}


def checksum(algorithm: str, body: bytes) -> str:
    """The checksum in base64."""
    if algorithm in checksums.ALGORITHMS:
        return checksums.checksum(algorithm, body)
    return b64encode(hashlib.new(algorithm.lower(), body, usedforsecurity=False).digest()).decode()


def of_body(request: dict[str, Any], body: bytes, algorithm: str = "") -> dict[str, str]:
    """The checksums to keep of a body: those that the request states, or of the algorithm that it names.

    What is stated in CRC or SHA-1/256 was held against the body when the request was read. Raises BadDigest for the others.
    """
    found: dict[str, str] = {}
    for name in ALGORITHMS:
        stated = request.get("Checksum" + name)
        if stated is None:
            continue
        if name not in checksums.ALGORITHMS and stated != checksum(name, body):
            raise BadDigest(f"The {name} you specified did not match the calculated checksum.")
        found[name] = stated
    algorithm = request.get("ChecksumAlgorithm") or algorithm
    if not found and algorithm:
        found[algorithm] = checksum(algorithm, body)
    return found


def members(found: dict[str, str], kind: str = "") -> dict[str, str]:
    """Checksums as members of an answer."""
    answer = {"Checksum" + name: value for name, value in found.items()}
    if answer and kind:
        answer["ChecksumType"] = kind
    return answer


def type_of_upload(algorithm: str, kind: str | None) -> str:
    """COMPOSITE or FULL_OBJECT, as the table of the page above allows. Raises InvalidRequest."""
    if not algorithm:
        return ""
    kind = kind or (FULL_OBJECT if algorithm == "CRC64NVME" else COMPOSITE)
    if (kind == FULL_OBJECT and algorithm not in _POLYNOMIALS) or (
        kind == COMPOSITE and algorithm == "CRC64NVME"
    ):
        raise InvalidRequest(
            f"The {kind} checksum type cannot be used with the {algorithm.lower()} checksum algorithm."
        )
    return kind


def of_parts(algorithm: str, kind: str, parts: Iterable[Part]) -> str:
    """The checksum of an object from those of its parts; "" when a part has none of this algorithm."""
    values = [(b64decode(part.checksums.get(algorithm, "")), part.bytes) for part in parts]
    if not algorithm or not all(value for value, _ in values):
        return ""
    if kind == COMPOSITE:
        return f"{checksum(algorithm, b''.join([value for value, _ in values]))}-{len(values)}"
    whole, width = 0, len(values[0][0])
    for value, size in values:
        whole = _shifted(whole, size, _POLYNOMIALS[algorithm], width * 8) ^ int.from_bytes(value, "big")
    return b64encode(whole.to_bytes(width, "big")).decode()


def _shifted(crc: int, size: int, polynomial: int, bits: int) -> int:
    """The CRC with `size` zero bytes behind: the operator of one zero bit, squared up to the length."""
    operator = [polynomial, *[1 << bit for bit in range(bits - 1)]]
    for _ in range(3):
        operator = [_applied(operator, column) for column in operator]
    while size:
        if size & 1:
            crc = _applied(operator, crc)
        operator = [_applied(operator, column) for column in operator]
        size >>= 1
    return crc


def _applied(operator: list[int], vector: int) -> int:
    total = 0
    for column in operator:
        if not vector:
            break
        if vector & 1:
            total ^= column
        vector >>= 1
    return total
