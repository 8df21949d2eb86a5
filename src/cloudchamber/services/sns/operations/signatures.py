"""Signatures of what SNS sends: an RSA key and a self-made certificate for each chamber, made when they are first needed.

https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cloudchamber.aws import Cloud, Context
from cloudchamber.services.sns import limits
from cloudchamber.services.sns.model import SigningKey
from cloudchamber.services.sns.records import keep_signing_key, signing_key
from cloudchamber.wire.http import HttpRequest, HttpResponse

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": (
        *("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    ),
}
_SIGNED["UnsubscribeConfirmation"] = _SIGNED["SubscriptionConfirmation"]
_VALID_DAYS = 7_300


def signed_text(fields: Mapping[str, str]) -> str:
    """What is signed of a message: its names and values in the order of the names, each on a line."""
    return "".join(f"{name}\n{fields[name]}\n" for name in _SIGNED[fields["Type"]] if name in fields)


class Signer:
    """What SNS keeps ready beside its records: the chamber's key, once it was read or made."""

    def __init__(self, cloud: Cloud) -> None:
        self._loaded: tuple[str, RSAPrivateKey] | None = None

    async def stop(self) -> None:
        """There is nothing to end."""

    def sign(self, ctx: Context, fields: Mapping[str, str], version: str) -> dict[str, str]:
        """SignatureVersion, Signature and SigningCertURL of a message: version 1 with SHA-1, 2 with SHA-256."""
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import padding

        name, key = self._key(ctx)
        digest = hashes.SHA256() if version == "2" else hashes.SHA1()
        signature = key.sign(signed_text(fields).encode(), padding.PKCS1v15(), digest)
        return {
            "SignatureVersion": version,
            "Signature": base64.b64encode(signature).decode(),
            "SigningCertURL": certificate_url(ctx, name),
        }

    def _key(self, ctx: Context) -> tuple[str, RSAPrivateKey]:
        if self._loaded:
            return self._loaded
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        kept = signing_key(ctx)
        if kept is None:
            kept = _made(ctx)
            keep_signing_key(ctx, kept)
        key = load_pem_private_key(kept.private_pem, None)
        assert isinstance(key, RSAPrivateKey)
        loaded = (kept.name, key)

        def keep() -> None:
            self._loaded = loaded

        ctx.after_commit(keep)
        return loaded


def _made(ctx: Context) -> SigningKey:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from cryptography.x509.oid import NameOID

    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Cloud Chamber"),
            x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com"),
        ]
    )
    now = datetime.fromtimestamp(ctx.now_ms // 1000, UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key())
        .serial_number(int.from_bytes(ctx.ids.bytes(16), "big") >> 1 | 1)
        .not_valid_before(now - timedelta(days=_VALID_DAYS))
        .not_valid_after(now + timedelta(days=_VALID_DAYS))
        .sign(key, hashes.SHA256())
        .public_bytes(Encoding.PEM)
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return SigningKey(hashlib.sha256(certificate).hexdigest()[:32], private, certificate)


def placeholder(ctx: Context) -> dict[str, str]:
    """What stands where a signature would be, in its form, for those who only read the envelope."""
    return {
        "SignatureVersion": "1",
        "Signature": base64.b64encode(ctx.ids.bytes(limits.SIGNATURE_BYTES)).decode(),
        "SigningCertURL": certificate_url(ctx, "0" * 32),
    }


def certificate_url(ctx: Context, name: str) -> str:
    """Where a certificate is."""
    return f"{ctx.base_url}/_aws/sns/SimpleNotificationService-{name}.pem"


async def certificate(ctx: Context, request: HttpRequest, name: str) -> HttpResponse | None:
    """The certificate of that name, which everyone may read."""
    kept = await ctx.transact(signing_key)
    if kept is None or kept.name != name:
        return None
    return HttpResponse(200, [("Content-Type", "application/x-pem-file")], kept.certificate_pem)
