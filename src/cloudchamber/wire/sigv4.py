"""Signature Version 4: who signed a request, and whether the signature holds; that of Version 4A, too, in a header.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
Presigned URLs: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
"""

import hmac
from base64 import b64encode
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha1, sha256
from urllib.parse import quote, unquote

from cloudchamber.wire import sigv4a
from cloudchamber.wire.http import HttpRequest

ALGORITHM = "AWS4-HMAC-SHA256"
EXPIRES_MAX_S = 604_800
SKEW_MAX_S = 900
"""Both limits: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html."""

_UNSIGNED = "UNSIGNED-PAYLOAD"
_EMPTY_HASH = sha256(b"").hexdigest()
_S3_SERVICES = ("s3", "s3-object-lambda", "s3-outposts", "s3express")


class SignatureError(Exception):
    """The request is not authenticated; `code` is AWS's, to be written by the protocol."""

    def __init__(self, code: str, text: str, status: int = 403) -> None:
        super().__init__(text)
        self.code = code
        self.message = text
        self.status = status


class Credential:
    """What a request says about its signer. `version` is 4, or 2 for S3's old presigned URLs.

    `asymmetric`: Version 4A, for any Region of a set; `region` is empty then unless the set is one Region.
    """

    __slots__ = (
        "access_key",
        "asymmetric",
        "date",
        "expires",
        "presigned",
        "region",
        "service",
        "session_token",
        "signature",
        "signed_headers",
        "timestamp",
        "version",
    )

    def __init__(self, access_key: str, date: str, region: str, service: str) -> None:
        self.access_key = access_key
        self.date = date
        self.region = region
        self.service = service
        self.signed_headers: tuple[str, ...] = ()
        self.signature = ""
        self.presigned = False
        self.expires: int | None = None
        self.session_token: str | None = None
        self.timestamp = ""
        self.version = 4
        self.asymmetric = False


@lru_cache(maxsize=1024)
def _scope(credential: str) -> tuple[str, str, str, str]:
    # An access key may hold slashes, the four parts after it may not.
    parts = credential.rsplit("/", 4)
    if len(parts) != 5 or parts[4] != "aws4_request":
        form = "keyid/date/region/service/term"
        text = f"Credential must have exactly 5 slash-delimited elements, e.g. {form}, got '{credential}'"
        raise SignatureError("IncompleteSignature", text, 400)
    return parts[0], parts[1], parts[2], parts[3]


@lru_cache(maxsize=256)
def _names(signed_headers: str) -> tuple[str, ...]:
    return tuple(signed_headers.lower().split(";"))


def parse_authorization(request: HttpRequest) -> Credential | None:
    """The signer named by the header or by a presigned query, None for an anonymous request.

    Raises SignatureError(IncompleteSignature) for a header AWS cannot read.
    """
    header = request.headers.get("authorization")
    if header is not None:
        return _from_header(header, request.headers)
    query = request.query
    if "X-Amz-" in query and ("X-Amz-Credential=" in query or "X-Amz-Algorithm=" in query):
        return _from_query(query)
    if "AWSAccessKeyId=" in query:
        return _from_query_v2(query)
    return None


def _from_header(header: str, headers: Mapping[str, str]) -> Credential | None:
    algorithm, _, rest = header.partition(" ")
    asymmetric = algorithm == sigv4a.ALGORITHM
    if algorithm != ALGORITHM and not asymmetric:
        return _from_header_v2(header) if algorithm == "AWS" else _refuse_algorithm(header)
    fields = {}
    for part in rest.split(","):
        name, _, value = part.strip().partition("=")
        fields[name] = value
    credential, signature = fields.get("Credential"), fields.get("Signature")
    signed = fields.get("SignedHeaders")
    if not credential or not signature or not signed:
        raise _missing_fields(fields, header)
    found = Credential(*_scope(_in_region(credential, headers) if asymmetric else credential))
    found.asymmetric = asymmetric
    found.signed_headers = _names(signed)
    found.signature = signature
    found.session_token = headers.get("x-amz-security-token")
    found.timestamp = headers.get("x-amz-date") or _basic_date(headers.get("date", ""))
    return found


