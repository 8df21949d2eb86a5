"""Amazon S3: buckets, objects and their versions, multipart uploads, configurations, event notifications."""

from cloudchamber.aws import Service
from cloudchamber.services.s3.errors import phrase
from cloudchamber.services.s3.operations import acls, buckets, deletes, listings, locks, objects
from cloudchamber.services.s3.records.bodies import Files

SERVICE = Service(
    "s3",
    operations={
        "CreateBucket": buckets.create_bucket,
        "DeleteBucket": buckets.delete_bucket,
        "DeleteObject": deletes.delete_object,
        "DeleteObjects": deletes.delete_objects,
        "GetBucketAcl": acls.get_bucket_acl,
        "GetBucketLocation": buckets.get_bucket_location,
        "GetObject": objects.get_object,
        "GetObjectAcl": acls.get_object_acl,
        "GetObjectAttributes": objects.get_object_attributes,
        "GetObjectLegalHold": locks.get_object_legal_hold,
        "GetObjectLockConfiguration": locks.get_object_lock_configuration,
        "GetObjectRetention": locks.get_object_retention,
        "HeadBucket": buckets.head_bucket,
        "HeadObject": objects.head_object,
        "ListBuckets": buckets.list_buckets,
        "ListObjectVersions": listings.list_object_versions,
        "ListObjects": listings.list_objects,
        "ListObjectsV2": listings.list_objects_v2,
        "PutBucketAcl": acls.put_bucket_acl,
        "PutObject": objects.put_object,
        "PutObjectAcl": acls.put_object_acl,
        "PutObjectLegalHold": locks.put_object_legal_hold,
        "PutObjectLockConfiguration": locks.put_object_lock_configuration,
        "PutObjectRetention": locks.put_object_retention,
    },
    named_by=("Bucket",),
    phrase=phrase,
    live=Files,
)
