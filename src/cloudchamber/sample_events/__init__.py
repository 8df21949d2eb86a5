"""The events AWS sends to functions and targets, made to measure: `build("s3", "put", bucket="orders")`. Pure."""

from cloudchamber.sample_events.catalogue import SOURCES, build
from cloudchamber.sample_events.kinds import Kind, Option, SampleRefused, Source
from cloudchamber.sample_events.origin import Origin

__all__ = ["SOURCES", "Kind", "Option", "Origin", "SampleRefused", "Source", "build"]
