"""AWS restXml: https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html, with S3's own ways."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from hashlib import sha512
from typing import Any

from cloudchamber.wire.errors import MalformedRequest, UnknownOperation, WireError
from cloudchamber.wire.eventstream import stream_writer
from cloudchamber.wire.http import HttpRequest, HttpResponse
from cloudchamber.wire.instants import iso8601, iso8601_milliseconds
from cloudchamber.wire.model import OperationModel, ServiceModel
from cloudchamber.wire.rest import (
    Body,
    ReadBody,
    RestProtocol,
    WriteBody,
    body_members,
    raw_payload_reader,
    raw_payload_writer,
)
from cloudchamber.wire.xml_reader import XmlReader, parse_xml
from cloudchamber.wire.xml_writer import XmlWriter, escape, location_name

_XML = "application/xml"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMESPACES = {
    "s3": "http://s3.amazonaws.com/doc/2006-03-01/",
    "s3control": "http://awss3control.amazonaws.com/doc/2018-08-20/",
    "route53": "https://route53.amazonaws.com/doc/2013-04-01/",
    "cloudfront": "http://cloudfront.amazonaws.com/doc/2020-05-31/",
}
# The model does not name the root of S3's answers: each is on the operation's page of
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations.html
_S3_ROOTS = {
    "CompleteMultipartUpload": "CompleteMultipartUploadResult",
    "CreateMultipartUpload": "InitiateMultipartUploadResult",
    "CreateSession": "CreateSessionResult",
    "DeleteObjects": "DeleteResult",
    "GetBucketAccelerateConfiguration": "AccelerateConfiguration",
    "GetBucketAcl": "AccessControlPolicy",
    "GetBucketCors": "CORSConfiguration",
    "GetBucketLifecycle": "LifecycleConfiguration",
    "GetBucketLifecycleConfiguration": "LifecycleConfiguration",
    "GetBucketLocation": "LocationConstraint",
    "GetBucketLogging": "BucketLoggingStatus",
    "GetBucketNotificationConfiguration": "NotificationConfiguration",
    "GetBucketRequestPayment": "RequestPaymentConfiguration",
    "GetBucketTagging": "Tagging",
    "GetBucketVersioning": "VersioningConfiguration",
    "GetBucketWebsite": "WebsiteConfiguration",
    "GetObjectAcl": "AccessControlPolicy",
    "GetObjectAttributes": "GetObjectAttributesResponse",
    "GetObjectTagging": "Tagging",
    "ListBucketAnalyticsConfigurations": "ListBucketAnalyticsConfigurationResult",
    "ListBucketInventoryConfigurations": "ListInventoryConfigurationsResult",
    "ListBucketMetricsConfigurations": "ListMetricsConfigurationsResult",
    "ListBuckets": "ListAllMyBucketsResult",
    "ListDirectoryBuckets": "ListAllMyDirectoryBucketsResult",
    "ListMultipartUploads": "ListMultipartUploadsResult",
    "ListObjectVersions": "ListVersionsResult",
    "ListObjects": "ListBucketResult",
    "ListObjectsV2": "ListBucketResult",
    "ListParts": "ListPartsResult",
}
# What S3 calls the failures of authentication: (code, how it begins or is said).
# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList
_S3_REFUSALS = {
    "IncompleteSignature": ("AuthorizationHeaderMalformed", "The authorization header is malformed; {}"),
    "InvalidClientTokenId": (
        "InvalidAccessKeyId",
        "The AWS Access Key Id you provided does not exist in our records.",
    ),
    "MissingAuthenticationToken": ("AccessDenied", "Access Denied"),
}


def _in_words_of_s3(error: WireError) -> WireError:
    code, text = _S3_REFUSALS.get(error.code, (error.code, error.message))
    if code == error.code:
        return error
    return WireError(code, text.format(error.message), error.status, error.members, error.sender_fault)


def _is_header(name: str, error: WireError) -> bool:
    """Some members of S3's errors are headers, such as x-amz-delete-marker; those of a 304 are all, for it has no body."""
    return "-" in name or name == "Allow" or error.status == 304


def _host_id(request_id: str) -> str:
    return b64encode(sha512(request_id.encode()).digest()[:56]).decode()


