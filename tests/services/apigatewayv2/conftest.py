"""Real functions behind HTTP APIs, and requests to them."""

from tests.services.http_apis import function, request_to

__all__ = ["function", "request_to"]
