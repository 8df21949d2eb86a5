"""The errors of S3. Statuses come from botocore's shapes where it has them, else from the list of error codes.

https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

from __future__ import annotations

from cloudchamber.aws import AwsError, Operation
from cloudchamber.wire.validate import Failure


class AccessForbidden(AwsError):
    """CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method /
    Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec."""

    default_status = 403


class AccessDenied(AwsError):
    """Access Denied"""

    default_status = 403


class BucketAlreadyExists(AwsError):
    """The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a
    different name and try again."""

    default_status = 409


class BucketAlreadyOwnedByYou(AwsError):
    """Your previous request to create the named bucket succeeded and you already own it."""

    default_status = 409


class BucketNotEmpty(AwsError):
    """The bucket you tried to delete is not empty"""

    default_status = 409


class EntityTooLarge(AwsError):
    """Your proposed upload exceeds the maximum allowed size"""

    default_status = 400


class EntityTooSmall(AwsError):
    """Your proposed upload is smaller than the minimum allowed size"""

    default_status = 400


class BadRequest(AwsError):
    """Bad Request"""

    default_status = 400


class BadDigest(AwsError):
    """The Content-MD5 you specified did not match what we received."""

    default_status = 400


class IllegalLocationConstraintException(AwsError):
    """The unspecified location constraint is incompatible for the region specific endpoint this request was sent to."""

    default_status = 400


class IllegalVersioningConfigurationException(AwsError):
    """The Versioning element must be specified"""

    default_status = 400


class InvalidArgument(AwsError):
    """Invalid Argument"""

    default_status = 400


class InvalidBucketName(AwsError):
    """The specified bucket is not valid."""

    default_status = 400


class InvalidBucketState(AwsError):
    """The request is not valid with the current state of the bucket."""

    default_status = 409


class InvalidEncryptionAlgorithmError(AwsError):
    """The encryption request you specified is not valid. Supported value: AES256."""

    default_status = 400


class InvalidLocationConstraint(AwsError):
    """The specified location-constraint is not valid"""

    default_status = 400


class InvalidPart(AwsError):
    """One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag
    may not match the part's entity tag."""

    default_status = 400


class InvalidPartNumber(AwsError):
    """The requested partnumber is not satisfiable"""

    default_status = 416


class InvalidPartOrder(AwsError):
    """The list of parts was not in ascending order. Parts must be ordered by part number."""

    default_status = 400


class InvalidPolicyDocument(AwsError):
    """Invalid Policy: Invalid JSON."""

    default_status = 400


class InvalidRange(AwsError):
    """The requested range is not satisfiable"""

    default_status = 416


class InvalidRequest(AwsError):
    """Invalid Request"""

    default_status = 400


class InvalidStorageClass(AwsError):
    """The storage class you specified is not valid"""

    default_status = 400


class InvalidTag(AwsError):
    """The TagKey you have provided is invalid"""

    default_status = 400


class KeyTooLongError(AwsError):
    """Your key is too long"""

    default_status = 400


class MalformedPOSTRequest(AwsError):
    """The body of your POST request is not well-formed multipart/form-data."""

    default_status = 400


class MalformedPolicy(AwsError):
    """Policies must be valid JSON and the first byte must be '{'"""

    default_status = 400


class MalformedXML(AwsError):
    """The XML you provided was not well-formed or did not validate against our published schema"""

    default_status = 400


class MetadataTooLarge(AwsError):
    """Your metadata headers exceed the maximum allowed metadata size"""

    default_status = 400


class MethodNotAllowed(AwsError):
    """The specified method is not allowed against this resource."""

    default_status = 405


class NoSuchBucket(AwsError):
    """The specified bucket does not exist"""

    default_status = 404


class NoSuchBucketPolicy(AwsError):
    """The bucket policy does not exist"""

    default_status = 404


class NoSuchCORSConfiguration(AwsError):
    """The CORS configuration does not exist"""

    default_status = 404


class NoSuchKey(AwsError):
    """The specified key does not exist."""

    default_status = 404


class NoSuchLifecycleConfiguration(AwsError):
    """The lifecycle configuration does not exist"""

    default_status = 404


class NoSuchObjectLockConfiguration(AwsError):
    """The specified object does not have a ObjectLock configuration"""

    default_status = 404


class NoSuchPublicAccessBlockConfiguration(AwsError):
    """The public access block configuration was not found"""

    default_status = 404


class NoSuchTagSet(AwsError):
    """The TagSet does not exist"""

    default_status = 404


class NoSuchUpload(AwsError):
    """The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed."""

    default_status = 404


class NoSuchVersion(AwsError):
    """The specified version does not exist."""

    default_status = 404


class NoSuchWebsiteConfiguration(AwsError):
    """The specified bucket does not have a website configuration"""

    default_status = 404


class NotModified(AwsError):
    """Not Modified"""

    default_status = 304


class ObjectLockConfigurationNotFoundError(AwsError):
    """Object Lock configuration does not exist for this bucket"""

    default_status = 404


class OwnershipControlsNotFoundError(AwsError):
    """The bucket ownership controls were not found"""

    default_status = 404


class PreconditionFailed(AwsError):
    """At least one of the pre-conditions you specified did not hold"""

    default_status = 412


class ReplicationConfigurationNotFoundError(AwsError):
    """The replication configuration was not found"""

    default_status = 404


class TooManyBuckets(AwsError):
    """You have attempted to create more buckets than allowed"""

    default_status = 400


def phrase(failures: list[Failure], operation: Operation) -> AwsError:
    """A request that breaks the model, in S3's words: a header or parameter is an invalid argument, a body malformed XML."""
    failure = failures[0]
    name = failure.path[:1].upper() + failure.path[1:]
    shape = operation.model.input if operation.model else None
    member = shape.members.get(name) if shape else None
    if name == "Bucket":
        return InvalidBucketName()
    if name == "StorageClass":
        return InvalidStorageClass(StorageClassRequested=failure.value)
    if name == "ServerSideEncryption":
        return InvalidEncryptionAlgorithmError()
    if name == "CopySource":
        text = "Copy Source must mention the source bucket and key: sourcebucket/sourcekey"
        return InvalidArgument(text, ArgumentName="x-amz-copy-source", ArgumentValue=str(failure.value))
    if name == "CreateBucketConfiguration.locationConstraint":
        return InvalidLocationConstraint(LocationConstraint=failure.value)
    if member is None or member.location is None:
        return MalformedXML()
    value = "" if failure.value is None else str(failure.value)
    return InvalidArgument(ArgumentName=member.locationName or name, ArgumentValue=value)
