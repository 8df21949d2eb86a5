"""Tags. https://docs.aws.amazon.com/lambda/latest/dg/configuration-tags.html"""

from __future__ import annotations

from cloudchamber.services.lambda_ import limits
from cloudchamber.services.lambda_.errors import InvalidParameterValueException


def merged(tags: dict[str, str], new: dict[str, str]) -> dict[str, str]:
    """Tags with new ones. Raises InvalidParameterValueException."""
    for key, value in new.items():
        if not 1 <= len(key) <= 128 or len(value) > 256 or key.lower().startswith("aws:"):
            raise InvalidParameterValueException(f"The tag {key} is not valid.", Type="User")
    both = tags | new
    if len(both) > limits.TAGS_MAX:
        raise InvalidParameterValueException("Number of tags exceeds resource tag limit.", Type="User")
    return both
