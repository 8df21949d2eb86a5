"""How inline code of a template answers as a custom resource; it is put beside code that imports it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-lambda-function-code-cfnresponsemodule.html
"""

from __future__ import annotations

import http.client
import json
import logging
from typing import Any
from urllib.parse import urlsplit

SUCCESS = "SUCCESS"
FAILED = "FAILED"

log = logging.getLogger("cfnresponse")


def send(
    event: dict[str, Any],
    context: Any,
    responseStatus: str,  # noqa: N803 - AWS's names: callers give them
    responseData: dict[str, Any],  # noqa: N803
    physicalResourceId: str | None = None,  # noqa: N803
    noEcho: bool = False,  # noqa: N803
    reason: str | None = None,
) -> None:
    """Tell CloudFormation how a request ended. A failure to do so is logged, and raises nothing."""
    stream = context.log_stream_name
    body = {
        "Status": responseStatus,
        "Reason": reason or f"See the details in CloudWatch Log Stream: {stream}",
        "PhysicalResourceId": physicalResourceId or stream,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "NoEcho": noEcho,
        "Data": responseData,
    }
    url = urlsplit(event["ResponseURL"])
    secure = url.scheme == "https"
    connection = (http.client.HTTPSConnection if secure else http.client.HTTPConnection)(url.netloc)
    try:
        path = f"{url.path}?{url.query}" if url.query else url.path
        connection.request("PUT", path, json.dumps(body).encode(), {"content-type": ""})
        log.info("Status code: %s", connection.getresponse().status)
    except (OSError, http.client.HTTPException) as error:
        log.error("send(..) failed executing http request: %s", error)
    finally:
        connection.close()