def _in_region(credential: str, headers: Mapping[str, str]) -> str:
    """A credential of Version 4A, which names no Region, with the one of the header if that is one."""
    regions = headers.get("x-amz-region-set", "")
    parts = credential.rsplit("/", 2)
    return "/".join([parts[0], "" if "*" in regions or "," in regions else regions, *parts[1:]])


def _missing_fields(fields: Mapping[str, str], header: str) -> SignatureError:
    parts = [
        f"Authorization header requires '{name}' parameter."
        for name in ("Credential", "Signature", "SignedHeaders")
        if not fields.get(name)
    ]
    return SignatureError("IncompleteSignature", f"{' '.join(parts)} Authorization={header}", 400)


def _refuse_algorithm(header: str) -> None:
    algorithm = header.partition(" ")[0]
    if algorithm in ("Bearer", "Basic"):
        return
    text = f"Unsupported AWS 'algorithm': '{algorithm}'."
    raise SignatureError("IncompleteSignature", text, 400)


def _from_header_v2(header: str) -> Credential:
    access_key, _, signature = header[4:].partition(":")
    found = Credential(access_key, "", "", "s3")
    found.signature = signature
    found.version = 2
    return found


def _query_fields(query: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        fields[unquote(name)] = unquote(value)
    return fields


def _from_query(query: str) -> Credential:
    fields = _query_fields(query)
    required = ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-Date", "X-Amz-SignedHeaders")
    if any(not fields.get(name) for name in required):
        text = (
            "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, "
            "X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters."
        )
        raise SignatureError("AuthorizationQueryParametersError", text, 400)
    found = Credential(*_scope(fields["X-Amz-Credential"]))
    found.signed_headers = _names(fields["X-Amz-SignedHeaders"])
    found.signature = fields["X-Amz-Signature"]
    found.presigned = True
    found.timestamp = fields["X-Amz-Date"]
    found.session_token = fields.get("X-Amz-Security-Token")
    found.expires = _expires(fields.get("X-Amz-Expires"))
    return found


def _expires(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise SignatureError("AuthorizationQueryParametersError", "X-Amz-Expires should be a number", 400)
    if int(text) > EXPIRES_MAX_S:
        text = (
            "X-Amz-Expires must be less than a week (in seconds); that is, "
            f"the given X-Amz-Expires must be less than {EXPIRES_MAX_S} seconds"
        )
        raise SignatureError("AuthorizationQueryParametersError", text, 400)
    return int(text)


def _from_query_v2(query: str) -> Credential:
    fields = _query_fields(query)
    found = Credential(fields.get("AWSAccessKeyId", ""), "", "", "s3")
    found.signature = fields.get("Signature", "")
    found.presigned = True
    expires = fields.get("Expires", "")
    found.expires = int(expires) if expires.isascii() and expires.isdigit() and len(expires) < 15 else None
    found.session_token = fields.get("x-amz-security-token")
    found.version = 2
    return found


def _basic_date(text: str) -> str:
    try:
        parsed = datetime.strptime(text, "%a, %d %b %Y %H:%M:%S %Z").replace(tzinfo=UTC)
    except ValueError:
        return text
    return parsed.strftime("%Y%m%dT%H%M%SZ")


def _epoch(timestamp: str) -> int:
    try:
        return int(datetime.strptime(timestamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp())
    except ValueError:
        page = "http://en.wikipedia.org/wiki/ISO_8601"
        text = f"Date must be in ISO-8601 'basic format'. Got '{timestamp}'. See {page}"
        raise SignatureError("IncompleteSignature", text, 400) from None


def _basic(epoch_s: float) -> str:
    return datetime.fromtimestamp(epoch_s, UTC).strftime("%Y%m%dT%H%M%SZ")


@lru_cache(maxsize=256)
def signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    """The key of one day, region and service."""
    key = ("AWS4" + secret).encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def _canonical_path(path: str, service: str) -> str:
    if service in _S3_SERVICES:
        # S3 encodes once and keeps every slash and dot.
        return quote(unquote(path, errors="surrogateescape").encode(errors="surrogateescape"), safe="/-_.~")
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            if parts:
                parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    closing = "/" if path.endswith("/") and parts else ""
    return quote("/" + "/".join(parts) + closing, safe="/-_.~")


def _encoded(text: str) -> str:
    decoded = unquote(text, errors="surrogateescape").encode(errors="surrogateescape")
    return quote(decoded, safe="-_.~")


def _canonical_query(query: str) -> str:
    pairs: list[tuple[str, str]] = []
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if pair and name != "X-Amz-Signature":
            pairs.append((_encoded(name), _encoded(value)))
    return "&".join([f"{name}={value}" for name, value in sorted(pairs)])


def _payload_hash(request: HttpRequest, service: str, presigned: bool) -> str:
    declared = request.headers.get("x-amz-content-sha256")
    if declared is not None:
        return declared
    if presigned and service in _S3_SERVICES:
        return _UNSIGNED
    return sha256(request.body).hexdigest() if request.body else _EMPTY_HASH


def canonical_request(
    request: HttpRequest, signed_headers: Iterable[str], service: str, *, presigned: bool = False
) -> str:
    """The text whose hash is signed."""
    names = sorted(signed_headers)
    lines = [f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in names]
    return "\n".join(
        [
            request.method,
            _canonical_path(request.path, service),
            _canonical_query(request.query),
            "".join(lines),
            ";".join(names),
            _payload_hash(request, service, presigned),
        ]
    )


def _string_to_sign(canonical: str, timestamp: str, scope: str, algorithm: str = ALGORITHM) -> str:
    digest = sha256(canonical.encode(errors="surrogateescape")).hexdigest()
    return f"{algorithm}\n{timestamp}\n{scope}\n{digest}"


def _signature(request: HttpRequest, credential: Credential, secret: str) -> str:
    canonical = canonical_request(
        request, credential.signed_headers, credential.service, presigned=credential.presigned
    )
    scope = f"{credential.date}/{credential.region}/{credential.service}/aws4_request"
    text = _string_to_sign(canonical, credential.timestamp, scope)
    key = signing_key(secret, credential.date, credential.region, credential.service)
    return hmac.new(key, text.encode(), sha256).hexdigest()


def _holds(request: HttpRequest, credential: Credential, secret: str) -> bool:
    if not credential.asymmetric:
        expected = _signature(request, credential, secret)
        return hmac.compare_digest(expected.encode(), credential.signature.encode(errors="replace"))
    canonical = canonical_request(request, credential.signed_headers, credential.service)
    scope = f"{credential.date}/{credential.service}/aws4_request"
    text = _string_to_sign(canonical, credential.timestamp, scope, sigv4a.ALGORITHM)
    return sigv4a.holds(credential.access_key, secret, text, credential.signature)


def _check_time(credential: Credential, now: float) -> None:
    signed_at = _epoch(credential.timestamp)
    s3 = credential.service in _S3_SERVICES
    if credential.presigned:
        if s3 and now > signed_at + (credential.expires or 0):
            raise SignatureError("AccessDenied", "Request has expired")
        if not s3 and now > signed_at + (credential.expires or SKEW_MAX_S):
            raise SignatureError("SignatureDoesNotMatch", f"Signature expired: {credential.timestamp}")
        return
    if abs(now - signed_at) <= SKEW_MAX_S:
        return
    if s3:
        text = "The difference between the request time and the current time is too large."
        raise SignatureError("RequestTimeTooSkewed", text)
    current = _basic(now)
    if now > signed_at:
        limit = _basic(now - SKEW_MAX_S)
        text = f"Signature expired: {credential.timestamp} is now earlier than {limit} ({current} - 15 min.)"
    else:
        limit = _basic(now + SKEW_MAX_S)
        signed = credential.timestamp
        text = f"Signature not yet current: {signed} is still later than {limit} ({current} + 15 min.)"
    raise SignatureError("SignatureDoesNotMatch", text)


def verify(request: HttpRequest, credential: Credential, secret: str, now: float) -> None:
    """Check the time (`now` in epoch seconds) and the signature. Raises SignatureError."""
    if credential.version == 2:
        _verify_v2(request, credential, secret, now)
        return
    _check_time(credential, now)
    if not credential.timestamp.startswith(credential.date):
        text = "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP"
        raise SignatureError("SignatureDoesNotMatch", text)
    if not _holds(request, credential, secret):
        raise _mismatch(credential.service)
    declared = request.headers.get("x-amz-content-sha256", "")
    if len(declared) == 64 and declared != sha256(request.body).hexdigest():
        if credential.service in _S3_SERVICES:
            text = "The provided 'x-amz-content-sha256' header does not match what was computed."
            raise SignatureError("XAmzContentSHA256Mismatch", text, 400)
        raise _mismatch(credential.service)


def _mismatch(service: str) -> SignatureError:
    if service in _S3_SERVICES:
        text = (
            "The request signature we calculated does not match the signature you provided. "
            "Check your key and signing method."
        )
    else:
        text = (
            "The request signature we calculated does not match the signature you provided. "
            "Check your AWS Secret Access Key and signing method. "
            "Consult the service documentation for details."
        )
    return SignatureError("SignatureDoesNotMatch", text)


# https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html
_V2_SUBRESOURCES = frozenset(
    (
        "acl",
        "cors",
        "delete",
        "lifecycle",
        "location",
        "logging",
        "notification",
        "partNumber",
        "policy",
        "requestPayment",
        "response-cache-control",
        "response-content-disposition",
        "response-content-encoding",
        "response-content-language",
        "response-content-type",
        "response-expires",
        "restore",
        "tagging",
        "torrent",
        "uploadId",
        "uploads",
        "versionId",
        "versioning",
        "versions",
        "website",
    )
)


def _verify_v2(request: HttpRequest, credential: Credential, secret: str, now: float) -> None:
    date = request.headers.get("date", "")
    if credential.presigned:
        if credential.expires is None or now > credential.expires:
            raise SignatureError("AccessDenied", "Request has expired")
        date = str(credential.expires)
    fields = _query_fields(request.query)
    amz = {key: value for key, value in request.headers.items() if key.startswith("x-amz-")}
    amz |= {key: value for key, value in fields.items() if key.startswith("x-amz-")}
    if "x-amz-date" in amz and not credential.presigned:
        date = ""
    kept = sorted((key, value) for key, value in fields.items() if key in _V2_SUBRESOURCES)
    resource = request.path
    if kept:
        resource += "?" + "&".join([f"{key}={value}" if value else key for key, value in kept])
    lines = [
        request.method,
        request.headers.get("content-md5", ""),
        request.headers.get("content-type", ""),
        date,
        *[f"{key}:{value}" for key, value in sorted(amz.items())],
        resource,
    ]
    expected = b64encode(hmac.new(secret.encode(), "\n".join(lines).encode(), sha1).digest())
    if not hmac.compare_digest(expected, credential.signature.encode(errors="replace")):
        raise _mismatch("s3")


def sign(request: HttpRequest, access_key: str, secret: str, region: str, service: str, now: float) -> None:
    """Sign a request in place with the header form; `now` in epoch seconds."""
    request.headers["x-amz-date"] = timestamp = _basic(now)
    if service in _S3_SERVICES:
        request.headers.setdefault("x-amz-content-sha256", sha256(request.body).hexdigest())
    credential = Credential(access_key, timestamp[:8], region, service)
    credential.timestamp = timestamp
    signed = ("host", "content-type", "content-md5")
    names = sorted(name for name in request.headers if name.startswith("x-amz-") or name in signed)
    credential.signed_headers = tuple(names)
    signature = _signature(request, credential, secret)
    scope = f"{access_key}/{timestamp[:8]}/{region}/{service}/aws4_request"
    request.headers["authorization"] = (
        f"{ALGORITHM} Credential={scope}, SignedHeaders={';'.join(names)}, Signature={signature}"
    )
