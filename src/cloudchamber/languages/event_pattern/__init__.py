"""Event patterns of EventBridge, Pipes and event source mappings, and filter policies of SNS.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
"""

from cloudchamber.languages.event_pattern.dialects import Dialect
from cloudchamber.languages.event_pattern.errors import InvalidPattern
from cloudchamber.languages.event_pattern.matcher import Matcher
from cloudchamber.languages.event_pattern.pattern import Pattern, compile_pattern

__all__ = ["Dialect", "InvalidPattern", "Matcher", "Pattern", "compile_pattern"]
