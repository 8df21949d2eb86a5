"""The HTTP front door: route, authenticate, parse, call, serialize. It knows no service."""

from cloudchamber.gateway.front import Front
from cloudchamber.gateway.server import Server

__all__ = ["Front", "Server"]
