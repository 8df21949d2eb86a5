"""Signature Version 4A: keys derived as the AWS SDKs derive them, and requests signed with them."""

from hashlib import sha256

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from cloudchamber.wire.http import HttpRequest
from cloudchamber.wire.sigv4 import SignatureError, canonical_request, parse_authorization, verify
from cloudchamber.wire.sigv4a import ALGORITHM, key_of

KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
NOW = 1_440_938_160  # 2015-08-30T12:36:00Z
SIGNED = ["host", "x-amz-date", "x-amz-region-set"]


# https://github.com/awslabs/aws-c-auth/blob/main/tests/key_derivation_tests.c
@pytest.mark.parametrize(
    ("access_key", "secret", "x", "y"),
    [
        ("AKISORANDOMAASORANDOM", "q+jcrXGc+0zWN6uzclKVhvMmUsIfRPa4rlRandom",
         0x15D242CEEBF8D8169FD6A8B5A746C41140414C3B07579038DA06AF89190FFFCB,
         0x0515242CEDD82E94799482E4C0514B505AFCCF2C0C98D6A553BF539F424C5EC0),
        (KEY, SECRET,
         0xB6618F6A65740A99E650B33B6B4B5BD0D43B176D721A3EDFEA7E7D2D56D936B1,
         0x865ED22A7EADC9C5CB9D2CBACA1B3699139FEDC5043DC6661864218330C8E518),
    ],
)  # fmt: skip
def test_a_secret_stands_for_the_key_pair_that_the_sdks_derive(access_key, secret, x, y):
    numbers = key_of(access_key, secret).public_key().public_numbers()
    assert (numbers.x, numbers.y) == (x, y)


def signed(region_set="*", secret=SECRET):
    """A request as an SDK with the CRT signs it for a global endpoint."""
    headers = {
        "host": "abcde.veo.endpoint.events.amazonaws.com",
        "x-amz-date": "20150830T123600Z",
        "x-amz-region-set": region_set,
    }
    request = HttpRequest("POST", "/", "", headers, b"{}")
    canonical = canonical_request(request, SIGNED, "events")
    scope = "20150830/events/aws4_request"
    text = f"{ALGORITHM}\n20150830T123600Z\n{scope}\n{sha256(canonical.encode()).hexdigest()}"
    signature = key_of(KEY, secret).sign(text.encode(), ec.ECDSA(hashes.SHA256())).hex()
    headers["authorization"] = (
        f"{ALGORITHM} Credential={KEY}/{scope}, SignedHeaders={';'.join(SIGNED)}, Signature={signature}"
    )
    return request


@pytest.mark.parametrize(
    ("region_set", "region"), [("*", ""), ("us-east-1,us-west-2", ""), ("eu-west-1", "eu-west-1")]
)
def test_a_signature_for_many_regions_verifies(region_set, region):
    request = signed(region_set)
    credential = parse_authorization(request)
    assert credential is not None
    assert (credential.access_key, credential.service, credential.region) == (KEY, "events", region)
    verify(request, credential, SECRET, NOW)


@pytest.mark.parametrize("change", ["body", "secret", "header", "signature"])
def test_a_signature_of_something_else_is_refused(change):
    request = signed(secret="other" if change == "secret" else SECRET)
    if change == "body":
        request = HttpRequest("POST", "/", "", request.headers, b"[]")
    elif change == "header":
        request.headers["x-amz-region-set"] = "us-east-1"
    elif change == "signature":
        request.headers["authorization"] += "zz"
    credential = parse_authorization(request)
    assert credential is not None
    with pytest.raises(SignatureError) as raised:
        verify(request, credential, SECRET, NOW)
    assert raised.value.code == "SignatureDoesNotMatch"


def test_a_credential_without_a_service_is_incomplete():
    request = signed()
    request.headers["authorization"] = request.headers["authorization"].replace("/events/", "/")
    with pytest.raises(SignatureError) as raised:
        parse_authorization(request)
    assert raised.value.code == "IncompleteSignature"
