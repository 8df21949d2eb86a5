"""The command line. It speaks to a chamber as any client would, or starts one through `app`. No behaviour of its own."""

from cloudchamber.cli.main import main

__all__ = ["main"]
