"""Signature Version 4A: the key pair that a secret stands for in every Region, and whether its signature holds.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html#how-sigv4a-works
"""

from __future__ import annotations

import hmac
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

ALGORITHM = "AWS4-ECDSA-P256-SHA256"
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_KEY_BITS = (256).to_bytes(4, "big")


@lru_cache(maxsize=256)
def key_of(access_key: str, secret: str) -> EllipticCurvePrivateKey:
    """The private key that a secret stands for: NIST SP 800-108 in counter mode, until it lies on the curve."""
    from cryptography.hazmat.primitives.asymmetric import ec

    for attempt in range(1, 255):
        context = access_key.encode() + bytes([attempt])
        text = b"\0\0\0\1" + ALGORITHM.encode() + b"\0" + context + _KEY_BITS
        candidate = int.from_bytes(hmac.digest(f"AWS4A{secret}".encode(), text, "sha256"), "big")
        if candidate <= _ORDER - 2:
            return ec.derive_private_key(candidate + 1, ec.SECP256R1())
    raise AssertionError("254 candidates off the curve: less likely than any fault of the machine")


def holds(access_key: str, secret: str, signed: str, signature: str) -> bool:
    """Whether `signature` (hexadecimal DER) is that of the text `signed`."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    try:
        key_of(access_key, secret).public_key().verify(
            bytes.fromhex(signature), signed.encode(), ec.ECDSA(hashes.SHA256())
        )
    except (InvalidSignature, ValueError):
        return False
    return True
