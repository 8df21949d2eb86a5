"""What S3 records only, or refuses."""

from __future__ import annotations

from cloudchamber.aws import Ledger

_ACL = "stored and returned; access control lists are not enforced"
_KMS = "stored and returned; nothing is encrypted on this machine"
_PAYER = "nobody is charged here"
_MFA = "accepted; no multi-factor device is asked for"
_MD5 = "held against the body by the gateway when the request is read"
_XX = "this checksum algorithm is not available; use CRC32, CRC32C, CRC64NVME, SHA-1, SHA-256, SHA-512 or MD5"
_HOLD = "event-based holds are not available"
_CHECKSUMS = "rules/checksums.py"
_DIRECTORY = "this is for directory buckets, which are not available"

_GRANTS: dict[str, str] = dict.fromkeys(
    ("GrantFullControl", "GrantRead", "GrantReadACP", "GrantWriteACP"), _ACL
)
_XXHASH: dict[str, str] = dict.fromkeys(("ChecksumXXHASH64", "ChecksumXXHASH3", "ChecksumXXHASH128"), _XX)
_HOLDS: dict[str, str] = dict.fromkeys(
    ("ObjectLockEventHold", "ObjectLockEventHoldDurationDays", "ObjectLockEventHoldDurationYears"), _HOLD
)
_CHECKSUM: dict[str, str] = {
    f"Checksum{name}": _CHECKSUMS
    for name in ("CRC32", "CRC32C", "CRC64NVME", "MD5", "SHA1", "SHA256", "SHA512")
}
_COPY_SOURCE = {
    **dict.fromkeys(
        (
            "CopySourceIfMatch",
            "CopySourceIfModifiedSince",
            "CopySourceIfNoneMatch",
            "CopySourceIfUnmodifiedSince",
        ),
        "rules/conditions.py",
    ),
    **dict.fromkeys(
        (
            "CopySourceSSECustomerAlgorithm",
            "CopySourceSSECustomerKey",
            "CopySourceSSECustomerKeyMD5",
        ),
        "operations/drafts.py",
    ),
}
_CUSTOMER_KEY: dict[str, str] = dict.fromkeys(
    ("SSECustomerAlgorithm", "SSECustomerKey", "SSECustomerKeyMD5"),
    "accepted; the key was checked with each part",
)
_ENCRYPTION = {
    "SSEKMSKeyId": _KMS,
    "SSEKMSEncryptionContext": "accepted; nothing is encrypted on this machine",
    "BucketKeyEnabled": _KMS,
    "ServerSideEncryption": _KMS,
}
_MADE = {
    **_GRANTS,
    **_ENCRYPTION,
    "ACL": _ACL,
    "StorageClass": "stored and returned; all classes are read at once",
    "WebsiteRedirectLocation": "stored and returned; buckets are not served as websites",
}

LEDGER = Ledger(
    refused={
        "CopyObject": {**_HOLDS, "AnnotationDirective": "annotations of objects are not available"},
        "CompleteMultipartUpload": _XXHASH,
        "CreateBucket": {"BucketNamespace": "account-regional namespaces are not available"},
        "CreateMultipartUpload": _HOLDS,
        "DeleteObject": {"IfMatchLastModifiedTime": _DIRECTORY, "IfMatchSize": _DIRECTORY},
        "DeleteObjects": {
            "Delete.Objects.LastModifiedTime": _DIRECTORY,
            "Delete.Objects.Size": _DIRECTORY,
        },
        "PutObject": {**_XXHASH, **_HOLDS, "WriteOffsetBytes": _DIRECTORY},
        "PutObjectLockConfiguration": {
            "ObjectLockConfiguration.Rule.DefaultRetention.DefaultEventHold": _HOLD
        },
        "PutObjectRetention": {"Retention.EventHold": _HOLD, "Retention.EventHoldDuration": _HOLD},
        "AbortMultipartUpload": {"IfMatchInitiatedTime": _DIRECTORY},
        "UploadPart": _XXHASH,
    },
    recorded={
        "*": {"RequestPayer": _PAYER, "MFA": _MFA},
        "CopyObject": _MADE,
        "CreateBucket": {
            **_GRANTS,
            "GrantWrite": _ACL,
            "ACL": _ACL,
            "CreateBucketConfiguration.Location": _DIRECTORY,
            "CreateBucketConfiguration.Bucket": _DIRECTORY,
        },
        "CreateMultipartUpload": _MADE,
        "ListParts": _CUSTOMER_KEY,
        "CompleteMultipartUpload": _CUSTOMER_KEY,
        "ListObjects": {"OptionalObjectAttributes": "objects are never in the course of being restored"},
        "ListObjectsV2": {"OptionalObjectAttributes": "objects are never in the course of being restored"},
        "ListObjectVersions": {
            "OptionalObjectAttributes": "objects are never in the course of being restored"
        },
        "PutBucketAccelerateConfiguration": {
            "AccelerateConfiguration": "stored and returned; there is nothing to accelerate"
        },
        "PutBucketAcl": {**_GRANTS, "GrantWrite": _ACL, "ACL": _ACL, "AccessControlPolicy": _ACL},
        "PutBucketEncryption": {"ServerSideEncryptionConfiguration": _KMS},
        "PutBucketLifecycleConfiguration": {
            "LifecycleConfiguration.Rules.Transitions": "stored and returned; objects expire but do not change their class",
            "LifecycleConfiguration.Rules.NoncurrentVersionTransitions": "stored and returned; objects do not change class",
            "TransitionDefaultMinimumObjectSize": "stored and returned; objects do not change their class",
        },
        "PutBucketLogging": {"BucketLoggingStatus": "stored and returned; no access logs are written"},
        "PutBucketPolicy": {
            "Policy": "stored and returned; what it allows other accounts is not enforced yet",
            "ConfirmRemoveSelfBucketAccess": "accepted; a policy cannot lock its owner out here",
        },
        "PutBucketReplication": {
            "ReplicationConfiguration": "stored and returned; nothing is replicated",
            "Token": "accepted; nothing is replicated",
        },
        "PutBucketRequestPayment": {"RequestPaymentConfiguration": _PAYER},
        "PutBucketVersioning": {"VersioningConfiguration.MFADelete": _MFA},
        "PutBucketWebsite": {
            "WebsiteConfiguration": "stored and returned; buckets are not served as websites"
        },
        "PutObject": _MADE,
        "PutObjectAcl": {**_GRANTS, "GrantWrite": _ACL, "ACL": _ACL, "AccessControlPolicy": _ACL},
        "PutObjectLockConfiguration": {"Token": "accepted; a lock needs no help of AWS Support here"},
        "PutPublicAccessBlock": {
            "PublicAccessBlockConfiguration.BlockPublicAcls": _ACL,
            "PublicAccessBlockConfiguration.IgnorePublicAcls": _ACL,
            "PublicAccessBlockConfiguration.RestrictPublicBuckets": "stored and returned; not enforced",
        },
    },
    read={
        "*": {
            "ContentMD5": _MD5,
            "ContentLength": "held against the body by the gateway when the request is read",
            "ChecksumAlgorithm": "on configurations and deletes: held against the body by the gateway",
            "ExpectedBucketOwner": "operations/finding.py",
        },
        "CompleteMultipartUpload": {
            **_CHECKSUM,
            **{f"MultipartUpload.Parts.{name}": where for name, where in _CHECKSUM.items()},
        },
        "CopyObject": _COPY_SOURCE,
        "PutObject": _CHECKSUM,
        "UploadPart": _CHECKSUM,
        "UploadPartCopy": _COPY_SOURCE,
    },
)
