"""Where patterns are used, and what each place refuses."""

from enum import Enum

SNS_KEYS_MAX = 5
SNS_COMBINATIONS_MAX = 150
"""https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html"""

EVENT_PATTERN_SIZE_MAX = 2048
"""Characters. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html"""

OR_COMBINATIONS_MAX = 1000
"""https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html"""


class Dialect(Enum):
    """A user of event patterns. `SNS_ATTRIBUTES` reads message attributes, every other one a JSON object."""

    EVENTS = "EVENTS"
    PIPES = "PIPES"
    LAMBDA = "LAMBDA"
    SNS_BODY = "SNS_BODY"
    SNS_ATTRIBUTES = "SNS_ATTRIBUTES"

    @property
    def is_sns(self) -> bool:
        """Whether the pattern is a filter policy of a subscription."""
        return self in {Dialect.SNS_BODY, Dialect.SNS_ATTRIBUTES}

    @property
    def is_restricted(self) -> bool:
        """Whether `wildcard`, and all but plain values inside `anything-but`, are refused.

        https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
        """
        return self in {Dialect.PIPES, Dialect.LAMBDA}

    def refusal(self, reason: str) -> str:
        """Return the text with which this user of patterns refuses one."""
        if self.is_sns:
            return f"Invalid parameter: FilterPolicy: {reason}"
        return f"Event pattern is not valid. Reason: {reason}"
