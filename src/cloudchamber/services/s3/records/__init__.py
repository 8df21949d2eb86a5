"""Where S3's records lie: buckets in one namespace of all accounts, what is in them below their name.

buckets         (bucket)                      -> Bucket
owned           (bucket)                      -> instant of its creation, below the owner's account
configurations  (bucket, kind)                -> Configuration
objects         (bucket, key)                 -> Version   the latest one, be it a delete marker
older           (bucket, key, -serial)        -> Version   the others, newest first
bodies          (bucket, segment id)          -> bytes     small bodies; large ones are files
uploads         (bucket, key, upload id)      -> Upload
parts           (bucket, upload id, number)   -> Part
completed       (bucket, upload id)           -> Completed   for whoever asks again; ids are in the order of their beginning
"""

from __future__ import annotations

from cloudchamber.aws import Collection, Scope
from cloudchamber.services.s3.model import Bucket, Completed, Configuration, Part, Upload, Version

BUCKETS = Collection("s3", "buckets", Bucket, Scope.GLOBAL)
OWNED = Collection("s3", "owned", int, Scope.ACCOUNT)
CONFIGURATIONS = Collection("s3", "configurations", Configuration, Scope.GLOBAL)
OBJECTS = Collection("s3", "objects", Version, Scope.GLOBAL)
OLDER = Collection("s3", "older", Version, Scope.GLOBAL)
BODIES = Collection("s3", "bodies", bytes, Scope.GLOBAL)
UPLOADS = Collection("s3", "uploads", Upload, Scope.GLOBAL)
PARTS = Collection("s3", "parts", Part, Scope.GLOBAL)
COMPLETED = Collection("s3", "completed", Completed, Scope.GLOBAL)