class RestXmlProtocol(RestProtocol):
    """REST with XML bodies."""

    def __init__(self, model: ServiceModel, name: str) -> None:
        super().__init__(model, name)
        self._s3 = model.name == "s3"
        self._namespace = model.xml_namespace or _NAMESPACES.get(model.name, "")
        self._reader = XmlReader()
        self._writer = XmlWriter(location_name, iso8601_milliseconds if self._s3 else iso8601)

    def _unknown(self, request: HttpRequest) -> UnknownOperation:
        if self._s3:
            text = "The specified method is not allowed against this resource."
            return UnknownOperation("MethodNotAllowed", text, 405)
        return UnknownOperation("UnknownOperationException", "", 404)

    def _malformed_text(self) -> MalformedRequest:
        return MalformedRequest("InvalidArgument", "Invalid Argument", 400)

    def _request_headers(self, request_id: str) -> list[tuple[str, str]]:
        if self._s3:
            return [("x-amz-request-id", request_id), ("x-amz-id-2", _host_id(request_id))]
        return [("x-amzn-RequestId", request_id)]

    def _read_body(self, operation: OperationModel) -> ReadBody | None:
        shape = operation.input
        if shape is None:
            return None
        if shape.payload is None:
            members = body_members(shape)
            return _body_reader(self._reader.members(members)) if members else None
        name, payload = shape.payload, shape.members[shape.payload]
        if payload.type != "structure" or payload.eventstream:
            return raw_payload_reader(name, payload)
        read = _body_reader(self._reader.of(payload))
        return lambda body: {name: read(body)} if body else {}

    def _write_body(self, operation: OperationModel) -> WriteBody:
        shape = operation.output
        if shape is None or operation.response_code == 204 or operation.method == "HEAD":
            return lambda result: (b"", None)
        if self._s3 and operation.name == "GetBucketLocation":
            return self._location_constraint
        if shape.payload is None:
            return self._structure_writer(operation)
        name, payload = shape.payload, shape.members[shape.payload]
        if payload.eventstream:
            stream = stream_writer(payload, None, self._writer, "text/xml")
            return lambda result: (stream(result[name], {}), "application/vnd.amazon.eventstream")
        if payload.type != "structure":
            text = "application/json" if payload.type == "string" else "binary/octet-stream"
            return raw_payload_writer(name, text)
        content = self._writer.content(payload)
        return self._wrapped(payload.locationName or name, lambda result: result.get(name), content)

    def _structure_writer(self, operation: OperationModel) -> WriteBody:
        members = body_members(operation.output)
        if not members or operation.output is None:
            return lambda result: (b"", None)
        root = _S3_ROOTS.get(operation.name) if self._s3 else None
        root = root or operation.output.locationName or operation.output.name
        return self._wrapped(root, lambda result: result, self._writer.members(members))

    def _wrapped(
        self, root: str, pick: Callable[[Mapping[str, Any]], Any], content: Callable[[Any], str]
    ) -> WriteBody:
        opening, closing = f'{_DECLARATION}<{root} xmlns="{self._namespace}">', f"</{root}>"

        def write(result: Mapping[str, Any]) -> tuple[Body, str | None]:
            value = pick(result)
            if value is None:
                return b"", None
            return f"{opening}{content(value)}{closing}".encode(), _XML

        return write

    def _location_constraint(self, result: Mapping[str, Any]) -> tuple[Body, str | None]:
        # https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html
        region = escape(result.get("LocationConstraint") or "")
        element = f'<LocationConstraint xmlns="{self._namespace}">{region}</LocationConstraint>'
        return (_DECLARATION + element).encode(), _XML

    def serialize(
        self, operation: OperationModel, result: Mapping[str, Any], request_id: str
    ) -> HttpResponse:
        response = super().serialize(operation, result, request_id)
        if self._s3 and result.get("ContentRange") is not None:  # a status the model does not tell
            response.status = 206
        return response

    def serialize_error(
        self, error: WireError, request_id: str, operation: OperationModel | None = None
    ) -> HttpResponse:
        headers = self._request_headers(request_id)
        if self._s3:
            error = _in_words_of_s3(error)
        members = dict(error.members)
        if self._s3:
            headers += [(name, str(members.pop(name))) for name in error.members if _is_header(name, error)]
        if error.status == 304 or (operation is not None and operation.method == "HEAD"):
            return HttpResponse(error.status, headers, b"")
        headers.append(("Content-Type", _XML))
        shape = self.model.error(error.code)
        code = shape.error.code if shape is not None and shape.error is not None else error.code
        core = f"<Code>{escape(code)}</Code><Message>{escape(error.message)}</Message>"
        for name, value in members.items():
            if value is not None and name.lower() != "message":
                core += f"<{name}>{escape(str(value))}</{name}>"
        if self._s3:
            core += f"<RequestId>{escape(request_id)}</RequestId><HostId>{_host_id(request_id)}</HostId>"
            text = f"<Error>{core}</Error>"
        else:
            fault = "Sender" if error.sender_fault else "Receiver"
            text = (
                f'<ErrorResponse xmlns="{self._namespace}"><Error><Type>{fault}</Type>{core}</Error>'
                f"<RequestId>{escape(request_id)}</RequestId></ErrorResponse>"
            )
        return HttpResponse(error.status, headers, (_DECLARATION + text).encode())


def _body_reader(read: Callable[[Any], dict[str, Any]]) -> ReadBody:
    def read_body(body: bytes) -> dict[str, Any]:
        if not body:
            return {}
        try:
            return read(parse_xml(body))
        except RecursionError:
            raise MalformedRequest("MalformedXML", "The XML is nested too deeply", 400) from None

    return read_body
