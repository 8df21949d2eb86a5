"""Operating-system processes that run user code behind the Lambda Runtime API.

Knows nothing of Lambda's control API: it is given code, an event and limits, and gives back
what Lambda would.
"""

from cloudchamber.workers.environment import Environment
from cloudchamber.workers.host import Workers
from cloudchamber.workers.pool import Pool, TooManyEnvironments
from cloudchamber.workers.spec import (
    Clock,
    EnvironmentSpec,
    Invocation,
    InvocationResult,
    Limits,
    LogEvent,
    RuntimeUnavailable,
)
from cloudchamber.workers.templates import Templates

__all__ = [
    "Clock",
    "Environment",
    "EnvironmentSpec",
    "Invocation",
    "InvocationResult",
    "Limits",
    "LogEvent",
    "Pool",
    "RuntimeUnavailable",
    "Templates",
    "TooManyEnvironments",
    "Workers",
]
