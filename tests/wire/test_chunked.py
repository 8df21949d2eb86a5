"""aws-chunked bodies and checksums."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudchamber.wire.checksums import checksum, verify_checksums, verify_md5
from cloudchamber.wire.chunked import decode_chunked, is_chunked
from cloudchamber.wire.errors import MalformedRequest
from cloudchamber.wire.http import HttpRequest
from cloudchamber.wire.sigv4 import parse_authorization, verify

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


def documented():
    # https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
    headers = {
        "host": "s3.amazonaws.com",
        "x-amz-date": "20130524T000000Z",
        "x-amz-storage-class": "REDUCED_REDUNDANCY",
        "content-encoding": "aws-chunked",
        "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        "x-amz-decoded-content-length": "66560",
        "content-length": "66824",
        "authorization": (
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
            "SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;"
            "x-amz-decoded-content-length;x-amz-storage-class,"
            "Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"
        ),
    }
    body = (
        b"10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n"
        + b"a" * 65536
        + b"\r\n400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n"
        + b"a" * 1024
        + b"\r\n0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n"
    )
    return HttpRequest("PUT", "/examplebucket/chunkObject.txt", "", headers, body)


def test_the_documented_signed_upload_is_read():
    request = documented()
    credential = parse_authorization(request)
    assert credential is not None
    verify(request, credential, SECRET, 1_369_353_600)
    assert is_chunked(request.headers)
    assert decode_chunked(request.headers, request.body, credential, SECRET) == (b"a" * 66560, {})
    tampered = request.body.replace(b"aaaa\r\n400", b"aaab\r\n400")
    with pytest.raises(MalformedRequest) as caught:
        decode_chunked(request.headers, tampered, credential, SECRET)
    assert caught.value.code == "SignatureDoesNotMatch"


def test_unsigned_chunks_with_a_trailer():
    headers = {
        "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "x-amz-decoded-content-length": "5",
    }
    body = b"3\r\nabc\r\n2\r\nde\r\n0\r\nx-amz-checksum-crc32:hYfl8g==\r\n\r\n"
    decoded, trailers = decode_chunked(headers, body)
    assert decoded == b"abcde"
    assert trailers == {"x-amz-checksum-crc32": "hYfl8g=="}
    with pytest.raises(MalformedRequest):
        decode_chunked({**headers, "x-amz-decoded-content-length": "6"}, body)


@given(st.binary(max_size=100))
def test_broken_chunks_are_incomplete_bodies(body):
    with pytest.raises(MalformedRequest) as caught:
        decode_chunked({}, b"5\r\n" + body[:4])
    assert caught.value.code == "IncompleteBody"


@pytest.mark.parametrize(
    ("algorithm", "hexadecimal"),
    [
        # Check values of https://reveng.sourceforge.io/crc-catalogue/all.htm for "123456789"
        ("CRC32", "cbf43926"),
        ("CRC32C", "e3069283"),
        ("CRC64NVME", "ae8b14860a799888"),
    ],
)
def test_checksums_have_their_published_check_values(algorithm, hexadecimal):
    from base64 import b64decode

    assert b64decode(checksum(algorithm, b"123456789")).hex() == hexadecimal


@pytest.mark.parametrize("algorithm", ["CRC32C", "CRC64NVME"])
@pytest.mark.parametrize("size", [1023, 1024, 1025, 4096])
def test_long_bodies_have_the_same_checksum_as_a_plain_computation(algorithm, size):
    from base64 import b64decode

    polynomial, bits = {"CRC32C": (0x82F63B78, 32), "CRC64NVME": (0x9A6C9329AC4BC9B5, 64)}[algorithm]
    data = bytes(index * 7 % 251 for index in range(size))
    crc = ones = (1 << bits) - 1
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ polynomial if crc & 1 else crc >> 1
    assert int.from_bytes(b64decode(checksum(algorithm, data)), "big") == crc ^ ones


def test_declared_checksums_are_checked():
    good = checksum("SHA256", b"x")
    assert verify_checksums({"x-amz-checksum-sha256": good}, b"x") == {"SHA256": good}
    for value, code in ((good, "BadDigest"), ("???", "InvalidRequest"), ("aGk=", "InvalidRequest")):
        with pytest.raises(MalformedRequest) as caught:
            verify_checksums({"x-amz-checksum-sha256": value}, b"y")
        assert caught.value.code == code


def test_content_md5_is_checked():
    verify_md5({"content-md5": "XUFAKrxLKna5cZ2REBfFkg=="}, b"hello")
    for value, code in (("XUFAKrxLKna5cZ2REBfFkg==", "BadDigest"), ("nonsense", "InvalidDigest")):
        with pytest.raises(MalformedRequest) as caught:
            verify_md5({"content-md5": value}, b"other")
        assert caught.value.code == code
