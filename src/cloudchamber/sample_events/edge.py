"""Amazon CloudFront: the requests and responses that Lambda@Edge functions see, one for each of AWS's example functions.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-event-structure.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.sample_events.kinds import source
from cloudchamber.sample_events.origin import Origin

_URI, _CLIENT = "/test", "2001:cdba::3257:9652"


def ab_test(
    origin: Origin, *, uri: str = _URI, method: str = "GET", cookie: str = "X-Experiment-Name=B"
) -> dict[str, Any]:
    """A viewer request with a cookie, for A/B testing.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-examples.html#lambda-examples-A-B-testing
    """
    return _event(
        origin, "viewer-request", _request(origin, uri, method, {"User-Agent": "Agent", "Cookie": cookie})
    )


def access_request_in_response(origin: Origin, *, uri: str = _URI, method: str = "GET") -> dict[str, Any]:
    """An origin response together with its request.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-event-structure.html#lambda-event-structure-response-origin
    """
    request = _request(origin, uri, method, {"User-Name": "CloudFront"})
    return _event(origin, "origin-response", request, _response({"X-Cache": "Hello from Cloudfront"}))


def http_redirect(origin: Origin, *, uri: str = _URI, method: str = "GET") -> dict[str, Any]:
    """A request that is answered with a redirect.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-examples.html#lambda-examples-http-redirect
    """
    return _event(origin, "origin-request", _request(origin, uri, method, {"User-Agent": "Agent"}))


def modify_querystring(
    origin: Origin,
    *,
    uri: str = _URI,
    method: str = "GET",
    querystring: str = "auth=test&foo=bar",
) -> dict[str, Any]:
    """A request whose query string a function changes.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-examples.html#lambda-examples-query-string-examples
    """
    return _queried(origin, uri, method, querystring)


def normalize_querystring(
    origin: Origin,
    *,
    uri: str = _URI,
    method: str = "GET",
    querystring: str = "Size=LARGE&color=RED",
) -> dict[str, Any]:
    """A request whose query string a function normalizes, so that the cache is hit more often.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-examples.html#lambda-examples-query-string-normalize
    """
    return _queried(origin, uri, method, querystring)


def _queried(origin: Origin, uri: str, method: str, querystring: str) -> dict[str, Any]:
    request = _request(origin, uri, method, {"User-Agent": "Agent", "User-Name": "CloudFront"})
    return _event(origin, "viewer-request", request | {"querystring": querystring})


def modify_response_header(origin: Origin, *, last_modified: str = "2016-11-25") -> dict[str, Any]:
    """A response whose headers a function changes.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-examples.html#lambda-examples-overriding-response-header
    """
    headers = {"Vary": "*", "Last-Modified": last_modified, "X-Amz-Meta-Last-Modified": "2016-01-01"}
    return _event(origin, "origin-response", _request(origin, _URI, "GET", {}), _response(headers))


def aggregate_response(
    origin: Origin,
    *,
    uri: str = "/forecast/Seattle:NewYork:Chicago:SanFrancisco",
    method: str = "GET",
) -> dict[str, Any]:
    """A request that a function answers from several calls of its own.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-examples.html#lambda-examples-content-generation
    """
    return _event(origin, "origin-request", _request(origin, uri, method, {"User-Agent": "Agent"}))


def redirect_on_country(
    origin: Origin, *, uri: str = _URI, method: str = "GET", country: str = "TW"
) -> dict[str, Any]:
    """A request that is sent to a place by the viewer's country.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-examples.html#lambda-examples-redirecting-examples
    """
    request = _request(origin, uri, method, {"CloudFront-Viewer-Country": country})
    return _event(origin, "origin-request", request)


def redirect_unauthenticated(
    origin: Origin, *, uri: str = _URI, method: str = "GET", querystring: str = ""
) -> dict[str, Any]:
    """A request of a user who has not signed in.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-examples.html#lambda-examples-redirect-to-signin-page
    """
    return _event(origin, "viewer-request", _request(origin, uri, method, {}) | {"querystring": querystring})


def response_generation(origin: Origin, *, uri: str = _URI, method: str = "GET") -> dict[str, Any]:
    """A request that a function answers itself.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-examples.html#lambda-examples-static-web-server
    """
    return _event(origin, "viewer-request", _request(origin, uri, method, {}))


def by_device(
    origin: Origin, *, uri: str = _URI, method: str = "GET", device: str = "Mobile"
) -> dict[str, Any]:
    """A request that is served by the viewer's device: Desktop, Mobile, SmartTV or Tablet.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-examples.html#lambda-examples-vary-on-device-type
    """
    kinds = ("Desktop", "Mobile", "SmartTV", "Tablet")
    headers = {f"CloudFront-Is-{kind}-Viewer": str(kind == device).lower() for kind in kinds}
    return _event(origin, "origin-request", _request(origin, uri, method, headers))


def simple_remote_call(origin: Origin, *, uri: str = _URI, method: str = "GET") -> dict[str, Any]:
    """A request during which a function makes a call of its own.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-examples.html#lambda-examples-content-generation
    """
    request = _request(origin, uri, method, {"User-Agent": "Agent", "User-Name": "CloudFront"})
    return _event(origin, "viewer-request", request)


def _headers(values: dict[str, str]) -> dict[str, list[dict[str, str]]]:
    return {name.lower(): [{"key": name, "value": value}] for name, value in values.items()}


def _request(origin: Origin, uri: str, method: str, headers: dict[str, str]) -> dict[str, Any]:
    return {
        "clientIp": _CLIENT,
        "headers": _headers({"Host": f"{origin.letters(13)}.cloudfront.net"} | headers),
        "method": method,
        "querystring": "",
        "uri": uri,
    }


def _response(headers: dict[str, str]) -> dict[str, Any]:
    return {"headers": _headers(headers), "status": "200", "statusDescription": "OK"}


def _event(
    origin: Origin, kind: str, request: dict[str, Any], response: dict[str, Any] | None = None
) -> dict[str, Any]:
    config = {
        "distributionDomainName": f"{origin.letters(13)}.cloudfront.net",
        "distributionId": f"E{origin.upper(13)}",
        "eventType": kind,
        "requestId": f"{origin.token(54)}==",
    }
    seen = {"config": config, "request": request} | ({"response": response} if response else {})
    return {"Records": [{"cf": seen}]}


CLOUDFRONT = source(
    "cloudfront",
    "Amazon CloudFront (Lambda@Edge)",
    {
        "ab-test": ab_test,
        "access-request-in-response": access_request_in_response,
        "http-redirect": http_redirect,
        "modify-querystring": modify_querystring,
        "modify-response-header": modify_response_header,
        "multiple-remote-calls-aggregate-response": aggregate_response,
        "normalize-querystring-to-improve-cache-hit": normalize_querystring,
        "redirect-on-viewer-country": redirect_on_country,
        "redirect-unauthenticated-users": redirect_unauthenticated,
        "response-generation": response_generation,
        "serve-object-on-viewer-device": by_device,
        "simple-remote-call": simple_remote_call,
    },
)
