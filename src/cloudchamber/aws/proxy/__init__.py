"""What REST and HTTP APIs share in front of functions: naming and calling them, who may pass, what is kept.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
"""

from cloudchamber.aws.proxy.answers import Malformed, header_text
from cloudchamber.aws.proxy.deployed import DeployedApis
from cloudchamber.aws.proxy.events import SOURCE_IP, ProxyRequest, time_text, values_by_name
from cloudchamber.aws.proxy.functions import TimedOut, call_in_time, function_arn, invoke
from cloudchamber.aws.proxy.grants import effects_on, listed, token_claims

__all__ = [
    "SOURCE_IP",
    "DeployedApis",
    "Malformed",
    "ProxyRequest",
    "TimedOut",
    "call_in_time",
    "effects_on",
    "function_arn",
    "header_text",
    "invoke",
    "listed",
    "time_text",
    "token_claims",
    "values_by_name",
]
