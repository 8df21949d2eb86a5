"""Byte ranges of a read. https://www.rfc-editor.org/rfc/rfc9110#name-range-requests"""

from __future__ import annotations

import re
from typing import Any

from cloudchamber.services.s3.errors import InvalidArgument, InvalidRange

_RANGE = re.compile(r"bytes\s*=\s*(\d*)-(\d*)\Z")
_COPY_RANGE = re.compile(r"bytes=(\d+)-(\d+)\Z")


def wanted(header: str | None, size: int) -> tuple[int, int] | None:
    """First byte and count that a Range header asks of `size` bytes; None for all of them.

    A header that is no single range is ignored, as the RFC says. Raises InvalidRange.
    """
    match = _RANGE.match(header) if header else None
    if match is None or not (match[1] or match[2]):
        return None
    if not match[1]:
        start, end = max(0, size - int(match[2])), size - 1
    else:
        start, end = int(match[1]), int(match[2]) if match[2] else size - 1
        if match[2] and end < start:
            return None
    end = min(end, size - 1)
    if start >= size:
        members: dict[str, Any] = {"Content-Range": f"bytes */{size}"}
        raise InvalidRange(RangeRequested=header, ActualObjectSize=size, **members)
    return start, end - start + 1


def wanted_of_copy(header: str | None, size: int) -> tuple[int, int]:
    """First byte and count of an x-amz-copy-source-range.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html. Raises InvalidArgument.
    """
    if header is None:
        return 0, size
    match = _COPY_RANGE.match(header)
    if match is None or int(match[2]) < int(match[1]):
        text = (
            "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the "
            "zero-based offsets of the first and last bytes to copy"
        )
        raise InvalidArgument(text, ArgumentName="x-amz-copy-source-range", ArgumentValue=header)
    if int(match[2]) >= size:
        text = f"Range specified is not valid for source object of size: {size}"
        raise InvalidArgument(text, ArgumentName="x-amz-copy-source-range", ArgumentValue=header)
    return int(match[1]), int(match[2]) - int(match[1]) + 1
