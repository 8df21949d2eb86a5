"""HTTP messages as the wire sees them: no sockets, no parsing of bytes."""

from collections.abc import AsyncIterator


class HttpRequest:
    """One request. `path` and `query` are raw (percent-encoded); names in `headers` are lower case, repeated ones joined.

    `raw_headers` are the headers as they came: in order, each repetition apart, names as the client wrote them.
    """

    __slots__ = ("body", "headers", "method", "path", "query", "raw_headers")

    def __init__(
        self,
        method: str,
        path: str,
        query: str = "",
        headers: dict[str, str] | None = None,
        body: bytes = b"",
        raw_headers: list[tuple[str, str]] | None = None,
    ) -> None:
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers if headers is not None else {}
        self.body = body
        self.raw_headers = raw_headers if raw_headers is not None else list(self.headers.items())

    @property
    def host(self) -> str:
        """The Host header with its port, or an empty text."""
        return self.headers.get("host", "")


class HttpResponse:
    """One response; a body that is an iterator is sent in chunks as they come."""

    __slots__ = ("body", "headers", "status")

    def __init__(
        self, status: int, headers: list[tuple[str, str]], body: bytes | AsyncIterator[bytes] = b""
    ) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    def header(self, name: str) -> str | None:
        """The first header of this name, compared without case."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)
