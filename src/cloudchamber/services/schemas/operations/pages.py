"""Pages of lists: names in order, and the token that stands for the last one given."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from cloudchamber.aws.pages import InvalidToken, page
from cloudchamber.services.schemas import limits
from cloudchamber.services.schemas.errors import BadRequestException

T = TypeVar("T")


def paged(
    request: dict[str, Any], items: Iterable[T], name_of: Callable[[T], str]
) -> tuple[list[T], dict[str, str]]:
    """The page of a list that a request asks for, and its token. Raises BadRequestException."""
    size = request.get("Limit")
    if size is not None and not 1 <= size <= limits.PER_PAGE_MAX:
        raise BadRequestException(f"Limit must be between 1 and {limits.PER_PAGE_MAX}.")
    try:
        found, token = page(items, name_of, size or limits.PER_PAGE_MAX, request.get("NextToken"))
    except InvalidToken:
        raise BadRequestException("The NextToken is not valid.") from None
    return found, {"NextToken": token} if token else {}
