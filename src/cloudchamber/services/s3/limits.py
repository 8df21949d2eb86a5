"""Quotas and defaults of S3, each under the page that states it."""

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
BUCKET_NAME_LENGTH_MIN = 3
BUCKET_NAME_LENGTH_MAX = 63

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/BucketRestrictions.html
BUCKETS_MAX = 10_000

# https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html
BUCKETS_PER_PAGE_MAX = 10_000

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
KEY_BYTES_MAX = 1_024

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
METADATA_BYTES_MAX = 2_048

# https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
KEYS_PER_PAGE_MAX = 1_000

# https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
OBJECTS_PER_DELETE_MAX = 1_000

# https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
PUT_BYTES_MAX = 5 * 1024**3

# https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
COPY_BYTES_MAX = 5 * 1024**3

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
PART_BYTES_MIN = 5 * 1024**2
PART_BYTES_MAX = 5 * 1024**3
PART_NUMBER_MAX = 10_000
PARTS_PER_PAGE_MAX = 1_000
OBJECT_BYTES_MAX = 50 * 1024**4

# Applications should be prepared to retry a completion; for how long the same answer is given is not stated, here for an hour.
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
COMPLETED_KEPT_MS = 60 * 60 * 1000

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
OBJECT_TAGS_MAX = 10
TAG_KEY_LENGTH_MAX = 128
TAG_VALUE_LENGTH_MAX = 256

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/CostAllocTagging.html
BUCKET_TAGS_MAX = 50

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html
LIFECYCLE_RULES_MAX = 1_000
LIFECYCLE_RULE_ID_LENGTH_MAX = 255

# https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketCors.html
CORS_RULES_MAX = 100

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
POLICY_BYTES_MAX = 20 * 1024

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-enable-disable-notification-intro.html
NOTIFICATION_CONFIGURATIONS_MAX = 100

# How bodies are kept here, not a limit of AWS: https://www.sqlite.org/intern-v-extern-blob.html
INLINE_BYTES_MAX = 64 * 1024
STREAMED_BYTES_MIN = 8 * 1024**2
STREAM_CHUNK_BYTES = 256 * 1024
