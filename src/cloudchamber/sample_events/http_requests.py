"""HTTP requests: REST APIs and HTTP APIs of API Gateway, function URLs, load balancers, VPC Lattice."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from cloudchamber.sample_events.kinds import JsonObject, JsonTexts
from cloudchamber.sample_events.origin import Origin

AGENT = "Custom User Agent String"
SOURCE_IP = "127.0.0.1"
_BODY = '{"test":"body"}'
_PATH = "path/to/resource"


def aws_proxy(
    origin: Origin,
    *,
    method: str = "POST",
    path: str = _PATH,
    body: str = _BODY,
    query_string_parameters: JsonTexts = '{"foo": "bar"}',
    stage: str = "prod",
    resource: str = "/{proxy+}",
) -> dict[str, Any]:
    """A request to a REST API, or to an HTTP API with payload 1.0.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
    """
    path = f"/{path.lstrip('/')}"
    api_id = origin.letters(10)
    headers = _rest_headers(origin, f"{api_id}.execute-api.{origin.region}.{origin.domain}")
    return {
        "resource": resource,
        "path": path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": query_string_parameters or None,
        "multiValueQueryStringParameters": {n: [v] for n, v in query_string_parameters.items()} or None,
        "pathParameters": {"proxy": path[1:]} if resource.endswith("{proxy+}") else None,
        "stageVariables": {"baz": "qux"},
        "requestContext": rest_context(origin, method, path, resource, stage, api_id),
        "body": body or None,
        "isBase64Encoded": False,
    }


def _rest_headers(origin: Origin, host: str) -> dict[str, str]:
    viewer = dict.fromkeys(("Mobile", "SmartTV", "Tablet"), "false") | {"Desktop": "true"}
    return {
        "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8",
        "Accept-Encoding": "gzip, deflate, sdch",
        "Accept-Language": "en-US,en;q=0.8",
        "Cache-Control": "max-age=0",
        "CloudFront-Forwarded-Proto": "https",
        **{f"CloudFront-Is-{name}-Viewer": value for name, value in sorted(viewer.items())},
        "CloudFront-Viewer-Country": "US",
        "Host": host,
        "Upgrade-Insecure-Requests": "1",
        "User-Agent": AGENT,
        "Via": "1.1 08f323deadbeefa7af34d5feb414ce27.cloudfront.net (CloudFront)",
        "X-Amz-Cf-Id": f"{origin.token(54)}==",
        "X-Forwarded-For": f"{SOURCE_IP}, 127.0.0.2",
        "X-Forwarded-Port": "443",
        "X-Forwarded-Proto": "https",
    }


def rest_context(
    origin: Origin, method: str, path: str, resource: str, stage: str, api_id: str
) -> dict[str, Any]:
    """The request context of a REST API.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-input-format
    """
    return {
        "accountId": origin.account_id,
        "resourceId": origin.letters(6),
        "stage": stage,
        "deploymentId": origin.letters(6),
        "domainName": f"{api_id}.execute-api.{origin.region}.{origin.domain}",
        "domainPrefix": api_id,
        "requestId": origin.uuid(),
        "extendedRequestId": f"{origin.token(15)}=",
        "requestTime": origin.shown("%d/%b/%Y:%H:%M:%S +0000"),
        "requestTimeEpoch": origin.at_ms,
        "identity": {
            "cognitoIdentityPoolId": None,
            "accountId": None,
            "cognitoIdentityId": None,
            "caller": None,
            "accessKey": None,
            "principalOrgId": None,
            "sourceIp": SOURCE_IP,
            "cognitoAuthenticationType": None,
            "cognitoAuthenticationProvider": None,
            "userArn": None,
            "userAgent": AGENT,
            "user": None,
        },
        "path": f"/{stage}{path}",
        "resourcePath": resource,
        "httpMethod": method,
        "apiId": api_id,
        "protocol": "HTTP/1.1",
    }


def http_api_proxy(
    origin: Origin,
    *,
    method: str = "POST",
    path: str = _PATH,
    body: str = _BODY,
    query_string_parameters: JsonTexts = '{"parameter1": "value1,value2", "parameter2": "value"}',
    claims: JsonObject = '{"claim1": "value1", "claim2": "value2"}',
    stage: str = "$default",
) -> dict[str, Any]:
    """A request to an HTTP API, payload 2.0.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    """
    path = f"/{path.lstrip('/')}"
    route = f"{method} {path}"
    made = _payload_2(origin, method, path, body, query_string_parameters, "execute-api")
    made["routeKey"] = made["requestContext"]["routeKey"] = route
    made["pathParameters"] = {"parameter1": "value1"}
    made["stageVariables"] = {"stageVariable1": "value1", "stageVariable2": "value2"}
    made["requestContext"] |= {
        "stage": stage,
        "authentication": {"clientCert": client_certificate()},
        "authorizer": {"jwt": {"claims": claims, "scopes": ["scope1", "scope2"]}},
    }
    return made


def function_url(
    origin: Origin,
    *,
    method: str = "POST",
    path: str = _PATH,
    body: str = _BODY,
    query_string_parameters: JsonTexts = '{"parameter1": "value1,value2", "parameter2": "value"}',
    iam: bool = False,
) -> dict[str, Any]:
    """A request to a function URL: of anybody, or signed by an IAM user.

    https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads
    """
    made = _payload_2(origin, method, f"/{path.lstrip('/')}", body, query_string_parameters, "lambda-url")
    if not iam:
        made["requestContext"]["accountId"] = "anonymous"
    else:
        user_id = f"AIDA{origin.upper(17)}"
        made["requestContext"]["authorizer"] = {
            "iam": {
                "accessKey": f"AKIA{origin.upper(16)}",
                "accountId": origin.account_id,
                "callerId": user_id,
                "cognitoIdentity": None,
                "principalOrgId": None,
                "userArn": origin.global_arn("iam", "user/example-user"),
                "userId": user_id,
            }
        }
    return made


def _payload_2(
    origin: Origin, method: str, path: str, body: str, query: dict[str, str], service: str
) -> dict[str, Any]:
    api_id = origin.letters(10 if service == "execute-api" else 32)
    query_text = urlencode([(name, part) for name, value in query.items() for part in value.split(",")])
    made: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query_text,
        "cookies": ["cookie1", "cookie2"],
        "headers": {"Header1": "value1", "Header2": "value1,value2"},
        "queryStringParameters": query,
        "requestContext": {
            "accountId": origin.account_id,
            "apiId": api_id,
            "domainName": f"{api_id}.{service}.{origin.region}.{origin.domain}",
            "domainPrefix": api_id,
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": SOURCE_IP,
                "userAgent": AGENT,
            },
            "requestId": origin.uuid(),
            "routeKey": "$default",
            "stage": "$default",
            "time": origin.shown("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": origin.at_ms,
        },
        "body": body,
        "isBase64Encoded": False,
    }
    if not query:
        del made["queryStringParameters"]
    if not body:
        del made["body"]
    return made


def client_certificate() -> dict[str, Any]:
    """What API Gateway tells of a client's certificate under mutual TLS.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-mutual-tls.html
    """
    return {
        "clientCertPem": "CERT_CONTENT",
        "subjectDN": "www.example.com",
        "issuerDN": "Example issuer",
        "serialNumber": "a1:a1:a1:a1:a1:a1:a1:a1:a1:a1:a1:a1:a1:a1:a1:a1",
        "validity": {"notBefore": "May 28 12:30:02 2019 GMT", "notAfter": "Aug  5 09:36:04 2021 GMT"},
    }


def alb_request(
    origin: Origin,
    *,
    method: str = "POST",
    path: str = _PATH,
    body: str = _BODY,
    query_string_parameters: JsonTexts = '{"query": "1234ABCD"}',
    multi_value: bool = False,
) -> dict[str, Any]:
    """A request to an Application Load Balancer; `multi_value` as its target group may be set.

    https://docs.aws.amazon.com/lambda/latest/dg/services-alb.html
    """
    group = f"targetgroup/lambda-279XGJDqGZ5rsrHC2Fjr/{origin.hex(16)}"
    asked = {"queryStringParameters": query_string_parameters, "headers": _alb_headers(origin)}
    if multi_value:
        asked = {
            "multiValueQueryStringParameters": {
                name: [v] for name, v in asked["queryStringParameters"].items()
            },
            "multiValueHeaders": {name: [v] for name, v in asked["headers"].items()},
        }
    return {
        "requestContext": {"elb": {"targetGroupArn": origin.arn("elasticloadbalancing", group)}},
        "httpMethod": method,
        "path": f"/{path.lstrip('/')}",
        **asked,
        "body": body,
        "isBase64Encoded": False,
    }


def _alb_headers(origin: Origin) -> dict[str, Any]:
    return {
        "accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,image/apng,*/*;q=0.8",
        "accept-encoding": "gzip",
        "accept-language": "en-US,en;q=0.9",
        "connection": "keep-alive",
        "host": f"lambda-alb-123578498.{origin.region}.elb.{origin.domain}",
        "upgrade-insecure-requests": "1",
        "user-agent": AGENT,
        "x-amzn-trace-id": f"Root=1-{origin.at_ms // 1000:x}-{origin.hex(24)}",
        "x-forwarded-for": "72.12.164.125",
        "x-forwarded-port": "80",
        "x-forwarded-proto": "http",
        "x-imforwards": "20",
    }


def lattice_request(
    origin: Origin,
    *,
    method: str = "GET",
    path: str = _PATH,
    body: str = _BODY,
    query_string_parameters: JsonTexts = '{"order-id": "1"}',
) -> dict[str, Any]:
    """A request to a service of VPC Lattice, version 2.0 of its events.

    https://docs.aws.amazon.com/lambda/latest/dg/services-vpc-lattice.html#vpc-lattice-receiving-events
    """
    path = f"/{path.lstrip('/')}"
    network = origin.arn("vpc-lattice", f"servicenetwork/sn-{origin.hex(17)}")
    return {
        "version": "2.0",
        "path": f"{path}?{urlencode(query_string_parameters)}" if query_string_parameters else path,
        "method": method,
        "headers": {"accept": ["*/*"], "user-agent": [AGENT], "x-forwarded-for": ["10.213.229.10"]},
        "queryStringParameters": {name: [value] for name, value in query_string_parameters.items()},
        "body": body,
        "isBase64Encoded": False,
        "requestContext": {
            "serviceNetworkArn": network,
            "serviceArn": origin.arn("vpc-lattice", f"service/svc-{origin.hex(17)}"),
            "targetGroupArn": origin.arn("vpc-lattice", f"targetgroup/tg-{origin.hex(17)}"),
            "identity": {
                "sourceVpcArn": origin.arn("ec2", f"vpc/vpc-{origin.hex(17)}"),
                "type": "AWS_IAM",
                "principal": origin.global_arn(
                    "sts", "assumed-role/example-role/057d00f8b51257ba3c853a0f248943cf"
                ),
                "principalOrgID": "o-50dc6c495c0c9188",
                "sessionName": "057d00f8b51257ba3c853a0f248943cf",
            },
            "region": origin.region,
            "timeEpoch": str(origin.at_ms * 1000),
        },
    }
