"""Cross-origin resource sharing, answered by the gateway itself.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.services.apigatewayv2.errors import BadRequestException

Headers = list[tuple[str, str]]


class Cors:
    """A CORS configuration, compiled."""

    __slots__ = ("_any", "_exact", "_preflight", "_schemes", "_shared")

    def __init__(self, configuration: dict[str, Any]) -> None:
        origins = [origin.lower() for origin in configuration.get("AllowOrigins") or ()]
        self._any = "*" in origins
        self._exact = frozenset(origins)
        self._schemes = tuple(origin[:-1] for origin in origins if origin.endswith("://*"))
        self._shared: Headers = []
        if configuration.get("AllowCredentials"):
            self._shared.append(("access-control-allow-credentials", "true"))
        if configuration.get("ExposeHeaders"):
            self._shared.append(("access-control-expose-headers", ",".join(configuration["ExposeHeaders"])))
        self._preflight: Headers = []
        if configuration.get("AllowMethods"):
            self._preflight.append(("access-control-allow-methods", ",".join(configuration["AllowMethods"])))
        if configuration.get("AllowHeaders"):
            self._preflight.append(("access-control-allow-headers", ",".join(configuration["AllowHeaders"])))
        if configuration.get("MaxAge") is not None:
            self._preflight.append(("access-control-max-age", str(configuration["MaxAge"])))

    def headers(self, origin: str | None) -> Headers:
        """What every answer to a request from `origin` carries; nothing when it is not allowed."""
        allowed = self._allowed(origin)
        return [] if allowed is None else [("access-control-allow-origin", allowed), *self._shared]

    def preflight(self, origin: str | None) -> Headers:
        """The headers of the answer to a preflight request."""
        shared = self.headers(origin)
        return [*shared, *self._preflight] if shared else []

    def _allowed(self, origin: str | None) -> str | None:
        if origin is None:
            return None
        if self._any:
            return "*"
        lowered = origin.lower()
        if lowered in self._exact or (self._schemes and lowered.startswith(self._schemes)):
            return origin
        return None


def is_preflight(method: str, headers: dict[str, str]) -> bool:
    """Whether a browser asks if it may send the request it has in mind."""
    return method == "OPTIONS" and "origin" in headers and "access-control-request-method" in headers


def check(configuration: dict[str, Any]) -> None:
    """Raises BadRequestException for credentials that would go to any origin."""
    if configuration.get("AllowCredentials") and "*" in (configuration.get("AllowOrigins") or ()):
        raise BadRequestException(
            "allow credentials is not supported when allow origin is set to wildcard (*)"
        )
