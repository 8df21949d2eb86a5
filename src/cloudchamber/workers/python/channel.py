"""The bootstrap's end of the channel."""

import os
import socket

from cloudchamber.workers import frames


class Channel:
    """The frames of this process, blocking."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def receive(self) -> bytes:
        """The body of the next frame; the end of the host is the end of this process."""
        _, size = frames.HEAD.unpack(self._exactly(frames.HEAD.size))
        return self._exactly(size)

    def send(self, kind: bytes, body: bytes) -> None:
        """Send one frame."""
        self._connection.sendall(frames.frame(kind, body))

    def _exactly(self, size: int) -> bytes:
        data = self._connection.recv(size)
        if len(data) == size:
            return data
        parts = [data]
        missing = size - len(data)
        while missing:
            data = self._connection.recv(missing)
            if not data:
                os._exit(0)
            parts.append(data)
            missing -= len(data)
        return b"".join(parts)
